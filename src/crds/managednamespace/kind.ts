// The kind ManagedNamespace: its names and columns. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const managedNamespace = defineKind({
  kind: "ManagedNamespace",
  plural: "managednamespaces",
  description: "A namespace of a ManagedCluster that the cloud itself keeps: its quota, and who may enter.",
  shortNames: ["yfns"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Phase", type: "string", jsonPath: ".status.cloudPhase", description: "The cloud's word for its state." },
    { name: "Pods", type: "integer", jsonPath: ".status.quota.used.pods", description: "Pods in it." },
    {
      name: "Limit",
      type: "integer",
      jsonPath: ".status.quota.limits.pods",
      description: "Pods that may be in it; -1: no limit.",
    },
    ...commonColumns,
  ],
});
