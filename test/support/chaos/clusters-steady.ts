// Nothing happens to many clusters and their pools, and what that costs the API server and the cloud is counted.
import { expect } from "vitest";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { isTrue } from "../../../src/runtime/conditions.ts";
import { createAckBed, type AckPools, type AckWish } from "./ack.ts";
import { flawsOfAck } from "./ack-outcome.ts";
import type { Bed } from "./bed.ts";
import { flawsOfClusters } from "./clusters-outcome.ts";
import { createClusterBed, type Wish } from "./clusters.ts";
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

/** The fleet of one cloud. */
export interface SteadyFleet {
  readonly cloud: string;
  /** With an elected operator, and an account whose own look at its credentials is kept out of the count. */
  open(options: SteadyClusters): Promise<OpenFleet>;
  /** The paths of the three lists, those of the latter two with the cluster's id. */
  readonly lists: Record<"clusters" | "pools" | "nodes", RegExp>;
}

interface OpenFleet {
  readonly bed: Bed;
  /** A cluster of that name with its two pools. */
  readonly add: (name: string) => Promise<void>;
  readonly flaws: (names: readonly string[]) => Promise<readonly string[]>;
}

/** Of the account's spec. */
const ACCOUNT = { driftIntervalSeconds: 86_400 };

const HUAWEI_WISH: Wish = {
  powerState: "Running",
  description: "Steady",
  pools: { a: { replicas: 1, tier: "front" }, b: { replicas: 1, tier: "back" } },
  addon: undefined,
};

export const HUAWEI_FLEET: SteadyFleet = {
  cloud: "CCE",
  async open({ clusters, driftIntervalSeconds }) {
    const options = { leaderElect: true, driftIntervalSeconds, clusterQuota: clusters + 1, account: ACCOUNT };
    const bed = await createClusterBed("chaos-steady", options);
    return {
      bed,
      async add(name) {
        await bed.addCluster(name, HUAWEI_WISH);
        for (const [pool, wish] of Object.entries(HUAWEI_WISH.pools)) await bed.addPool(name, pool, wish);
      },
      flaws: (names) => flawsOfClusters(bed, new Map(names.map((name) => [name, HUAWEI_WISH]))),
    };
  },
  lists: {
    clusters: /^\/api\/v3\/projects\/[^/]+\/clusters$/,
    pools: /\/clusters\/([^/]+)\/nodepools$/,
    nodes: /\/clusters\/([^/]+)\/nodes$/,
  },
};

/** One pool is bought, the other one is of a server that exists. */
export const ALIBABA_FLEET: SteadyFleet = {
  cloud: "ACK",
  async open({ clusters, driftIntervalSeconds }) {
    const options = { leaderElect: true, driftIntervalSeconds, account: ACCOUNT };
    const bed = await createAckBed("V2026", { clusterQuota: clusters }, options);
    return {
      bed,
      async add(name) {
        const { pools, ...wish } = alibabaWish(name);
        await bed.addCluster(name, { ...wish, pools: undefined });
        for (const id of pools.servers) await bed.stand.simulator.behindOurBack("POST", "servers", { id, name: id });
        await bed.addPools(name, pools);
      },
      flaws: (names) => flawsOfAck(bed, new Map(names.map((name) => [name, alibabaWish(name)])), names.map(serverOf)),
    };
  },
  lists: {
    clusters: /^\/regions\/[^/]+\/clusters$/,
    pools: /^\/clusters\/([^/]+)\/nodepools$/,
    nodes: /^\/clusters\/([^/]+)\/nodes$/,
  },
};

function alibabaWish(name: string): AckWish & { readonly pools: AckPools } {
  const pools = { replicas: 1, tier: "front", servers: [serverOf(name)] };
  return { version: "1.33", deletionProtection: false, pools };
}

function serverOf(name: string): string {
  return `i-${name}`;
}

