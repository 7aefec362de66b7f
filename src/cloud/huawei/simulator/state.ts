// What exists in the simulated CCE: clusters, node pools, nodes, add-ons, jobs, quotas, and what a test has planned.
import { randomInt, randomUUID } from "node:crypto";
import type { ServedKubeconfig } from "../../simulation/kubeconfig.ts";
import type { StoreView } from "../../simulation/store.ts";
import { Store } from "../../simulation/store.ts";
import type { Timeline } from "../../simulation/timeline.ts";
import type { AddonDemand } from "./addon-values.ts";
import type { Entity } from "./entity.ts";
import type { FailedNodePhase, Node, Server } from "./node-state.ts";
import { notFound } from "./refusals.ts";
import type { Claim, Volume } from "./storage-state.ts";

/** 4.1.2 and 4.1.6; `Error` is what a read without `errorStatus` shows as `Deleting`. */
export const CLUSTER_PHASES = [
  "Creating",
  "Available",
  "Unavailable",
  "Deleting",
  "Error",
  "Empty",
  "Hibernating",
  "Hibernation",
  "Awaking",
  "ScalingUp",
  "ScalingDown",
  "Upgrading",
  "Resizing",
  "RollingBack",
  "RollbackFailed",
] as const;

export type ClusterPhase = (typeof CLUSTER_PHASES)[number];

export interface Cluster extends Entity {
  readonly phase: ClusterPhase;
  /** Shown unless Available; empty: nothing to say. */
  readonly reason: string;
  readonly message: string;
  readonly version: string;
  readonly flavor: string;
  readonly description: string;
  /** The rest of 4.1.1's spec, as accepted and defaulted. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** The latest job; empty where there was none. */
  readonly jobId: string;
  /** Where kube-apiserver listens; empty until the cluster was created. */
  readonly internalUrl: string;
  /** Empty: no EIP. */
  readonly externalUrl: string;
  /** When the client certificate ends; empty: as the served kubeconfig's does. */
  readonly certificateNotAfter: string;
}

/** 4.1.19; the empty one is the normal state. */
export const NODE_POOL_PHASES = ["", "Synchronizing", "Synchronized", "SoldOut", "Deleting", "Error"] as const;

export type NodePoolPhase = (typeof NODE_POOL_PHASES)[number];

export interface Autoscaling {
  readonly enable: boolean;
  readonly minNodeCount: number;
  readonly maxNodeCount: number;
  readonly scaleDownCooldownTime: number;
  readonly priority: number;
}

export interface NodePool extends Entity {
  readonly clusterId: string;
  readonly phase: NodePoolPhase;
  /** How many nodes there should be. */
  readonly initialNodeCount: number;
  readonly autoscaling: Autoscaling;
  readonly type: string;
  /** All of it, with what no read shows: taints and the salted password. */
  readonly nodeTemplate: Readonly<Record<string, unknown>> & { readonly k8sTags: Readonly<Record<string, string>> };
  readonly nodeManagement: Readonly<Record<string, unknown>>;
  /** Empty: none. */
  readonly faultDomain: string;
  /** How many nodes the cloud has for this pool; null: enough. */
  readonly soldOutAbove: number | null;
}

/** `available`, of today's public cloud, is partly ready: some of its pods run. */
export const ADDON_STATUSES = [
  "installing",
  "installFailed",
  "running",
  "abnormal",
  "upgrading",
  "upgradeFailed",
  "deleting",
  "deleteFailed",
  "available",
] as const;

export type AddonStatus = (typeof ADDON_STATUSES)[number];

/** An instance; its name is its template's. */
export interface Addon extends Entity {
  readonly clusterId: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly status: AddonStatus;
  readonly reason: string;
  readonly message: string;
}

export type JobPhase = "Initializing" | "Running" | "Success" | "Failed";

/** What a job that failed leaves its cluster in. */
export type FailedPhase = "Unavailable" | "Error";

export interface SubJob {
  readonly id: string;
  readonly type: string;
  readonly phase: JobPhase;
  readonly reason: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What it works on: sub-jobs of several resources run beside each other. */
  readonly resourceId: string;
  /** Of a node's, once there is a server; else empty. */
  readonly serverId: string;
}

/** Named after the resource it works on, the first one where it has several. */
export interface Job extends Entity {
  readonly type: string;
  readonly clusterId: string;
  readonly resourceId: string;
  readonly serverId: string;
  readonly phase: JobPhase;
  readonly reason: string;
  readonly subJobs: readonly SubJob[];
  /** The type of the sub-job that a colleague has fail; empty: none. */
  readonly failAt: string;
  readonly leaves: FailedPhase | FailedNodePhase;
  /** It goes on, and no read finds it. */
  readonly isForgotten: boolean;
}

