// The kind ManifestSet: its names and columns. Its fields: schema.ts.
import { columnsWithoutId } from "../common/columns.ts";
import { conditionColumn, defineKind } from "../kind.ts";

export const manifestSet = defineKind({
  kind: "ManifestSet",
  plural: "manifestsets",
  description:
    "Kubernetes objects in a cloud cluster: applied, kept as declared, their health shown, and gone with the set.",
  shortNames: ["yfms"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster, if any." },
    { name: "Objects", type: "integer", jsonPath: ".status.objects.declared", description: "Objects in all sources." },
    {
      name: "Applied",
      type: "integer",
      jsonPath: ".status.objects.applied",
      description: "Those of them that are as declared.",
    },
    {
      name: "Healthy",
      type: "integer",
      jsonPath: ".status.objects.ready",
      description: "Those of them that are healthy.",
    },
    ...columnsWithoutId,
    {
      name: "Target",
      type: "string",
      jsonPath: ".status.targetId",
      description: "The cluster's id, or the account.",
      priority: 1,
    },
    conditionColumn({
      name: "Up To Date",
      condition: "UpToDate",
      member: "reason",
      description: "What differs, in one word.",
      priority: 1,
    }),
  ],
});
