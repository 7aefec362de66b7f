// The kind ManagedAddon: its names and columns, and what of it may leave in reports. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const managedAddon = defineKind({
  kind: "ManagedAddon",
  plural: "managedaddons",
  description: "An add-on of the cloud in a ManagedCluster: its version and values.",
  shortNames: ["yfma"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Template", type: "string", jsonPath: ".spec.template", description: "The cloud's name of the add-on." },
    { name: "Version", type: "string", jsonPath: ".status.version", description: "The version that is installed." },
    ...commonColumns,
  ],
  reportable: [
    "spec.clusterRef.name",
    "spec.template",
    "spec.version",
    "status.externalId",
    "status.origin",
    "status.createdAt",
    "status.version",
  ],
});
