// Alarms of many clusters within few requests: one that floods the store hides nobody else's, and the store's clock counts.
import { describe, expect, it } from "vitest";
import type { Entry } from "./entry.ts";
import { Reading, type Ask } from "./reading.ts";

interface Row {
  readonly clusterId: string;
  readonly atSeconds: number;
}

const PAGE = 500;

/** A store with these rows and this clock, which lists in the worst order: the loudest first. */
function storeOf(rows: readonly Row[], { skewSeconds = 0 } = {}): { readonly ask: Ask; requests: number } {
  const counts = Map.groupBy(rows, ({ clusterId }) => clusterId);
  const sorted = rows.toSorted((a, b) => counts.get(b.clusterId)!.length - counts.get(a.clusterId)!.length);
  const store = {
    requests: 0,
    ask: ({ clusterIds, beginSeconds, mostPages }: Parameters<Ask>[0]) => {
      const found = sorted.filter((row) => clusterIds.includes(row.clusterId) && row.atSeconds >= beginSeconds);
      const items = found.slice(0, mostPages * PAGE);
      store.requests += Math.min(Math.ceil(items.length / PAGE) + 1, mostPages);
      const seen = new Set(items.map(({ clusterId }) => clusterId));
      const isWhole = found.length < mostPages * PAGE;
      return Promise.resolve({ items: items.map(entryOf), seen, isWhole, clockSkewMs: skewSeconds * 1000 });
    },
  };
  return store;
}

function entryOf({ clusterId, atSeconds }: Row): Entry {
  return { clusterId, atMs: atSeconds * 1000, by: "m", text: "t", names: [] };
}

const NOW = 1_000_000;
const IDS = Array.from({ length: 300 }, (_, at) => `c${at}`);
const WINDOW = { clusterIds: IDS, windowSeconds: 3_600, nowSeconds: NOW };

const idsIn = (entries: readonly Entry[]): ReadonlySet<string> => new Set(entries.map(({ clusterId }) => clusterId));

describe("Reading", () => {
  it("asks for 300 clusters in four requests", async () => {
    const store = storeOf([{ clusterId: "c7", atSeconds: NOW - 10 }]);
    const { entries, partial } = await new Reading().read(store.ask, WINDOW);
    expect([[...idsIn(entries)], [...partial]]).toEqual([["c7"], []]);
    expect(store.requests).toBeLessThanOrEqual(4);
  });

  it("a thousand alarms a minute of one cluster hide nobody else's", async () => {
    const flood = Array.from({ length: 60_000 }, (_, at) => ({ clusterId: "c3", atSeconds: NOW - at * 0.06 }));
    const store = storeOf([
      ...flood,
      { clusterId: "c4", atSeconds: NOW - 3_000 },
      { clusterId: "c250", atSeconds: NOW },
    ]);
    const reading = new Reading();
    for (const poll of [1, 2, 3]) {
      store.requests = 0;
      const { entries, partial } = await reading.read(store.ask, WINDOW);
      expect(idsIn(entries), `poll ${poll}`).toEqual(new Set(["c3", "c4", "c250"]));
      expect([...partial]).toEqual(["c3"]);
      expect(store.requests).toBeLessThanOrEqual(7);
    }
    // From the second one on the newest of the flood is seen, too.
    const { entries } = await reading.read(store.ask, WINDOW);
    expect(Math.max(...entries.map(({ atMs }) => atMs))).toBe(NOW * 1000);
  });

  it.each([-3_600, 3_600])(
    "a store's clock that is %i s off shows what it received just now, and no more",
    async (skew) => {
      const rows = [
        { clusterId: "c1", atSeconds: NOW + skew - 5 },
        { clusterId: "c2", atSeconds: NOW + skew - 3_700 },
      ];
      const { entries } = await new Reading().read(storeOf(rows, { skewSeconds: skew }).ask, WINDOW);
      expect([...idsIn(entries)]).toEqual(["c1"]);
    },
  );
});
