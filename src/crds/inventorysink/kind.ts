// The kind InventorySink: its names and columns. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

/** All kinds but those of the inventory itself; one that this version does not serve has nothing to report. */
export const REPORTED_KINDS = [
  "CloudAccount",
  "ManagedCluster",
  "NodePool",
  "ManagedNode",
  "ManagedAddon",
  "RegistryProject",
  "ManagedNamespace",
  "ManagedApplication",
  "ManifestSet",
  "CloudVolumeClaim",
] as const;

export const inventorySink = defineKind({
  kind: "InventorySink",
  plural: "inventorysinks",
  description: "Reports what Yunfan manages to a store in which a platform keeps its inventory, and keeps that true.",
  shortNames: ["yfis"],
  printerColumns: [
    { name: "Cluster Id", type: "string", jsonPath: ".spec.clusterId", description: "Where records are filed." },
    { name: "Records", type: "integer", jsonPath: ".status.recordCount", description: "Resources with a record." },
    { name: "Conflicts", type: "integer", jsonPath: ".status.conflictCount", description: "Keys that are others'." },
    ...commonColumns,
  ],
});
