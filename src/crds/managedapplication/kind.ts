// The kind ManagedApplication: its names and columns. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { conditionColumn, defineKind } from "../kind.ts";
import { ManagedApplicationCondition } from "./conditions.ts";

export const managedApplication = defineKind({
  kind: "ManagedApplication",
  plural: "managedapplications",
  description:
    "A named group of workloads in a ManagedCluster that the cloud itself keeps, on some clouds with servers.",
  shortNames: ["yfap"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Namespace", type: "string", jsonPath: ".spec.targetNamespace", description: "Namespace in that cluster." },
    { name: "Phase", type: "string", jsonPath: ".status.cloudPhase", description: "The cloud's word for its state." },
    conditionColumn({
      name: "Workloads",
      condition: ManagedApplicationCondition.WorkloadsReady,
      member: "status",
      description: "Whether all that is in it is ready.",
    }),
    ...commonColumns,
  ],
});
