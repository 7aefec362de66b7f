// The kind RegistryProject: its names and columns, and what of it may leave in reports. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const registryProject = defineKind({
  kind: "RegistryProject",
  plural: "registryprojects",
  description: "A project in a cloud's image registry: its visibility, and Secrets to pull from it.",
  shortNames: ["yfrp"],
  printerColumns: [
    { name: "Cloud Name", type: "string", jsonPath: ".status.cloudName", description: "Name in the registry." },
    { name: "Visibility", type: "string", jsonPath: ".status.visibility", description: "What the registry says." },
    {
      name: "Repos",
      type: "integer",
      jsonPath: ".status.repositoryCount",
      description: "Repositories in the project.",
    },
    { name: "Tags", type: "integer", jsonPath: ".status.tagCount", description: "Tags in all repositories." },
    ...commonColumns,
  ],
  reportable: [
    "spec.accountRef.name",
    "spec.accountRef.namespace",
    "spec.cloudName",
    "spec.visibility",
    "spec.contentsOnDelete",
    "status.externalId",
    "status.cloudName",
    "status.origin",
    "status.createdAt",
    "status.visibility",
    "status.repositoryCount",
    "status.tagCount",
  ],
});
