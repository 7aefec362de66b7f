// The kind NodePool: its names and columns, and what of it may leave in reports. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const nodePool = defineKind({
  kind: "NodePool",
  plural: "nodepools",
  description: "Nodes alike in a ManagedCluster: how many, of which type, with which labels and taints.",
  shortNames: ["yfnp"],
  scale: { specReplicas: ".spec.replicas", statusReplicas: ".status.replicas", labelSelector: ".status.selector" },
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Type", type: "string", jsonPath: ".spec.instanceType", description: "The machine type." },
    { name: "Desired", type: "integer", jsonPath: ".status.desiredReplicas", description: "Nodes that it is to have." },
    { name: "Nodes", type: "integer", jsonPath: ".status.replicas", description: "Nodes that it has." },
    { name: "Active", type: "integer", jsonPath: ".status.readyReplicas", description: "Nodes that work." },
    ...commonColumns,
  ],
  reportable: [
    "spec.clusterRef.name",
    "spec.cloudName",
    "spec.replicas",
    "spec.autoscaling.enabled",
    "spec.autoscaling.minReplicas",
    "spec.autoscaling.maxReplicas",
    "spec.instanceType",
    "spec.zone",
    "spec.os",
    "spec.rootVolume.type",
    "spec.rootVolume.sizeGiB",
    "spec.taints[].key",
    "spec.taints[].effect",
    "status.externalId",
    "status.cloudName",
    "status.origin",
    "status.createdAt",
    "status.replicas",
    "status.readyReplicas",
    "status.desiredReplicas",
  ],
});
