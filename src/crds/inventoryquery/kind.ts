// The kind InventoryQuery: its names and columns. Its fields: schema.ts.
import { columnsWithoutId } from "../common/columns.ts";
import { defineKind } from "../kind.ts";

/** What is shown of one row: longer texts are cut. */
export const LONGEST_VALUE = 256;

export const inventoryQuery = defineKind({
  kind: "InventoryQuery",
  plural: "inventoryqueries",
  description:
    "Asks a store in which a platform keeps its inventory what it knows of a cluster, and waits for a number where one is expected.",
  shortNames: ["yfiq"],
  printerColumns: [
    { name: "Resource", type: "string", jsonPath: ".spec.resource", description: "What is asked for." },
    { name: "Total", type: "integer", jsonPath: ".status.total", description: "How many there are." },
    ...columnsWithoutId,
  ],
});
