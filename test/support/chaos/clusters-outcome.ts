// What must be true when chaos over clusters is over: each declared cluster, pool and add-on exists exactly once, by its mark and as
// declared, all others are gone, and what a colleague made is untouched.
import { isDeepStrictEqual } from "node:util";
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import type { ManagedAddon } from "../../../src/crds/managedaddon/schema.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { flawsOfHistory } from "./clusters-history.ts";
import {
  addonOf,
  bystandersIn,
  type CloudState,
  type ClusterBed,
  isBystander,
  poolOf,
  type PoolWish,
  TEMPLATE,
  type Wish,
  type Wishes,
} from "./clusters.ts";
import { flawsOfStatus } from "./outcome.ts";

/** All that there is when it is judged. */
interface Scene {
  readonly cloud: CloudState;
  readonly clusters: readonly ManagedCluster[];
  readonly pools: readonly NodePool[];
  readonly addons: readonly ManagedAddon[];
}

/** A cluster in the cloud with what is declared of it. */
interface Place {
  readonly name: string;
  readonly id: string;
  readonly wish: Wish;
}

/** Labels that are not the user's. */
const MARK = "yunfan.dev/nonce";
const LABEL_OF_CLOUD = "cce.cloud.com/cce-nodepool";
/** The cloud installs them by itself. */
const PRE_INSTALLED = new Set(["coredns", "storage-driver"]);

/** One line for each way in which kube or cloud are not as declared. `bystanders`: what a colleague made, as it was. */
export async function flawsOfClusters(
  bed: ClusterBed,
  wishes: Wishes,
  bystanders: CloudState = bed.bystanders,
): Promise<string[]> {
  const [cloud, clusters, pools, addons, published, requests] = await Promise.all([
    bed.cloud(),
    bed.list<ManagedCluster>(managedCluster.type),
    bed.list<NodePool>(nodePool.type),
    bed.list<ManagedAddon>(managedAddon.type),
    bed.published(),
    bed.requestsSince(0),
  ]);
  const scene: Scene = { cloud, clusters, pools, addons };
  const kubeconfigs = new Set([...wishes.keys()].map((name) => `${name}-kubeconfig`));
  return [
    ...[...wishes].flatMap(([name, wish]) => flawsOfCluster(scene, name, wish)),
    ...leftInKube(scene, wishes),
    ...leftInCloud(scene, wishes),
    ...(isDeepStrictEqual(bystandersIn(cloud), bystanders) ? [] : ["what a colleague made was touched"]),
    ...flawsOfHistory(bed, requests),
    ...published.filter((name) => !kubeconfigs.has(name)).map((name) => `Secret ${name} is left`),
  ];
}

function flawsOfCluster(scene: Scene, name: string, wish: Wish): string[] {
  const [found, ...others] = scene.cloud.clusters.filter((cluster) => cluster.name === name);
  if (!found) return [`${name} does not exist in the cloud`];
  if (others.length > 0) return [`${name} exists ${others.length + 1} times in the cloud`];
  const resource = scene.clusters.find(({ metadata }) => metadata.name === name);
  if (!resource) return [`there is no ManagedCluster ${name}`];
  const place = { name, id: found.id, wish };
  const mark = ` [yunfan:${resource.metadata.uid}-${resource.status.createAttempts}]`;
  const isAwake = wish.powerState === "Running";
  const rules: readonly (readonly [string, boolean])[] = [
    [`is "${found.description}"`, !found.description.endsWith(isAwake ? wish.description + mark : mark)],
    [`is ${found.phase}`, found.phase !== (isAwake ? "Available" : "Hibernation")],
  ];
  const broken = rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
  const flaws = [...broken, ...flawsOfStatus(resource, found.id)].map((flaw) => `${name} ${flaw}`);
  return isAwake ? [...flaws, ...flawsOfMembers(scene, place)] : flaws;
}

/** Not of a cluster that sleeps: every change in it waits, and that of its description too. */
function flawsOfMembers(scene: Scene, place: Place): string[] {
  const { name, wish } = place;
  return [
    ...Object.entries(wish.pools).flatMap(([pool, poolWish]) =>
      flawsOfPool(scene, place, poolOf(name, pool), poolWish),
    ),
    ...(wish.addon === undefined ? [] : flawsOfAddon(scene, place, wish.addon)),
  ];
}

