// The blocks of a CloudAccount that belong to one cloud each, with the cloud's own field names in camelCase.
import * as z from "zod";
import { endpointUrl } from "../../schema/formats.ts";
import { withRule } from "../../schema/enforced.ts";

const projectText = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);

export const huaweiBlock = withRule(
  z.object({
    projectId: projectText
      .optional()
      .describe("Id of the project to work in. At most one of projectId and projectName."),
    projectName: projectText
      .optional()
      .describe(
        "Name of the project to work in. Default: the one named as the region. At most one of projectId and projectName.",
      ),
    iamEndpoint: endpointUrl.optional().describe("Address of the identity service. Default: the one of the region."),
    addonEndpoint: endpointUrl.optional().describe("Address of the add-on service. Default: endpoint."),
  }),
  {
    rule: "!(has(self.projectId) && has(self.projectName))",
    message: "projectId and projectName exclude each other: keep one",
    fieldPath: ".projectName",
  },
  ({ projectId, projectName }) => projectId === undefined || projectName === undefined,
);

export const ctyunBlock = z.object({
  imageDeletePath: z
    .enum(["ProjectName", "ProjectId"])
    .optional()
    .describe(
      "What stands in the path when an image is deleted, which the API reference leaves open. Default: ProjectName, as in " +
        "registries of its time.",
    ),
  namespacePathPrefix: z
    .string()
    .max(128)
    .regex(/^(\/[A-Za-z0-9._~-]+)*$/)
    .optional()
    .describe("What stands before /namespaces/ in the path of pull credentials, such as /api/v1. Default: nothing."),
});
