// The kind ManagedCluster: its names and columns, and what of it may leave in reports. Its fields: schema.ts.
import { commonColumns } from "../common/columns.ts";
import { defineKind } from "../kind.ts";
import { REPORTABLE } from "./reportable.ts";

export const managedCluster = defineKind({
  kind: "ManagedCluster",
  plural: "managedclusters",
  description:
    "A Kubernetes cluster that a cloud runs: its network and version, its power, and the kubeconfig to reach it.",
  shortNames: ["yfmc"],
  printerColumns: [
    { name: "Version", type: "string", jsonPath: ".status.version", description: "The cloud's full version." },
    { name: "Phase", type: "string", jsonPath: ".status.cloudPhase", description: "The cloud's word for its state." },
    { name: "Power", type: "string", jsonPath: ".spec.powerState", description: "Whether it is to run or to sleep." },
    ...commonColumns,
    { name: "Endpoint", type: "string", jsonPath: ".status.endpoint", description: "Its API server.", priority: 1 },
  ],
  reportable: REPORTABLE,
});
