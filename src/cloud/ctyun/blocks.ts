// What only CTYUN Container Instance needs of our resources. The account's settings answer defects of the API reference
// (docs/clouds/ctyun.md).
import * as z from "zod";
import type { CloudBlocks } from "../../schema/blocks.ts";
import { namespaceName } from "../../schema/formats.ts";

const account = z.object({
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

const project = z.object({
  namespace: namespaceName
    .optional()
    .describe("The namespace in Ctyun Container Instance whose pull credentials are published. Default: default."),
});

export type AccountOptions = z.output<typeof account>;

export const ctyun = {
  provider: "CtyunCCI",
  blocks: { CloudAccount: { schema: account }, RegistryProject: { schema: project } },
} as const satisfies CloudBlocks;
