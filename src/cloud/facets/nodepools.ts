// The nodePools facet: groups of like nodes in a managed cluster. All of it is below a cluster, addressed by the cluster's id.
import type { Accepted, BlockOptions, Created, Item, Readable, Refusal, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";
import type { ServersToAccept } from "./nodes.ts";
import type { NodeLogin, Taint, Volume } from "./servers.ts";

/**
 * `Synchronizing`: nodes are being added or removed. `SoldOut`: the cloud has no such instances now; those that are there stay.
 * `Failed`: adding nodes failed. `Unknown`: a word that this version does not know.
 */
export type NodePoolPhase = "Normal" | "Synchronizing" | "SoldOut" | "Failed" | "Deleting" | "DeleteFailed" | "Unknown";

export type { Taint } from "./servers.ts";

export interface Autoscaling {
  readonly enabled: boolean;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

/** As a pool has it: with what only people at the cloud's console set, and what every change therefore carries along. */
export interface PoolAutoscaling extends Autoscaling {
  /** For how long a node that the autoscaler has added stays; undefined where the cloud does not tell. */
  readonly cooldownMinutes?: number | undefined;
  /** Which pool grows first: the one with the higher number; undefined where the cloud does not tell. */
  readonly priority?: number | undefined;
}

export interface NodePool extends Item {
  readonly phase: NodePoolPhase;
  /** The cloud's own word for the phase; may be empty. */
  readonly cloudPhase: string;
  /** How many nodes the pool is to have, in the cloud's books; undefined where nobody has said so. */
  readonly desired: number | undefined;
  /** How many it has; undefined where this answer does not tell. */
  readonly current: number | undefined;
  readonly autoscaling: PoolAutoscaling;
  /** The user's labels: without our mark and without those that the cloud adds by itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined where no read of this cloud shows taints. */
  readonly taints: readonly Taint[] | undefined;
  /** The nonce of the create that made it; undefined: not made by Yunfan. */
  readonly mark: string | undefined;
  readonly instanceType: string;
  readonly zone: string | undefined;
  readonly os: string | undefined;
  /** Whether the cloud made it together with the cluster; left out where it makes none. */
  readonly isDefault?: boolean;
}

export interface NodePoolRequest {
  readonly name: string;
  readonly nonce: string;
  readonly cluster: ClusterHost;
  /** Undefined: nobody says. */
  readonly replicas: number | undefined;
  readonly autoscaling: Autoscaling;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly instanceType: string;
  /** Undefined: any zone. */
  readonly zone: string | undefined;
  readonly os: string | undefined;
  readonly rootVolume: Volume | undefined;
  readonly dataVolumes: readonly Volume[];
  readonly login: NodeLogin | undefined;
  /** Servers that exist and are taken in once the pool is there; undefined: the pool's servers are bought. */
  readonly existingServers: ServersToAccept | undefined;
  /** Of the pool's spec. */
  readonly options: BlockOptions;
}

export type ChangedField = "replicas" | "autoscaling" | "labels" | "taints";

/** All that can be changed, always told whole: to some clouds what is left out means 0. */
export interface NodePoolChange {
  readonly name: string;
  readonly mark: string | undefined;
  readonly replicas: number | undefined;
  readonly autoscaling: PoolAutoscaling;
  readonly labels: Readonly<Record<string, string>>;
  /** Undefined: not known, and left as they are. */
  readonly taints: readonly Taint[] | undefined;
  /** Which of these are to change: a cloud that leaves alone what is left out is sent no other. */
  readonly changes: readonly ChangedField[];
}

/** Of a cloud that has pools. Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface CloudPools {
  /** Who knows which servers are a pool's. */
  readonly membership: "Cloud";

  /**
   * The pools of a cluster. `list` throws NotFound where there is no such cluster, `get` answers "Absent". A list may tell less than
   * `get`: a phase that it leaves out is Unknown with an empty `cloudPhase`. `remove` takes all nodes along.
   */
  readonly in: (clusterId: string) => Readable<NodePool>;

  /** Undefined where the cloud can make it. Asked before anything is sent. Pure. */
  readonly check?: (request: Omit<NodePoolRequest, "nonce">) => Refusal | undefined;

  /** One request, never repeated by itself. QuotaExceeded, NameRefused, Rejected, AlreadyExists: nothing was made. */
  readonly create: (clusterId: string, request: NodePoolRequest, permit: WritePermit) => Promise<Created>;

  /** Idempotent. NotFound where there is no such pool. Left out where the cloud changes no pool that is there. */
  readonly update?: (clusterId: string, id: string, change: NodePoolChange, permit: WritePermit) => Promise<Accepted>;
}

/** Of a cloud without pools: one is a list of servers in its resource's status, and the nodes facet makes and removes them. */
export interface ServerLists {
  readonly membership: "Status";

  /** As CloudPools has it. */
  readonly check?: CloudPools["check"];
}

export type NodePoolsFacet = CloudPools | ServerLists;