/** What a test has planned for something that does not exist yet, by its name; used up by the first that has it. */
export interface Plan extends Entity {
  readonly concerns: "Cluster" | "NodePool" | "Addon" | "Node" | "Server";
  readonly failAt?: string | undefined;
  readonly leaves?: FailedPhase | FailedNodePhase | undefined;
  readonly soldOutAbove?: number | undefined;
  readonly reselectCidr?: boolean | undefined;
}

/** Named by its key. */
export interface Quota extends Entity {
  readonly quotaLimit: number;
}

export type CceTables = {
  clusters: Cluster;
  nodepools: NodePool;
  nodes: Node;
  servers: Server;
  volumes: Volume;
  claims: Claim;
  addons: Addon;
  jobs: Job;
  plans: Plan;
  quotas: Quota;
};

export type CceView = StoreView<CceTables>;

export interface Project {
  readonly id: string;
  readonly name: string;
}

export interface CceRules {
  readonly project: Project;
  /** What a create gets whose name a cluster of the project, or a pool or node of the cluster, has. */
  readonly duplicateNames: "Refuse" | "Allow";
  /** Whether a PUT of a node pool takes labels and taints, as its table says, or ignores them, as its note says. */
  readonly k8sTagsUpdatable: boolean;
  /** Whether a node that is reset, moved or accepted again is another one, or keeps its id. */
  readonly resetChangesId: boolean;
  /** What an add-on's values have to have; see addon-values.ts. */
  readonly addonValues: AddonDemand;
  /** What every cluster serves in place of addresses and certificates of its own. */
  readonly kubeconfig?: ServedKubeconfig | undefined;
}

/** Everything a handler works with. */
export interface Cce {
  readonly store: Store<CceTables>;
  readonly rules: CceRules;
  /** The clock of all that is stamped, and the schedule of all that happens by itself. */
  readonly timeline: Timeline;
  /** Where its addresses begin: simulators that share an API server should not give out the same ones. */
  readonly firstAddress: number;
}

/** In 192.168.0.0/16, as far as nodes have them. */
export const ADDRESSES = 254 * 250;

/** Of ECS, so no read of CCE's quotas shows it. */
const SERVER_QUOTA = 2_000;

export function createCce(rules: CceRules, clusterQuota: number, timeline: Timeline): Cce {
  const collections = [
    "clusters",
    "nodepools",
    "nodes",
    "servers",
    "volumes",
    "claims",
    "addons",
    "jobs",
    "plans",
    "quotas",
  ] as const;
  const store = new Store<CceTables>(collections, timeline);
  const cce = { store, rules, timeline, firstAddress: randomInt(ADDRESSES) };
  cce.store.put("quotas", { ...newEntity(cce, "cluster"), id: "cluster", quotaLimit: clusterQuota });
  cce.store.put("quotas", { ...newEntity(cce, "server"), id: "server", quotaLimit: SERVER_QUOTA });
  return cce;
}

/** A fresh id with the time of now. */
export function newEntity(cce: Cce, name: string): Entity {
  const createdAt = isoNow(cce);
  return { id: randomUUID(), name, createdAt, updatedAt: createdAt };
}

export function isoNow({ timeline }: Cce): string {
  return new Date(timeline.now()).toISOString();
}

/** Changes a record and its `updatedAt`; undefined, without effect, where it is gone. */
export function amend<C extends keyof CceTables>(
  cce: Cce,
  collection: C,
  id: string,
  change: Partial<CceTables[C]>,
): CceTables[C] | undefined {
  const record = cce.store.get(collection, id);
  if (record === undefined) return undefined;
  const amended = { ...record, ...change, updatedAt: isoNow(cce) };
  cce.store.put(collection, amended);
  return amended;
}

/** What is set of a change: an absent field stays as it was. */
export function given<Change extends object>(change: Change): { [K in keyof Change]?: Exclude<Change[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof Change]?: Exclude<Change[K], undefined>;
  };
}

/** Throws 404 `CCE.01404001` where there is no such cluster. */
export function requireCluster(view: CceView, id: string): Cluster {
  const cluster = view.get("clusters", id);
  if (cluster === undefined) throw notFound("cluster", id);
  return cluster;
}

/** Takes the plan for `name` that `fits`, so that it strikes once. */
export function takePlan(
  cce: Cce,
  concerns: Plan["concerns"],
  name: string,
  fits: (plan: Plan) => boolean,
): Plan | undefined {
  const plan = cce.store.list("plans").find((one) => one.concerns === concerns && one.name === name && fits(one));
  if (plan !== undefined) cce.store.remove("plans", plan.id);
  return plan;
}

/** Go's notation of a time, which CCE shows: `2018-08-02 03:48:58.968 +0000 UTC`. */
export function goTime(iso: string): string {
  const [seconds = "", fraction = ""] = iso.replace("T", " ").replace("Z", "").split(".");
  const digits = fraction.replace(/0+$/, "");
  return `${seconds}${digits === "" ? "" : `.${digits}`} +0000 UTC`;
}
