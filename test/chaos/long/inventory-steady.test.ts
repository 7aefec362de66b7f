// Ten minutes with 10,000 records to which nothing happens: no write but the lease, and one list of each type per comparison.
import { expect, it } from "vitest";
import { steadyInventory } from "../../support/chaos/inventory-steady.ts";

it("reads one list of each type per comparison, 500 a page, and writes nothing", async () => {
  const { measured, expected } = await steadyInventory({ records: 10_000, driftIntervalSeconds: 60, intervals: 10 });
  expect(measured).toEqual(expected);
});
