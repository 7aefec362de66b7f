// Nothing happens to single nodes, to the pools beside them and to claims, and what that costs the API server and the cloud is counted.
// Every cluster is entered by the cloud's gateway, so that the cloud's log has what is asked of it inside too.
import { expect } from "vitest";
import { readKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { cloudVolumeClaim } from "../../../src/crds/cloudvolumeclaim/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNode } from "../../../src/crds/managednode/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { isTrue, type Condition } from "../../../src/runtime/conditions.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { HUAWEI, clusterManifest, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { createStandOn } from "../environment/environment.ts";
import { cloudVolumeClaimManifest, managedNodeManifest, nodePoolManifest } from "../environment/resources.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { expectClean, report } from "./outcome.ts";
import { halfwayBetweenTicks, isOncePerInterval, lineOf, timeOf, trafficDuring, type Traffic } from "./steady.ts";

export interface SteadyNodes {
  readonly clusters: number;
  /** Each with labels of its own. */
  readonly nodesPerCluster: number;
  readonly claimsPerCluster: number;
  readonly driftIntervalSeconds: number;
  /** How many drift intervals are counted. */
  readonly intervals: number;
  /** How long all may take to become Ready. */
  readonly convergesWithinMs: number;
}

/** What whole drift intervals cost. */
export interface SteadyNodesCost {
  /** Without those of the lease, which is held all the time. */
  readonly kubeWrites: readonly string[];
  readonly renewsLease: boolean;
  readonly cloudWrites: readonly string[];
  readonly clusterLists: number;
  /** Clusters whose nodes were not listed exactly once per interval, for nodes and pools together. */
  readonly oddNodeLists: readonly string[];
  readonly oddPoolLists: readonly string[];
  /** Whether their Nodes and their claims inside were listed once per interval; the log does not tell whose they are. */
  readonly listsInside: string;
  readonly otherReads: readonly string[];
}

const ACCOUNT = "huawei";
const AS_EXPECTED = "as expected";
const KINDS = [managedCluster, nodePool, managedNode, cloudVolumeClaim];

const CLUSTERS = /^\/api\/v3\/projects\/[^/]+\/clusters$/;
const POOLS = /\/clusters\/([^/]+)\/nodepools$/;
const NODES = /\/clusters\/([^/]+)\/nodes$/;
const NODES_INSIDE = /^\/api\/v1\/nodes$/;
const CLAIMS_INSIDE = /^\/api\/v1\/persistentvolumeclaims$/;

/** Counts what an elected operator does over whole drift intervals. */
export async function steadyNodes(
  options: SteadyNodes,
): Promise<{ measured: SteadyNodesCost; expected: SteadyNodesCost }> {
  const { driftIntervalSeconds, intervals } = options;
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const kubeconfig = await readKubeconfig(kubeconfigPath);
  const kinds = ["cloudaccounts", ...KINDS.map(({ type }) => type.plural)];
  const stand = await createStandOn({ ...HUAWEI, kinds }, "steady-nodes", { speed: 2_000, kubeconfig });
  const bed = await createBed({
    stand,
    accountManifests: (account) => huaweiAccountManifests(stand.simulator, account),
    leaderElect: true,
  });
  try {
    bed.start();
    // Its own look at its credentials is kept out of the count.
    await bed.addAccount(ACCOUNT, { driftIntervalSeconds: 86_400 });
    await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
    const inside = await uniqueNamespace(kubectl, "steady-inside");
    const ids = await declare(bed, { ...options, inside });
    const driftMs = driftIntervalSeconds * 1_000;
    await halfwayBetweenTicks(bed, { isOfTick: ({ path }) => CLUSTERS.test(path), driftMs });
    const traffic = await trafficDuring(bed, intervals * driftMs);
    expect(await unready(bed)).toBe(0);
    expectClean(bed);
    report(`${sizeOf(options)}, ${intervals} drift intervals of ${driftIntervalSeconds} s: ${said(traffic)}`);
    return { measured: costOf(traffic, { ids, driftMs, intervals }), expected: expectedCost(intervals) };
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}

/** Resolves with the clusters' ids when all is Ready. */
async function declare(bed: Bed, options: SteadyNodes & { readonly inside: string }): Promise<readonly string[]> {
  const { clusters, convergesWithinMs } = options;
  const beganMs = performance.now();
  const ids: string[] = [];
  for (let number = 0; number < clusters; number += 1) {
    const { id } = (await bed.stand.simulator.behindOurBack("POST", "clusters", { name: `steady-${number}` })) as {
      id: string;
    };
    ids.push(id);
    await declareIn(bed, { ...options, name: `steady-${number}`, id });
  }
  await expect.poll(() => unready(bed), { timeout: convergesWithinMs, interval: 1_000 }).toBe(0);
  report(`${sizeOf(options)} were Ready ${Math.round(performance.now() - beganMs)} ms after the first was applied`);
  return ids;
}

interface Declared extends SteadyNodes {
  readonly inside: string;
  readonly name: string;
  readonly id: string;
}

async function declareIn(bed: Bed, { name, id, inside, ...options }: Declared): Promise<void> {
  const { nodesPerCluster, claimsPerCluster, driftIntervalSeconds } = options;
  const common = { clusterRef: { name }, driftIntervalSeconds };
  const cluster = { externalId: id, manifests: { route: "Gateway" }, driftIntervalSeconds };
  await bed.add(managedCluster.type, clusterManifest(name, cluster) as Manifest);
  const login = { keyPairName: "ops" };
  const pool = { ...common, login, replicas: 1 };
  await bed.add(nodePool.type, nodePoolManifest({ metadata: { name }, spec: pool }));
  for (let number = 0; number < nodesPerCluster; number += 1) {
    const spec = { ...common, labels: { number: String(number) } };
    await bed.add(managedNode.type, managedNodeManifest({ metadata: { name: `${name}-n${number}` }, spec }));
  }
  for (let number = 0; number < claimsPerCluster; number += 1) {
    const claim = `${name}-c${number}`;
    const volume = { name: claim, storageType: "bs", sizeGiB: 10 };
    const { id: volumeId } = (await bed.stand.simulator.behindOurBack("POST", "volumes", volume)) as { id: string };
    const spec = { ...common, targetNamespace: inside, huawei: { volumeId, storageType: "bs" } };
    await bed.add(cloudVolumeClaim.type, cloudVolumeClaimManifest({ metadata: { name: claim }, spec }));
  }
}

async function unready(bed: Bed): Promise<number> {
  const all = (await Promise.all(KINDS.map(({ type }) => bed.list<Managed>(type)))).flat();
  const says = (resource: Managed, condition: string): boolean =>
    isTrue((resource.status as { conditions?: readonly Condition[] }).conditions, condition);
  return all.filter((one) => !says(one, "Ready") || (one.kind === "ManagedNode" && !says(one, "UpToDate"))).length;
}

function costOf(
  { kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic,
  { ids, driftMs, intervals }: { ids: readonly string[]; driftMs: number; intervals: number },
): SteadyNodesCost {
  const odd = (path: RegExp): readonly string[] => {
    const times = Map.groupBy(cloudReads, (read) => path.exec(read.path)?.[1]);
    return ids.filter((id) => !isOncePerInterval((times.get(id) ?? []).map(timeOf), { driftMs, intervals }));
  };
  const of = (path: RegExp): readonly LoggedRequest[] => cloudReads.filter((read) => path.test(read.path));
  const known = [CLUSTERS, POOLS, NODES, NODES_INSIDE, CLAIMS_INSIDE];
  const [nodes, claims] = [of(NODES_INSIDE).length, of(CLAIMS_INSIDE).length];
  // At the edges of what is counted each cluster may have one tick more or less.
  const isRight = (count: number): boolean => Math.abs(count - ids.length * intervals) <= ids.length;
  return {
    kubeWrites: kubeWrites.map(lineOf),
    renewsLease: leaseWrites.length > 0,
    cloudWrites: cloudWrites.map(lineOf),
    clusterLists: of(CLUSTERS).length,
    oddNodeLists: odd(NODES),
    oddPoolLists: odd(POOLS),
    listsInside: isRight(nodes) && isRight(claims) ? AS_EXPECTED : `${nodes} of Nodes, ${claims} of claims`,
    otherReads: cloudReads.filter((read) => !known.some((path) => path.test(read.path))).map(lineOf),
  };
}

function expectedCost(intervals: number): SteadyNodesCost {
  const nothing = { kubeWrites: [], cloudWrites: [], oddPoolLists: [], oddNodeLists: [], otherReads: [] };
  return { ...nothing, renewsLease: true, clusterLists: intervals, listsInside: AS_EXPECTED };
}

function sizeOf({ clusters, nodesPerCluster, claimsPerCluster }: SteadyNodes): string {
  return `${clusters * nodesPerCluster} nodes, ${clusters} pools and ${clusters * claimsPerCluster} claims in ${clusters} clusters`;
}

function said({ kubeWrites, leaseWrites, cloudWrites, cloudReads }: Traffic): string {
  const lists = (path: RegExp): number => cloudReads.filter((read) => path.test(read.path)).length;
  return (
    `${kubeWrites.length} kube writes beside ${leaseWrites.length} of the lease, ${cloudWrites.length} cloud writes, ` +
    `${cloudReads.length} cloud reads: ${lists(NODES)} node lists, ${lists(NODES_INSIDE)} of Nodes inside, ${lists(CLAIMS_INSIDE)} claim lists`
  );
}
