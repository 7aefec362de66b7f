// Chaos over clusters with pools and an add-on each: where it happens, and what users write.
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { type Bed, createBed } from "./bed.ts";
import { HUAWEI, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import { managedAddonManifest, managedClusterManifest, nodePoolManifest } from "../environment/resources.ts";
import type { SimulatorControls } from "../clouds/simulator.ts";
import { createStandOn } from "../environment/environment.ts";

/** What a user wants of a cluster and of what is in it. */
export interface Wish {
  readonly powerState: "Running" | "Hibernated";
  readonly description: string;
  /** By the last part of their names. */
  readonly pools: Readonly<Record<string, PoolWish>>;
  /** A value of the add-on; undefined: there shall be none. */
  readonly addon: number | undefined;
}

export interface PoolWish {
  readonly replicas: number;
  /** A label of the nodes. */
  readonly tier: string;
}

/** By name of the cluster. */
export type Wishes = ReadonlyMap<string, Wish>;

interface Identified {
  readonly id: string;
  readonly name: string;
}

interface SimulatedPool extends Identified {
  readonly clusterId: string;
  readonly initialNodeCount: number;
  readonly nodeTemplate: { readonly k8sTags: Readonly<Record<string, string>> };
}

/** The collections of /_simulator/state that are looked at. */
export interface CloudState {
  readonly clusters: readonly (Identified & { readonly phase: string; readonly description: string })[];
  readonly nodepools: readonly SimulatedPool[];
  readonly nodes: readonly (Identified & { readonly nodepoolId: string; readonly phase: string })[];
  readonly addons: readonly (Identified & {
    readonly clusterId: string;
    readonly status: string;
    readonly values: Readonly<Record<string, unknown>>;
  })[];
}

export interface ClusterBedOptions {
  readonly duplicateNames?: "Refuse" | "Allow";
  readonly settleWindowSeconds?: number;
  /** Whether operators hold a lease; not where unset. */
  readonly leaderElect?: boolean;
  /** Of clusters, pools and add-ons; 5 where unset. */
  readonly driftIntervalSeconds?: number;
  /** Of the account's spec. */
  readonly account?: object;
  /** How many clusters the cloud allows. */
  readonly clusterQuota?: number;
}

export interface ClusterBed extends Bed<CloudState> {
  /** What a colleague had made before. */
  readonly bystanders: CloudState;
  addCluster(name: string, wish: Pick<Wish, "powerState" | "description">): Promise<void>;
  changeCluster(name: string, wish: Partial<Pick<Wish, "powerState" | "description">>): Promise<void>;
  addPool(name: string, pool: string, wish: PoolWish): Promise<void>;
  changePool(name: string, pool: string, wish: PoolWish): Promise<void>;
  addAddon(name: string, value: number): Promise<void>;
  changeAddon(name: string, value: number): Promise<void>;
  removeCluster(name: string): Promise<void>;
  removePool(name: string, pool: string): Promise<void>;
  removeAddon(name: string): Promise<void>;
}

/** A cluster takes 0.3 s. */
const SPEED = 2_000;
const ACCOUNT = "huawei";
/** How the names of a colleague's clusters and pools begin. */
const BYSTANDER = "bystander";
export const TEMPLATE = "metrics-server";

/** The operator runs, and has an account. */
export async function createClusterBed(prefix: string, options: ClusterBedOptions = {}): Promise<ClusterBed> {
  const {
    settleWindowSeconds,
    leaderElect,
    driftIntervalSeconds = 5,
    account: accountSpec,
    ...simulatorOptions
  } = options;
  const drift = { driftIntervalSeconds };
  const kinds = ["cloudaccounts", "managedclusters", "nodepools", "managedaddons"];
  const stand = await createStandOn({ ...HUAWEI, kinds }, prefix, { speed: SPEED, ...simulatorOptions });
  const bed = await createBed<CloudState>({
    stand,
    accountManifests: (account) => huaweiAccountManifests(stand.simulator, account),
    settleWindowSeconds,
    leaderElect,
  });
  bed.start();
  await bed.addAccount(ACCOUNT, accountSpec);
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  await seedBystanders(bed);
  return {
    ...bed,
    bystanders: bystandersIn(await bed.cloud()),
    addCluster: (name, { powerState, description }) =>
      bed.add(
        managedCluster.type,
        managedClusterManifest({ metadata: { name }, spec: { ...drift, powerState, description } }),
      ),
    changeCluster: (name, wish) => bed.change(managedCluster.type, name, wish),
    addPool: (name, pool, wish) =>
      bed.add(
        nodePool.type,
        nodePoolManifest({
          metadata: { name: poolOf(name, pool) },
          spec: { ...drift, clusterRef: { name }, login: { keyPairName: "ops" }, ...specOf(wish) },
        }),
      ),
    changePool: (name, pool, wish) => bed.change(nodePool.type, poolOf(name, pool), specOf(wish)),
    addAddon: (name, value) =>
      bed.add(
        managedAddon.type,
        managedAddonManifest({
          metadata: { name: addonOf(name) },
          spec: { ...drift, clusterRef: { name }, template: TEMPLATE, ...valuesOf(value) },
        }),
      ),
    changeAddon: (name, value) => bed.change(managedAddon.type, addonOf(name), valuesOf(value)),
    removeCluster: (name) => bed.remove(managedCluster.type, name),
    removePool: (name, pool) => bed.remove(nodePool.type, poolOf(name, pool)),
    removeAddon: (name) => bed.remove(managedAddon.type, addonOf(name)),
  };
}

/** A colleague's cluster with a pool. */
async function seedBystanders({ stand: { simulator } }: Bed): Promise<void> {
  const { id } = (await simulator.behindOurBack("POST", "clusters", { name: BYSTANDER })) as Identified;
  await seedPool(simulator, id);
}

/** A colleague's pool, in whosever cluster. */
export async function seedPool(simulator: SimulatorControls, clusterId: string): Promise<void> {
  await simulator.behindOurBack("POST", "nodepools", { clusterId, name: `${BYSTANDER}-pool`, initialNodeCount: 1 });
}

/** What a colleague made, by its names. */
export function bystandersIn({ clusters, nodepools, nodes, addons }: CloudState): CloudState {
  const theirs = clusters.filter(isBystander);
  return {
    clusters: theirs,
    nodepools: nodepools.filter(isBystander),
    nodes: nodes.filter(isBystander),
    addons: addons.filter(({ clusterId }) => theirs.some(({ id }) => id === clusterId)),
  };
}

export function isBystander({ name }: { readonly name: string }): boolean {
  return name.startsWith(BYSTANDER);
}

/** Name of the pool's resource, and of the pool. */
export function poolOf(cluster: string, pool: string): string {
  return `${cluster}-${pool}`;
}

/** Name of the add-on's resource. */
export function addonOf(cluster: string): string {
  return `${cluster}-metrics`;
}

function specOf({ replicas, tier }: PoolWish): object {
  return { replicas, labels: { tier } };
}

function valuesOf(value: number): object {
  return { values: { custom: { value } } };
}
