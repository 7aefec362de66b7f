// Nothing happens on EasyStack ECNS, and what that costs the API server and the cloud is counted: lists that serve all clusters of an account,
// one read for each object, and nothing written.
import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { cloudVolumeClaim } from "../../../src/crds/cloudvolumeclaim/kind.ts";
import type { Kind } from "../../../src/crds/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNamespace } from "../../../src/crds/managednamespace/kind.ts";
import { manifestSet } from "../../../src/crds/manifestset/kind.ts";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { isTrue, type Condition } from "../../../src/runtime/conditions.ts";
import { sharedControlPlane } from "../apiserver/controlplane.ts";
import {
  clusterClaimManifest,
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  namespaceManifest,
} from "../clouds/easystack/environment.ts";
import { projectManifest } from "../environment/environment.ts";
import { configMap } from "../environment/manifest-sets.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { expectClean, report } from "./outcome.ts";
import { halfwayBetweenTicks, lineOf, trafficDuring } from "./steady.ts";

export interface SteadyEasyStack {
  readonly clusters: number;
  /** Image workspaces of the account. */
  readonly projects: number;
  /** Of each cluster. */
  readonly namespacesIn: number;
  readonly claimsIn: number;
  /** Of each cluster: namespaces that nobody declares, with as many sets in each. */
  readonly placesIn: number;
  readonly setsInPlace: number;
  readonly objectsInSet: number;
  readonly driftIntervalSeconds: number;
  /** How many drift intervals are counted. */
  readonly intervals: number;
  /** How long all may take to become Ready. */
  readonly convergesWithinMs: number;
}

/** What whole drift intervals cost. */
export interface SteadyEasyStackCost {
  /** Without those of the lease, which is held all the time. */
  readonly kubeWrites: readonly string[];
  readonly renewsLease: boolean;
  /** Requests that took effect. */
  readonly cloudWrites: readonly string[];
  /** Sorts of reads of which there were none, or more than the drift intervals take. */
  readonly oddReads: readonly string[];
}

const ACCOUNT = "easystack";
const KINDS: readonly Kind[] = [managedCluster, registryProject, managedNamespace, cloudVolumeClaim, manifestSet];
const WORKSPACES = /\/images\/harbor_projects\/$/;
/** Of each list of the cloud. */
const PAGE = 100;

/** By the reference's numbers. */
const CALLS = { workspaces: 24, images: 32, namespaces: 9, storage: 83, quotas: 16, objects: 55, confirmations: 17 };

interface Logged {
  readonly method: string;
  readonly path: string;
  readonly call?: number;
  readonly effect: boolean;
}

/** Counts what an elected operator does over whole drift intervals. */
export async function steadyEasyStack(
  options: SteadyEasyStack,
): Promise<{ measured: SteadyEasyStackCost; expected: SteadyEasyStackCost }> {
  const { driftIntervalSeconds, intervals } = options;
  // Clusters of one name share namespaces of the API server behind.
  const names = Array.from({ length: options.clusters }, () => `e${randomBytes(4).toString("hex")}`);
  const stand = await createEasyStackStand("steady-easystack", {
    kubeconfig: sharedControlPlane().kubeconfigPath,
    clusters: names.map((name) => ({ name, type: "EKS" as const })),
  });
  await using bed = await createBed({
    stand,
    accountManifests: ({ name, spec }) => easystackAccountManifests(stand.simulator, { name, ...(spec && { spec }) }),
    leaderElect: true,
  });
  bed.start();
  // Its own look at its credentials is kept out of the count.
  await bed.addAccount(ACCOUNT, { driftIntervalSeconds: 86_400 });
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  await declare(bed, names, options);
  const driftMs = driftIntervalSeconds * 1_000;
  await halfwayBetweenTicks(bed, { isOfTick: ({ path }) => WORKSPACES.test(path), driftMs });
  const since = (await stand.simulator.requests()).length;
  const { kubeWrites, leaseWrites } = await trafficDuring(bed, intervals * driftMs);
  const requests = (await stand.simulator.requests()).slice(since) as unknown as readonly Logged[];
  expect(await unready(bed)).toEqual([]);
  expectClean(bed);
  const counts = Object.entries(CALLS).map(
    ([sort, call]) => [sort, requests.filter((each) => each.call === call).length] as const,
  );
  const effects = requests.filter(({ effect }) => effect);
  report(
    `${sizeOf(options)}, ${intervals} drift intervals of ${driftIntervalSeconds} s: ${kubeWrites.length} kube writes beside ` +
      `${leaseWrites.length} of the lease, ${effects.length} cloud writes, ${requests.length} requests: ` +
      counts.map(([sort, count]) => `${count} ${sort}`).join(", "),
  );
  const most = mostOf(options);
  return {
    measured: {
      kubeWrites: kubeWrites.map(lineOf),
      renewsLease: leaseWrites.length > 0,
      cloudWrites: effects.map(lineOf),
      oddReads: counts.flatMap(([sort, count]) => {
        const isMissing = count === 0 && sort !== "confirmations";
        return isMissing || count > (most[sort] ?? 0) ? [`${count} ${sort}, at most ${most[sort]}`] : [];
      }),
    },
    expected: { kubeWrites: [], renewsLease: true, cloudWrites: [], oddReads: [] },
  };
}

