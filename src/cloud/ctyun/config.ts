// What an account may set for CTYUN alone: the `ctyun` block of its spec. Both settings answer defects of the API reference.
import { z } from "zod";

export const ctyunAccountOptions = z.strictObject({
  imageDeletePath: z
    .enum(["ProjectName", "ProjectId"])
    .default("ProjectName")
    .describe(
      "How the path that deletes an image names its project. The reference (3.10.8) says id; clouds of Harbor's era take the name.",
    ),
  namespacePathPrefix: z
    .string()
    .max(128)
    .regex(/^(?:\/[A-Za-z0-9._~-]+)*$/)
    .default("")
    .describe(
      "What stands before /namespaces/{namespace}/images/auth. The reference prints nothing there (3.10.5), but /api/v1 before some other namespaced paths.",
    ),
});

export type CtyunAccountOptions = z.infer<typeof ctyunAccountOptions>;
