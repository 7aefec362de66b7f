// The kind AlarmSource: its names and columns. Its fields: schema.ts.
import { columnsWithoutId } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

export const alarmSource = defineKind({
  kind: "AlarmSource",
  plural: "alarmsources",
  description:
    "Turns alarms and events of a store in which a platform keeps its inventory into conditions on the resources that they concern.",
  shortNames: ["yfas"],
  printerColumns: [
    {
      name: "Clusters",
      type: "integer",
      jsonPath: ".status.clusterCount",
      description: "Clusters that are asked for.",
    },
    { name: "Firing", type: "integer", jsonPath: ".status.firingCount", description: "Resources with an alarm." },
    ...columnsWithoutId,
  ],
});
