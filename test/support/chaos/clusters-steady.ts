// Nothing happens to many clusters and their pools, and what that costs the API server and the cloud is counted.
import { expect } from "vitest";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { isTrue } from "../../../src/runtime/conditions.ts";
import { flawsOfClusters } from "./clusters-outcome.ts";
import { type ClusterBed, createClusterBed, type Wish } from "./clusters.ts";
import { convergence, expectClean, report } from "./outcome.ts";
import { halfwayBetweenTicks, isOncePerInterval, lineOf, timeOf, trafficDuring, type Traffic } from "./steady.ts";

export interface SteadyClusters {
  /** Each with two pools of one node. */
  readonly clusters: number;
  readonly driftIntervalSeconds: number;
  /** How many drift intervals are counted. */
  readonly intervals: number;
  /** How long all may take to become Ready. */
  readonly convergesWithinMs: number;
}

/** What whole drift intervals cost. */
export interface SteadyCost {
  /** Without those of the lease, which is held all the time. */
  readonly kubeWrites: readonly string[];
  readonly renewsLease: boolean;
  readonly cloudWrites: readonly string[];
  readonly clusterLists: number;
  /** Clusters whose pools were not listed exactly once per interval. */
  readonly oddPoolLists: readonly string[];
  /** The same for their nodes, of which all pools of a cluster share one list. */
  readonly oddNodeLists: readonly string[];
  readonly otherReads: readonly string[];
}

const WISH: Wish = {
  powerState: "Running",
  description: "Steady",
  pools: { a: { replicas: 1, tier: "front" }, b: { replicas: 1, tier: "back" } },
  addon: undefined,
};

const CLUSTERS = /^\/api\/v3\/projects\/[^/]+\/clusters$/;
const POOLS = /\/clusters\/([^/]+)\/nodepools$/;
const NODES = /\/clusters\/([^/]+)\/nodes$/;

/** Counts what an elected operator does over whole drift intervals. */
export async function steadyClusters(options: SteadyClusters): Promise<{ measured: SteadyCost; expected: SteadyCost }> {
  const { clusters, driftIntervalSeconds, intervals } = options;
  const bed = await createClusterBed("chaos-steady", {
    leaderElect: true,
    driftIntervalSeconds,
    clusterQuota: clusters + 1,
    // Its own look at its credentials is kept out of the count.
    account: { driftIntervalSeconds: 86_400 },
  });
  try {
    const wishes = await settle(bed, options);
    const driftMs = driftIntervalSeconds * 1_000;
    await halfwayBetweenTicks(bed, { isOfTick: isClusterList, driftMs });
    const traffic = await trafficDuring(bed, intervals * driftMs);
    expect(await flawsOfClusters(bed, wishes)).toEqual([]);
    expectClean(bed);
    report(
      `${clusters} clusters, ${2 * clusters} pools, ${intervals} drift intervals of ${driftIntervalSeconds} s: ${said(traffic)}`,
    );
    const ids = (await bed.list<ManagedCluster>(managedCluster.type)).map(({ status }) => status.externalId ?? "");
    return { measured: costOf(traffic, { ids, driftMs, intervals }), expected: expectedCost(intervals) };
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}

async function settle(bed: ClusterBed, options: SteadyClusters): Promise<ReadonlyMap<string, Wish>> {
  const { clusters, convergesWithinMs } = options;
  const names = Array.from({ length: clusters }, (_, index) => `s${String(index).padStart(3, "0")}`);
  const beganMs = performance.now();
  for (const name of names) {
    await bed.addCluster(name, WISH);
    for (const [pool, wish] of Object.entries(WISH.pools)) await bed.addPool(name, pool, wish);
  }
  await expect.poll(() => unready(bed), { timeout: convergesWithinMs, interval: 1_000 }).toBe(0);
  const wishes = new Map(names.map((name) => [name, WISH]));
  await convergence(bed, () => flawsOfClusters(bed, wishes), 30_000);
  const tookMs = Math.round(performance.now() - beganMs);
  report(`${clusters} clusters with two pools each were Ready ${tookMs} ms after the first was applied`);
  return wishes;
}

async function unready(bed: ClusterBed): Promise<number> {
  const [clusters, pools] = await Promise.all([
    bed.list<ManagedCluster>(managedCluster.type),
    bed.list<NodePool>(nodePool.type),
  ]);
  return [...clusters, ...pools].filter(({ status }) => !isTrue(status.conditions, "Ready")).length;
}

function costOf(
  { kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic,
  { ids, driftMs, intervals }: { ids: readonly string[]; driftMs: number; intervals: number },
): SteadyCost {
  const odd = (path: RegExp): readonly string[] => {
    const times = Map.groupBy(cloudReads, (read) => path.exec(read.path)?.[1]);
    return ids.filter((id) => !isOncePerInterval((times.get(id) ?? []).map(timeOf), { driftMs, intervals }));
  };
  const others = cloudReads.filter((read) => ![CLUSTERS, POOLS, NODES].some((path) => path.test(read.path)));
  return {
    kubeWrites: kubeWrites.map(lineOf),
    renewsLease: leaseWrites.length > 0,
    cloudWrites: cloudWrites.map(lineOf),
    clusterLists: cloudReads.filter(isClusterList).length,
    oddPoolLists: odd(POOLS),
    oddNodeLists: odd(NODES),
    otherReads: others.map(lineOf),
  };
}

function expectedCost(intervals: number): SteadyCost {
  const nothing = { kubeWrites: [], cloudWrites: [], oddPoolLists: [], oddNodeLists: [], otherReads: [] };
  return { ...nothing, renewsLease: true, clusterLists: intervals };
}

function said({ kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic): string {
  const lists = (path: RegExp): number => cloudReads.filter((read) => path.test(read.path)).length;
  return (
    `${kubeWrites.length} kube writes beside ${leaseWrites.length} of the lease, ${cloudWrites.length} cloud writes, ` +
    `${cloudReads.length} cloud reads: ${lists(CLUSTERS)} cluster lists, ${lists(POOLS)} pool lists, ${lists(NODES)} node lists`
  );
}

function isClusterList({ path }: { readonly path: string }): boolean {
  return CLUSTERS.test(path);
}
