// Where nothing happens, nothing is written, and the store is asked for one list of each type. The long form: 10,000 for ten minutes.
import { expect, it } from "vitest";
import { steadyInventory } from "../support/chaos/inventory-steady.ts";

it("reads one list of each type per comparison, and writes nothing", async () => {
  const { measured, expected } = await steadyInventory({ records: 60, driftIntervalSeconds: 5, intervals: 3 });
  expect(measured).toEqual(expected);
}, 300_000);
