// The nodes facet: single servers of a managed cluster: which there are, how existing ones are taken in, how they leave, and, where a
// cloud has no pools, how more are bought.
import type { Accepted, BlockOptions, Item, Listed, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";
import type { NodeLogin, Volume } from "./servers.ts";

export type NodePhase = "Creating" | "Active" | "Abnormal" | "Deleting" | "Changing" | "Unknown";

/** Optional members are left out where the cloud does not tell them. */
export interface ClusterNode extends Item {
  /** The pool that it belongs to; undefined: none, or the cloud does not tell. */
  readonly poolId: string | undefined;
  readonly phase: NodePhase;
  readonly cloudPhase: string;
  /** Of the server that it runs on. */
  readonly serverId?: string | undefined;
  readonly role?: "Master" | "Worker";
  /** `Bought`: with the cluster or for it. `Accepted`: it existed before, and its disk was replaced. `Joined`: by a script. */
  readonly origin?: "Bought" | "Accepted" | "Joined" | undefined;
  /** Whether its server is paid for a term: nobody can release it before. */
  readonly isPrepaid?: boolean;
  /** The nonce of the request that brought it. */
  readonly mark?: string | undefined;
}

/** Existing servers that are to become nodes. Their system disks are replaced. */
export interface ServersToAccept {
  readonly serverIds: readonly string[];
  /** Whether their data disks are formatted too. */
  readonly formatDataDisks: boolean;
  /** Whether they keep the names that they have in the cloud. */
  readonly keepNames: boolean;
}

export interface AcceptRequest extends ServersToAccept {
  readonly nonce: string;
  /** Undefined where the cloud has no pools. */
  readonly poolId: string | undefined;
  readonly cluster: ClusterHost;
  readonly login: NodeLogin | undefined;
  /** Of the nodes, where the pool does not give them theirs. */
  readonly labels: Readonly<Record<string, string>>;
  readonly os: string | undefined;
  /** Of the pool's spec. */
  readonly options: BlockOptions;
}

export interface ServersAccepted extends Accepted {
  /** Those that were refused, with why in the cloud's words, presentable; the others are on their way. */
  readonly refused: readonly { readonly serverId: string; readonly why: string }[];
}

export interface NodeRemoval {
  /** Undefined where they are in no pool. All of one request are in the same. */
  readonly poolId: string | undefined;
  readonly nodes: readonly Pick<ClusterNode, "id" | "name" | "serverId">[];
  /** Whether their servers are given back to the cloud, with all that is on them; else they stay, and are free. */
  readonly release: boolean;
}

/** More servers like those that a pool would have. */
export interface ScaleOutRequest {
  readonly nonce: string;
  readonly count: number;
  readonly cluster: ClusterHost;
  readonly labels: Readonly<Record<string, string>>;
  readonly instanceType: string;
  readonly os: string | undefined;
  readonly rootVolume: Volume | undefined;
  readonly dataVolumes: readonly Volume[];
  readonly login: NodeLogin | undefined;
  /** Of the pool's spec. */
  readonly options: BlockOptions;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface NodesFacet {
  /** All nodes of the cluster, masters among them. NotFound where there is no such cluster. */
  readonly list: (clusterId: string, signal: AbortSignal) => Promise<Listed<ClusterNode>>;

  /**
   * One request, never repeated by itself: a server that is sent twice loses its disk twice. Rejected, QuotaExceeded, Busy: none
   * was taken.
   */
  readonly accept?: (clusterId: string, request: AcceptRequest, permit: WritePermit) => Promise<ServersAccepted>;

  /**
   * Drains and removes them; the pool's count goes down with them. One request, which may be repeated: those that are leaving are left
   * alone. NotFound where the cluster or a node is not there; Busy where its state does not allow it now.
   */
  readonly remove?: (clusterId: string, removal: NodeRemoval, permit: WritePermit) => Promise<Accepted>;

  /**
   * Buys so many more, of a cloud without pools: one request, never repeated by itself. Rejected, QuotaExceeded, Busy: nothing was
   * bought. The job or the mark of the nodes tells which they are.
   */
  readonly scaleOut?: (clusterId: string, request: ScaleOutRequest, permit: WritePermit) => Promise<Accepted>;
}