/** Counts what an elected operator does over whole drift intervals. */
export async function steadyClusters(
  fleet: SteadyFleet,
  options: SteadyClusters,
): Promise<{ measured: SteadyCost; expected: SteadyCost }> {
  const { clusters, driftIntervalSeconds, intervals } = options;
  const { cloud, lists } = fleet;
  const opened = await fleet.open(options);
  const { bed } = opened;
  try {
    const names = await settle(cloud, opened, options);
    const driftMs = driftIntervalSeconds * 1_000;
    await halfwayBetweenTicks(bed, { isOfTick: ({ path }) => lists.clusters.test(path), driftMs });
    const traffic = await trafficDuring(bed, intervals * driftMs);
    expect(await opened.flaws(names)).toEqual([]);
    expectClean(bed);
    report(
      `${cloud}: ${clusters} clusters, ${2 * clusters} pools, ${intervals} drift intervals of ${driftIntervalSeconds} s: ` +
        said(traffic, lists),
    );
    const ids = (await bed.list<ManagedCluster>(managedCluster.type)).map(({ status }) => status.externalId ?? "");
    return { measured: costOf(traffic, { lists, ids, driftMs, intervals }), expected: expectedCost(intervals) };
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}

async function settle(
  cloud: string,
  { bed, add, flaws }: OpenFleet,
  { clusters, convergesWithinMs }: SteadyClusters,
): Promise<readonly string[]> {
  const names = Array.from({ length: clusters }, (_, index) => `s${String(index).padStart(3, "0")}`);
  const beganMs = performance.now();
  for (const name of names) await add(name);
  await expect.poll(() => unready(bed), { timeout: convergesWithinMs, interval: 1_000 }).toBe(0);
  await convergence(bed, () => flaws(names), 30_000);
  const tookMs = Math.round(performance.now() - beganMs);
  report(`${cloud}: ${clusters} clusters with two pools each were Ready ${tookMs} ms after the first was applied`);
  return names;
}

async function unready(bed: Bed): Promise<number> {
  const [clusters, pools] = await Promise.all([
    bed.list<ManagedCluster>(managedCluster.type),
    bed.list<NodePool>(nodePool.type),
  ]);
  return [...clusters, ...pools].filter(({ status }) => !isTrue(status.conditions, "Ready")).length;
}

interface Counted {
  readonly lists: SteadyFleet["lists"];
  /** Of the clusters. */
  readonly ids: readonly string[];
  readonly driftMs: number;
  readonly intervals: number;
}

function costOf(
  { kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic,
  { lists, ids, driftMs, intervals }: Counted,
): SteadyCost {
  const odd = (path: RegExp): readonly string[] => {
    const times = Map.groupBy(cloudReads, (read) => path.exec(read.path)?.[1]);
    return ids.filter((id) => !isOncePerInterval((times.get(id) ?? []).map(timeOf), { driftMs, intervals }));
  };
  const others = cloudReads.filter((read) => !Object.values(lists).some((path) => path.test(read.path)));
  return {
    kubeWrites: kubeWrites.map(lineOf),
    renewsLease: leaseWrites.length > 0,
    cloudWrites: cloudWrites.map(lineOf),
    clusterLists: cloudReads.filter(({ path }) => lists.clusters.test(path)).length,
    oddPoolLists: odd(lists.pools),
    oddNodeLists: odd(lists.nodes),
    otherReads: others.map(lineOf),
  };
}

function expectedCost(intervals: number): SteadyCost {
  const nothing = { kubeWrites: [], cloudWrites: [], oddPoolLists: [], oddNodeLists: [], otherReads: [] };
  return { ...nothing, renewsLease: true, clusterLists: intervals };
}

function said(
  { kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic,
  { clusters, pools, nodes }: SteadyFleet["lists"],
): string {
  const lists = (path: RegExp): number => cloudReads.filter((read) => path.test(read.path)).length;
  return (
    `${kubeWrites.length} kube writes beside ${leaseWrites.length} of the lease, ${cloudWrites.length} cloud writes, ` +
    `${cloudReads.length} cloud reads: ${lists(clusters)} cluster lists, ${lists(pools)} pool lists, ${lists(nodes)} node lists`
  );
}
