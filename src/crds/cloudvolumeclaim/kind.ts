// The kind CloudVolumeClaim: its names and columns. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { conditionColumn, defineKind } from "../kind.ts";
import { CloudVolumeClaimCondition } from "./conditions.ts";

export const cloudVolumeClaim = defineKind({
  kind: "CloudVolumeClaim",
  plural: "cloudvolumeclaims",
  description: "A claim of cloud storage in a ManagedCluster: of storage that exists, or of a storage class.",
  shortNames: ["yfcv"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Claim", type: "string", jsonPath: ".status.cloudName", description: "Namespace and name in the cluster." },
    { name: "Phase", type: "string", jsonPath: ".status.claimPhase", description: "The cluster's word for its state." },
    { name: "Capacity", type: "string", jsonPath: ".status.capacity", description: "What it has." },
    ...commonColumns,
    { name: "Volume", type: "string", jsonPath: ".status.volumeName", description: "Its volume.", priority: 1 },
    conditionColumn({
      name: "Bound",
      condition: CloudVolumeClaimCondition.Bound,
      member: "status",
      description: "Whether it has its storage.",
      priority: 1,
    }),
  ],
});
