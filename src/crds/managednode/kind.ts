// The kind ManagedNode: its names and columns. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { conditionColumn, defineKind } from "../kind.ts";
import { ManagedNodeCondition } from "./conditions.ts";

/** Under it are the taints by which a cluster says how its nodes are. */
export const CLUSTERS_TAINTS = "node.kubernetes.io/";

export const managedNode = defineKind({
  kind: "ManagedNode",
  plural: "managednodes",
  description: "One server of a ManagedCluster that is in no pool: bought, accepted or adopted.",
  shortNames: ["yfmn"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Type", type: "string", jsonPath: ".spec.instanceType", description: "The machine type." },
    { name: "Address", type: "string", jsonPath: ".status.internalIP", description: "Its address in the VPC." },
    { name: "Phase", type: "string", jsonPath: ".status.cloudPhase", description: "The cloud's word for its state." },
    conditionColumn({
      name: "Healthy",
      condition: ManagedNodeCondition.NodeHealthy,
      member: "status",
      description: "Whether the cloud says that it works.",
    }),
    ...commonColumns,
    { name: "Server", type: "string", jsonPath: ".status.serverId", description: "Id of the server.", priority: 1 },
  ],
});
