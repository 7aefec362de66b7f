// Nothing happens to sets in many targets, and what that costs the API server, the cloud and the targets is counted. The targets are as many
// clusters before one address, which notes what comes.
import { expect } from "vitest";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { manifestSet } from "../../../src/crds/manifestset/kind.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { isTrue, type Condition } from "../../../src/runtime/conditions.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { HUAWEI, clusterManifest, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import { createStandOn } from "../environment/environment.ts";
import { configMap, setManifest, type Json } from "../environment/manifest-sets.ts";
import { DEPLOYER, loneNamespace } from "../environment/lone-namespaces.ts";
import { startTargetProxy } from "../environment/target-proxy.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { expectClean, report } from "./outcome.ts";
import { halfwayBetweenTicks, lineOf, trafficDuring } from "./steady.ts";

export interface SteadySets {
  /** Targets, with a set in each. */
  readonly clusters: number;
  /** All ConfigMaps but one Service. */
  readonly objectsPerSet: number;
  readonly driftIntervalSeconds: number;
  /** How many drift intervals are counted. */
  readonly intervals: number;
  /** How long all may take to become Ready. */
  readonly convergesWithinMs: number;
}

/** What whole drift intervals cost. */
export interface SteadySetsCost {
  /** Without those of the lease, which is held all the time. */
  readonly kubeWrites: readonly string[];
  readonly renewsLease: boolean;
  readonly cloudWrites: readonly string[];
  readonly targetWrites: readonly string[];
  /** What all sets together were made with. */
  readonly made: number;
  readonly lists: string;
}

const ACCOUNT = "huawei";
const AS_EXPECTED = "one for each kind, target and tick";
const CLUSTERS = /^\/api\/v3\/projects\/[^/]+\/clusters$/;
/** No watch, and no further page. */
const LIST = /^\/api\/v1\/namespaces\/[^/]+\/(configmaps|services)\?(?!.*(?:watch=|continue=))/;
const LISTED = ["configmaps", "services"];

/** Counts what an elected operator does over whole drift intervals. */
export async function steadySets(options: SteadySets): Promise<{ measured: SteadySetsCost; expected: SteadySetsCost }> {
  const { clusters, objectsPerSet, driftIntervalSeconds, intervals } = options;
  const { kubectl, kubeconfigPath, administrator } = sharedControlPlane();
  await using target = await startTargetProxy(kubeconfigPath);
  const kinds = ["cloudaccounts", "managedclusters", "manifestsets"];
  const stand = await createStandOn({ ...HUAWEI, kinds }, "steady-sets", {
    speed: 2_000,
    kubeconfig: target.kubeconfig,
    clusterQuota: clusters,
  });
  await using bed = await createBed({
    stand,
    accountManifests: (account) => huaweiAccountManifests(stand.simulator, account),
    leaderElect: true,
  });
  bed.start();
  // Its own look at its credentials is kept out of the count.
  await bed.addAccount(ACCOUNT, { driftIntervalSeconds: 86_400 });
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  const inside = await uniqueNamespace(kubectl, "steady-sets-inside");
  for (const number of numbers(clusters)) {
    for (const object of loneNamespace(`${inside}-${number}`)) await administrator.apply(object);
  }
  await declare(bed, { ...options, inside });
  const ours = (): readonly string[] =>
    target.writes.filter(({ path }) => path.includes(`/namespaces/${inside}-`)).map(lineOf);
  const made = ours().length;
  const driftMs = driftIntervalSeconds * 1_000;
  await halfwayBetweenTicks(bed, { isOfTick: ({ path }) => CLUSTERS.test(path), driftMs });
  const [reads, writes] = [target.reads.length, ours().length];
  const traffic = await trafficDuring(bed, intervals * driftMs);
  const seen = target.reads.slice(reads);
  expect(await unready(bed)).toBe(0);
  expectClean(bed);
  const counts = LISTED.map((kind) => seen.filter((path) => LIST.exec(path)?.[1] === kind).length);
  const { kubeWrites, leaseWrites, cloudWrites } = traffic;
  report(
    `${clusters * objectsPerSet} objects in ${clusters} targets, ${intervals} drift intervals of ${driftIntervalSeconds} s: ` +
      `${kubeWrites.length} kube writes beside ${leaseWrites.length} of the lease, ${cloudWrites.length} cloud writes, ` +
      `${ours().length - writes} target writes, ${seen.length} target reads, ${counts.join(" and ")} lists`,
  );
  // At the edges of what is counted each target may have one tick more or less.
  const isRight = counts.every((count) => Math.abs(count - clusters * intervals) <= clusters);
  return {
    measured: {
      kubeWrites: kubeWrites.map(lineOf),
      renewsLease: leaseWrites.length > 0,
      cloudWrites: cloudWrites.map(lineOf),
      targetWrites: ours().slice(writes),
      made,
      lists: isRight ? AS_EXPECTED : `${counts.join(" and ")} lists`,
    },
    expected: {
      kubeWrites: [],
      renewsLease: true,
      cloudWrites: [],
      targetWrites: [],
      made: clusters * objectsPerSet,
      lists: AS_EXPECTED,
    },
  };
}

/** Resolves when all is Ready. */
async function declare(bed: Bed, options: SteadySets & { readonly inside: string }): Promise<void> {
  const { clusters, convergesWithinMs } = options;
  const beganMs = performance.now();
  for (const number of numbers(clusters)) await declareIn(bed, { name: `steady-${number}`, number, ...options });
  await expect.poll(() => unready(bed), { timeout: convergesWithinMs, interval: 1_000 }).toBe(0);
  report(`${clusters} sets were Ready ${Math.round(performance.now() - beganMs)} ms after the first was applied`);
}

interface Declared extends SteadySets {
  readonly inside: string;
  readonly name: string;
  readonly number: number;
}

async function declareIn(
  bed: Bed,
  { name, number, objectsPerSet, driftIntervalSeconds, inside }: Declared,
): Promise<void> {
  const { id } = (await bed.stand.simulator.behindOurBack("POST", "clusters", { name })) as { readonly id: string };
  await bed.add(managedCluster.type, clusterManifest(name, { externalId: id, driftIntervalSeconds }) as Manifest);
  const manifests: readonly Json[] = [
    { apiVersion: "v1", kind: "Service", metadata: { name }, spec: { ports: [{ port: 80 }] } },
    ...Array.from({ length: objectsPerSet - 1 }, (_, index) => configMap(`${name}-${index}`)),
  ];
  const namespace = `${inside}-${number}`;
  const serviceAccount = { namespace, name: DEPLOYER };
  const spec = { clusterRef: { name }, serviceAccount, targetNamespace: namespace, manifests, driftIntervalSeconds };
  await bed.add(manifestSet.type, setManifest(name, spec) as Manifest);
}

async function unready(bed: Bed): Promise<number> {
  const all = (await Promise.all([managedCluster, manifestSet].map(({ type }) => bed.list<Managed>(type)))).flat();
  const isReady = ({ status }: Managed): boolean =>
    isTrue((status as { conditions?: readonly Condition[] }).conditions, "Ready");
  return all.filter((one) => !isReady(one)).length;
}

function numbers(count: number): readonly number[] {
  return [...Array(count).keys()];
}
