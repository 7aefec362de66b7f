// RegistryProject: a project in a cloud's image registry, and Secrets to pull from it.
import * as z from "zod";
import { namespaceName, objectName, time } from "../../schema/formats.ts";
import { managedFields, managedSpec } from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { managedStatus, originFields } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { integer, listMapOf } from "../../schema/fields.ts";
import { registryProject } from "./kind.ts";

const KIND = registryProject.type.kind;

const visibility = z.enum(["Private", "Public"]);

/** More than any cloud admits, such as `a--b`: which names it takes is for the cloud to say (NameRefused). */
const cloudName = z
  .string()
  .min(2)
  .max(255)
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/);

const pullSecret = z
  .object({
    namespace: namespaceName.describe("Our own namespace, or one that the account lists in allowedNamespaces."),
    name: objectName.describe("Name of the Secret. One that Yunfan did not make is never touched."),
  })
  .describe("Where a Secret of type kubernetes.io/dockerconfigjson is kept.");

const spec = z.object({
  ...managedFields,
  cloudName: cloudName.optional().describe("Name of the project in the registry. Default: metadata.name. Immutable."),
  visibility: visibility
    .default("Private")
    .describe("Private: only the account and those it invited may pull. Public: everybody may."),
  contentsOnDelete: z
    .enum(["Refuse", "Delete"])
    .default("Refuse")
    .describe(
      "When this resource is deleted while images are in the project. Refuse: deletion waits. Delete: they go with it.",
    ),
  pullSecrets: listMapOf(pullSecret, { keys: ["namespace", "name"], max: 64 })
    .optional()
    .describe("Secrets with credentials to pull from the registry, kept up to date and removed when no longer listed."),
  ...blockFields(KIND),
});

const count = integer({ min: 0, max: 2 ** 31 - 1 });

const status = z.object({
  ...managedStatus,
  ...originFields,
  visibility: visibility.optional().describe("What the registry says."),
  repositoryCount: count.optional().describe("Repositories in the project."),
  tagCount: count.optional().describe("Tags in all repositories of the project."),
  cleanedAt: time.optional().describe("When tags were last deleted by the retention that the spec declares."),
});

export const registryProjectSchema = defineSchema(registryProject, {
  spec: withBlocks(managedSpec(spec), KIND),
  status,
});

export type RegistryProject = Resource<typeof registryProjectSchema>;
