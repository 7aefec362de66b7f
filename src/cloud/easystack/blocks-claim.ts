// What EasyStack ECNS alone tells of a CloudVolumeClaim (1.20).
import * as z from "zod";
import { setOf, text } from "../../schema/fields.ts";

export const claimStatus = z.object({
  mountedBy: setOf(text({ max: 512 }).describe("Kind and name, such as Deployment/web."), { max: 256 })
    .optional()
    .describe("The workloads that use the claim."),
});
