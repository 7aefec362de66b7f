// What exists in the simulated ACK: clusters, pools, nodes, servers, tasks, attach scripts, quotas, and what a test has planned.
import type { Identified, StoreView } from "../../simulation/store.ts";

/** Times are ISO 8601; each dialect shows them in its own way. */
export interface Entity extends Identified {
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** 2.9 shows `running` alone; the rest is what the public cloud has. `deleteFailed` is the older word. */
export const CLUSTER_STATES = [
  "initial",
  "running",
  "scaling",
  "removing",
  "draining",
  "updating",
  "updating_failed",
  "upgrading",
  "migrating",
  "failed",
  "stopped",
  "inactive",
  "unavailable",
  "disconnected",
  "waiting",
  "deleting",
  "deleted",
  "delete_failed",
  "deleteFailed",
] as const;

export type ClusterState = (typeof CLUSTER_STATES)[number];

/** The last two are what a colleague may have in the account beside ours. */
export const CLUSTER_TYPES = ["Kubernetes", "ManagedKubernetes", "Ask", "Swarm", "ExternalKubernetes"] as const;

export type ClusterType = (typeof CLUSTER_TYPES)[number];

export const PROFILES = ["Default", "Edge", "Serverless"] as const;

export interface Cluster extends Entity {
  readonly state: ClusterState;
  /** The cloud's words on the state; the same as in a task. */
  readonly message: string;
  readonly clusterType: ClusterType;
  readonly profile: (typeof PROFILES)[number];
  readonly regionId: string;
  readonly version: string;
  readonly initVersion: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
  /** Of the last deletion. */
  readonly deleteOptions: readonly { readonly resourceType: string; readonly deleteMode: string }[];
  readonly retainResources: readonly string[];
  readonly retainAllResources: boolean;
  readonly network: Network;
  /** What create takes and only GET shows again. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly addons: readonly string[];
  /** Empty until the cluster was created. */
  readonly internalUrl: string;
  /** Empty: no public address. */
  readonly externalUrl: string;
  readonly certificateIssuedAt: string;
  readonly certificateNotAfter: string;
  /** The latest task of the cluster itself; empty where there was none. */
  readonly taskId: string;
}

export interface Network {
  readonly vpcId: string;
  readonly vswitchIds: readonly string[];
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly snatEntry: boolean;
  readonly publicAccess: boolean;
}

/** Open: the public cloud has more words than its documents. */
export const POOL_STATES = [
  "initial",
  "active",
  "scaling",
  "removing",
  "updating",
  "deleting",
  "failed",
  "delete_failed",
] as const;

export type PoolState = (typeof POOL_STATES)[number];

export interface AutoScaling {
  readonly enable: boolean;
  readonly minInstances: number;
  readonly maxInstances: number;
  readonly type: string;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** Of V2026 only. */
export interface NodePool extends Entity {
  readonly clusterId: string;
  readonly state: PoolState;
  /** How many nodes there should be, said by us or by the autoscaler; null: nobody says. */
  readonly desiredSize: number | null;
  readonly autoScaling: AutoScaling;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly isDefault: boolean;
  /** Tags of its servers. */
  readonly tags: Readonly<Record<string, string>>;
  /** scaling_group, kubernetes_config and management as accepted, without what has a member of its own. */
  readonly scalingGroup: Readonly<Record<string, unknown>>;
  readonly kubernetesConfig: Readonly<Record<string, unknown>>;
  readonly management: Readonly<Record<string, unknown>>;
  /** How many nodes the cloud has for this pool; null: enough. */
  readonly soldOutAbove: number | null;
  /** A change of labels, taints or blocks is on its way to the nodes. */
  readonly isUpdating: boolean;
}

export const NODE_STATES = ["initial", "running", "removing", "failed", "stopped"] as const;
export const NODE_STATUSES = ["Ready", "NotReady", "Unknown", "Offline"] as const;

export interface Node extends Entity {
  readonly clusterId: string;
  /** Empty: no pool's. */
  readonly nodepoolId: string;
  readonly serverId: string;
  /** Empty until the server has joined. */
  readonly nodeName: string;
  readonly role: "Master" | "Worker";
  readonly state: (typeof NODE_STATES)[number];
  readonly nodeStatus: (typeof NODE_STATUSES)[number];
  readonly source: "ess" | "ess_attach" | "script";
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly tags: Readonly<Record<string, string>>;
  /** Its zone follows from it; empty where nobody chose one. */
  readonly vswitchId: string;
  readonly ip: string;
  /** Pods are being moved away before it is removed. */
  readonly isDraining: boolean;
}

/** An ECS instance. A released one is gone. */
export interface Server extends Entity {
  /** Empty: fits every VPC. */
  readonly vpc: string;
  readonly instanceType: string;
  readonly chargeType: "PostPaid" | "PrePaid";
  /** Empty: of no cluster. */
  readonly clusterId: string;
  /** By the cloud, for a cluster. */
  readonly bought: boolean;
  /** How often its system disk was written. */
  readonly imaged: number;
}

export interface TaskError {
  readonly code: string;
  readonly message: string;
}

export interface Task extends Entity {
  readonly taskType: string;
  readonly clusterId: string;
  /** What it works on: a cluster, or a pool. */
  readonly target: { readonly type: "cluster" | "nodepool"; readonly id: string };
  readonly state: "running" | "success" | "failed";
  readonly error: TaskError | null;
  /** Names of its stages, and how many are done. */
  readonly stages: readonly string[];
  readonly stagesDone: number;
  /** One for each server that it concerns. */
  readonly results: readonly { readonly data: string; readonly status: "initial" | "success" | "failed" }[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface AttachScript extends Entity {
  readonly clusterId: string;
  readonly expiresAt: string;
  readonly arch: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export type FailAt = "Create" | "Delete" | "Upgrade" | "ScaleOut" | "Attach";

/** What a test has planned for something that may not exist yet, by its name; used up by the first that fits. */
export interface Plan extends Entity {
  readonly concerns: "Cluster" | "NodePool" | "Server";
  readonly failAt?: FailAt | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly soldOutAbove?: number | undefined;
  /** How many servers a scale-out that fails makes all the same. */
  readonly joined?: number | undefined;
}

/** Named by its id: `cluster`, `managed`, `serverless`, `nodepool`, `node`. */
export interface Quota extends Entity {
  readonly limit: number;
}

export type AckTables = {
  clusters: Cluster;
  nodepools: NodePool;
  nodes: Node;
  servers: Server;
  tasks: Task;
  attachscripts: AttachScript;
  plans: Plan;
  quotas: Quota;
};

export type AckView = StoreView<AckTables>;
