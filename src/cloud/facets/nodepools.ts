// The nodePools facet: groups of like nodes in a managed cluster. All of it is below a cluster, addressed by the cluster's id.
import type { Created, Item, Readable, WritePermit } from "../collection.ts";

/**
 * `Synchronizing`: nodes are being added or removed. `SoldOut`: the cloud has no such instances now; those that are there stay.
 * `Failed`: adding nodes failed. `Unknown`: a word that this version does not know.
 */
export type NodePoolPhase = "Normal" | "Synchronizing" | "SoldOut" | "Failed" | "Deleting" | "Unknown";

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

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
  /** How many nodes the pool is to have, in the cloud's books. */
  readonly desired: number;
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
}

export interface Volume {
  readonly type: string;
  readonly sizeGiB: number;
}

export type NodeLogin =
  | { readonly keyPairName: string }
  /** In plain text: the facet hashes it as its cloud demands. Never logged. */
  | { readonly password: string };

export interface NodePoolRequest {
  readonly name: string;
  readonly nonce: string;
  readonly replicas: number;
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
  /** The cloud's own block of the spec, as the schema admitted it. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** All that can be changed, always sent whole: to some clouds what is left out means 0. */
export interface NodePoolChange {
  readonly name: string;
  readonly mark: string | undefined;
  readonly replicas: number;
  readonly autoscaling: PoolAutoscaling;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
}

export type NodePhase = "Creating" | "Active" | "Abnormal" | "Deleting" | "Changing" | "Unknown";

export interface PoolNode extends Item {
  /** The pool that it belongs to; undefined: none, or the cloud does not tell. */
  readonly poolId: string | undefined;
  readonly phase: NodePhase;
  readonly cloudPhase: string;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface NodePoolsFacet {
  /**
   * The pools of a cluster. `list` throws NotFound where there is no such cluster, `get` answers "Absent". A list may tell less than
   * `get`: a phase that it leaves out is Unknown with an empty `cloudPhase`. `remove` takes all nodes along.
   */
  readonly in: (clusterId: string) => Readable<NodePool>;

  /**
   * What of this request the cloud can't make, by the field of the spec, and what to do; undefined where it can. Asked before
   * anything is sent. Pure.
   */
  readonly check?: (request: Omit<NodePoolRequest, "nonce">) => string | undefined;

  /** One request, never repeated by itself. QuotaExceeded, NameRefused, Rejected, AlreadyExists: nothing was made. */
  readonly create: (clusterId: string, request: NodePoolRequest, permit: WritePermit) => Promise<Created>;

  /** Idempotent. NotFound where there is no such pool. Left out where the cloud changes no pool that is there. */
  readonly update?: (clusterId: string, id: string, change: NodePoolChange, permit: WritePermit) => Promise<void>;

  /** All nodes of the cluster, with the pool each belongs to. NotFound where there is no such cluster. */
  readonly listNodes: (clusterId: string, signal: AbortSignal) => Promise<readonly PoolNode[]>;
}