/** At the edges of what is counted there may be one tick more. */
function mostOf(options: SteadyEasyStack): Readonly<Record<string, number>> {
  const { clusters, projects, namespacesIn, placesIn, setsInPlace, objectsInSet, intervals } = options;
  const ticks = intervals + 1;
  const places = clusters * placesIn;
  const minutes = Math.ceil((ticks * options.driftIntervalSeconds) / 60);
  return {
    workspaces: ticks * Math.ceil((projects + PAGE) / PAGE),
    // Two lists, and of each the page that has no more.
    images: 4 * ticks,
    namespaces: ticks,
    storage: ticks,
    quotas: ticks * clusters * namespacesIn,
    objects: ticks * places * setsInPlace * objectsInSet,
    // Lanes that are apart are confirmed once a minute; others for each turn.
    confirmations: (minutes + 1) * (clusters + places),
  };
}

/** Resolves when all is Ready. */
async function declare(bed: Bed, names: readonly string[], options: SteadyEasyStack): Promise<void> {
  const { driftIntervalSeconds, convergesWithinMs } = options;
  const beganMs = performance.now();
  const drift = { driftIntervalSeconds };
  for (const index of Array(options.projects).keys()) {
    await bed.add(
      registryProject.type,
      projectManifest(`p-${index}`, { accountRef: { name: ACCOUNT }, ...drift }) as Manifest,
    );
  }
  for (const [number, cluster] of names.entries()) {
    await bed.add(managedCluster.type, clusterManifest(cluster, drift) as Manifest);
    for (const index of Array(options.namespacesIn).keys()) {
      const spec = { clusterRef: { name: cluster }, ...drift };
      await bed.add(managedNamespace.type, namespaceManifest(`n-${number}-${index}`, spec) as Manifest);
    }
    for (const index of Array(options.claimsIn).keys()) {
      await bed.add(cloudVolumeClaim.type, clusterClaimManifest(`v-${number}-${index}`, cluster, drift) as Manifest);
    }
    for (const place of Array(options.placesIn).keys()) {
      const targetNamespace = `place-${place}`;
      await bed.stand.simulator.behindOurBack("POST", "namespaces", { cluster, name: targetNamespace });
      for (const set of Array(options.setsInPlace).keys()) {
        const manifests = Array.from({ length: options.objectsInSet }, (_, index) => configMap(`c-${set}-${index}`));
        const spec = { targetNamespace, manifests, ...drift };
        await bed.add(manifestSet.type, clusterSetManifest(`s-${number}-${place}-${set}`, cluster, spec) as Manifest);
      }
    }
  }
  await expect.poll(() => unready(bed), { timeout: convergesWithinMs, interval: 1_000 }).toEqual([]);
  await pushImage(bed);
  report(`${sizeOf(options)} were Ready ${Math.round(performance.now() - beganMs)} ms after the first was applied`);
}

/** Into the first workspace: images are not listed where there are none. Resolves when it shows. */
async function pushImage(bed: Bed): Promise<void> {
  await bed.stand.simulator.behindOurBack("POST", "images", { repository: "p-0/app", tag: "1" });
  const { namespace } = bed.stand;
  const count = async (): Promise<number | undefined> =>
    (await bed.kube.get<RegistryProject>(registryProject.type, { namespace, name: "p-0" })).status.repositoryCount;
  await expect.poll(count, { timeout: 180_000, interval: 1_000 }).toBe(1);
}

async function unready(bed: Bed): Promise<readonly string[]> {
  const all = (await Promise.all(KINDS.map(({ type }) => bed.list<Managed>(type)))).flat();
  const isReady = ({ status }: Managed): boolean =>
    isTrue((status as { conditions?: readonly Condition[] }).conditions, "Ready");
  return all.filter((one) => !isReady(one)).map(({ metadata }) => metadata.name);
}

function sizeOf({
  clusters,
  projects,
  namespacesIn,
  claimsIn,
  placesIn,
  setsInPlace,
  objectsInSet,
}: SteadyEasyStack): string {
  const sets = clusters * placesIn * setsInPlace;
  return (
    `${projects} workspaces, ${clusters * namespacesIn} namespaces, ${clusters * claimsIn} claims and ${sets} sets of ${objectsInSet} ` +
    `in ${clusters * placesIn} places of ${clusters} clusters`
  );
}