function flawsOfPool(scene: Scene, { id }: Place, name: string, { replicas, tier }: PoolWish): string[] {
  const { nodepools, nodes } = scene.cloud;
  const [found, ...others] = nodepools.filter((pool) => pool.clusterId === id && pool.name === name);
  if (!found) return [`${name} does not exist in the cloud`];
  if (others.length > 0) return [`${name} exists ${others.length + 1} times in the cloud`];
  const resource = scene.pools.find(({ metadata }) => metadata.name === name);
  if (!resource) return [`there is no NodePool ${name}`];
  const { [MARK]: mark, [LABEL_OF_CLOUD]: _, ...labels } = found.nodeTemplate.k8sTags;
  const phases = nodes.filter(({ nodepoolId }) => nodepoolId === found.id).map(({ phase }) => phase);
  const rules: readonly (readonly [string, boolean])[] = [
    [`bears the mark ${mark}`, mark !== `${resource.metadata.uid}-${resource.status.createAttempts}`],
    [`is to have ${found.initialNodeCount} of ${replicas} nodes`, found.initialNodeCount !== replicas],
    [`has the nodes ${phases.join()}`, phases.length !== replicas || phases.some((phase) => phase !== "Active")],
    [`has the labels ${JSON.stringify(labels)}`, !isDeepStrictEqual(labels, { tier })],
  ];
  const broken = rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
  return [...broken, ...flawsOfStatus(resource, found.id)].map((flaw) => `${name} ${flaw}`);
}

function flawsOfAddon(scene: Scene, { name, id }: Place, value: number): string[] {
  const found = scene.cloud.addons.find((addon) => addon.clusterId === id && addon.name === TEMPLATE);
  if (!found) return [`${name} has no add-on`];
  const resource = scene.addons.find(({ metadata }) => metadata.name === addonOf(name));
  if (!resource) return [`there is no ManagedAddon ${addonOf(name)}`];
  const rules: readonly (readonly [string, boolean])[] = [
    [`is ${found.status}`, found.status !== "running"],
    [`has the values ${JSON.stringify(found.values)}`, !isDeepStrictEqual(found.values["custom"], { value })],
    [`was ${resource.status.origin}`, resource.status.origin !== "Created"],
  ];
  const broken = rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
  return [...broken, ...flawsOfStatus(resource, found.id)].map((flaw) => `${addonOf(name)} ${flaw}`);
}

/** Resources that nobody declares any more; those of a cluster that sleeps leave when it is awake. */
function leftInKube({ clusters, pools, addons }: Scene, wishes: Wishes): string[] {
  const members = [...pools, ...addons].filter(({ metadata, spec }) => {
    const { name } = spec.clusterRef;
    const wish = wishes.get(name);
    return wish?.powerState !== "Hibernated" && !membersOf(name, wish).has(metadata.name);
  });
  const left = [...clusters.filter(({ metadata }) => !wishes.has(metadata.name)), ...members];
  return left.map(({ kind, metadata }) => `${kind} ${metadata.name} is left`);
}

function membersOf(name: string, wish: Wish | undefined): ReadonlySet<string> {
  if (!wish) return new Set();
  const pools = Object.keys(wish.pools).map((pool) => poolOf(name, pool));
  return new Set(wish.addon === undefined ? pools : [...pools, addonOf(name)]);
}

/** Things that no resource stands for. */
function leftInCloud({ cloud, pools, addons }: Scene, wishes: Wishes): string[] {
  const held = new Set([...pools, ...addons].map(({ status }) => status.externalId));
  const theirs = new Set(cloud.clusters.filter(isBystander).map(({ id }) => id));
  const poolIds = new Set(cloud.nodepools.map(({ id }) => id));
  const left = [
    ...cloud.clusters.filter((cluster) => !isBystander(cluster) && !wishes.has(cluster.name)),
    ...cloud.nodepools.filter((pool) => !isBystander(pool) && !held.has(pool.id)),
    ...cloud.nodes.filter(({ nodepoolId }) => !poolIds.has(nodepoolId)),
    ...cloud.addons.filter(
      ({ id, name, clusterId }) => !theirs.has(clusterId) && !PRE_INSTALLED.has(name) && !held.has(id),
    ),
  ];
  return left.map(({ id, name }) => `${name} (${id}) is left in the cloud`);
}
