// Lists of pools and clusters that lie for as long as they like: nothing is made twice, forgotten or taken for gone because of them.
import { afterEach, describe, expect, it } from "vitest";
import { flawsOfClusters } from "../support/chaos/clusters-outcome.ts";
import { type ClusterBed, createClusterBed, poolOf, type Wish } from "../support/chaos/clusters.ts";
import { convergence, expectClean } from "../support/chaos/outcome.ts";

const CONVERGES_MS = 60_000;
const NAME = "shop";
const POOL = { replicas: 1, tier: "front" };
const BARE: Wish = { powerState: "Running", description: "New", pools: {}, addon: undefined };
const POOLS = "/nodepools$";
/** Older than anything here: a list shows the cloud as it was when the simulator started. */
const FROM_THE_START = { action: "StaleList", ms: 600_000, times: 0 } as const;
const EMPTY = { action: "EmptyList", times: 0 } as const;

let bed: ClusterBed;

afterEach(() => bed[Symbol.asyncDispose]());

/** With a cluster and a pool in it. */
async function inhabitedBed(options: Parameters<typeof createClusterBed>[1] = {}): Promise<Wish> {
  bed = await createClusterBed("chaos-stale", { duplicateNames: "Allow", ...options });
  await bed.addCluster(NAME, BARE);
  await bed.addPool(NAME, "a", POOL);
  await bed.stand.reaches(`nodepool/${poolOf(NAME, "a")}`, "Available");
  return { ...BARE, pools: { a: POOL } };
}

async function becomes(wish: Wish | undefined): Promise<void> {
  const wishes = new Map(wish ? [[NAME, wish]] : []);
  await convergence(bed, () => flawsOfClusters(bed, wishes), CONVERGES_MS);
  expectClean(bed);
}

async function creates(path: RegExp): Promise<boolean[]> {
  const requests = await bed.requestsSince(0);
  return requests.filter((request) => request.method === "POST" && path.test(request.path)).map(({ effect }) => effect);
}

describe("after a create of unknown outcome", () => {
  // A list from before the cluster says that there is no such cluster.
  it.each([
    ["empty", EMPTY, "ObservationNotTrusted"],
    ["stale", FROM_THE_START, "NotFoundInCloud"],
  ] as const)(
    "no pool is sent again while the list of pools is %s",
    async (_, lie, reason) => {
      const wish = await inhabitedBed();
      const pool = `nodepool/${poolOf(NAME, "b")}`;
      await bed.stand.simulator.setFaults([
        { action: "DropAfter", method: "POST", path: POOLS },
        { ...lie, path: POOLS },
      ]);
      await bed.addPool(NAME, "b", POOL);
      await bed.stand.reaches(pool, reason);
      await bed.stand.visited(pool, 2);
      await bed.stand.simulator.setFaults([]);
      await becomes({ ...wish, pools: { a: POOL, b: POOL } });
      expect(await creates(/\/nodepools$/)).toEqual([true, true]);
    },
    120_000,
  );

  it("no cluster is sent again while the quota counts one that the list lacks", async () => {
    bed = await createClusterBed("chaos-stale", { duplicateNames: "Allow" });
    await bed.stand.simulator.setFaults([
      { action: "DropAfter", method: "POST", path: "/clusters$" },
      { ...FROM_THE_START, path: "/clusters$" },
    ]);
    await bed.addCluster(NAME, BARE);
    await bed.stand.reaches(`managedcluster/${NAME}`, "ObservationNotTrusted");
    await bed.stand.simulator.setFaults([]);
    await becomes(BARE);
    expect(await creates(/\/clusters$/)).toEqual([true]);
  }, 120_000);

  it("a deletion waits for what the create has made", async () => {
    // Beyond the window empty lists are believed, once the pool that they left out has gone: it is longer than they lie.
    await inhabitedBed({ settleWindowSeconds: 60 });
    await bed.stand.simulator.setFaults([
      { action: "DropAfter", method: "POST", path: POOLS },
      { ...EMPTY, path: POOLS },
    ]);
    await bed.addPool(NAME, "b", POOL);
    await bed.stand.until(`nodepool/${poolOf(NAME, "b")}`, ({ status }) => status.operation !== undefined);
    await bed.removeCluster(NAME);
    for (const pool of ["a", "b"]) await bed.removePool(NAME, pool);
    await bed.stand.visited(`nodepool/${poolOf(NAME, "b")}`, 2);
    await bed.stand.simulator.setFaults([]);
    await becomes(undefined);
    expect(await creates(/\/nodepools$/)).toEqual([true, true]);
  }, 120_000);
});

describe("the deletion of a cluster", () => {
  it("reaches one that is too young for any list to show", async () => {
    await inhabitedBed();
    await bed.stand.simulator.setFaults([{ ...FROM_THE_START, path: "/clusters$" }]);
    await bed.removeCluster(NAME);
    await bed.removePool(NAME, "a");
    await becomes(undefined);
    expect(await creates(/\/clusters$/)).toEqual([true]);
  }, 120_000);
});
