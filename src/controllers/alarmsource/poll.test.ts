// Polls of one source, one after the other: what a flood hides stands, unless its account reaches another store by now.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedAlarmSource, storedManagedCluster } from "../../../test/support/environment/resources.ts";
import { storedNodePool } from "../../../test/support/environment/nodepools.ts";
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import type { Coverage } from "../inventory/coverage.ts";
import { nameOf } from "./board.ts";
import { Poll } from "./poll.ts";

const { signal } = new AbortController();
const POOL = storedNodePool();
const CLUSTER = storedManagedCluster();
const COVERED = [POOL, CLUSTER];

/** A store that says this of one cluster, whole or as the beginning of a flood. */
function storeOf(sources: readonly string[], isWhole: boolean): InventoryFacet {
  const items = sources.map((source) => ({
    clusterId: "c",
    namespace: "",
    at: { ms: 1, zoned: true },
    type: "alarm",
    source,
    module: "bcs-health",
    message: "too hot",
    data: undefined,
  }));
  const list = () => Promise.resolve({ items, isWhole, clockSkewMs: 0 });
  return { alarms: { list } } as unknown as InventoryFacet;
}

it("What a flood hides stands as long as it is the same store, and is nothing of another one", async () => {
  const clusterIdOf = () => "c";
  const coverage = { clusterIdOf, coversNamespace: () => true } as unknown as Coverage;
  const source = storedAlarmSource({ spec: { events: { mode: "Disabled" } } });
  const poll = new Poll({ clock: new FakeClock() });
  const polled = async (facet: InventoryFacet, location: string): Promise<readonly string[]> => {
    const { found } = await poll.run({ source, coverage, covered: COVERED, facet, location }, signal);
    return [...found.Alarms.keys()].toSorted();
  };
  const [pool, cluster] = [nameOf(POOL), nameOf(CLUSTER)];
  expect(await polled(storeOf([pool], true), "home")).toEqual([cluster, pool].toSorted());
  const flood = storeOf([cluster], false);
  expect(await polled(flood, "home")).toEqual([cluster, pool].toSorted());
  expect(await polled(flood, "other")).toEqual([cluster]);
});
