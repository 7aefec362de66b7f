// The nodes facet: single servers of a managed cluster: which there are, how one is made, taken in, renamed, reset or moved, how they
// leave, and, where a cloud has no pools, how more are bought.
import type { Accepted, BlockOptions, Created, Item, Listed, Refusal, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";
import type { NodeLogin, Taint, Volume } from "./servers.ts";

/**
 * `Abnormal`: it does not work now; it may pass. `Failed`: the cloud says that it has not come about, or could not be repaired.
 * `Unknown`: a word that this version does not know.
 */
export type NodePhase = "Creating" | "Active" | "Abnormal" | "Failed" | "Deleting" | "Changing" | "Unknown";

/** Optional members are left out where the cloud does not tell them. */
export interface ClusterNode extends Item {
  /** The pool that it belongs to; undefined: none, or the cloud does not tell. */
  readonly poolId: string | undefined;
  readonly phase: NodePhase;
  readonly cloudPhase: string;
  /** Of the server that it runs on, as which it is known too (`knownAs`) where a cloud has single nodes. */
  readonly serverId?: string | undefined;
  readonly role?: "Master" | "Worker";
  /** `Bought`: with the cluster or for it. `Accepted`: it existed before, and its disk was replaced. `Joined`: by a script. */
  readonly origin?: "Bought" | "Accepted" | "Joined" | undefined;
  /** Whether its server is paid for a term: nobody can release it before. */
  readonly isPrepaid?: boolean;
  readonly internalIp?: string | undefined;
  readonly externalIp?: string | undefined;
  readonly os?: string | undefined;
  /** When the cloud last changed it, by its clock, milliseconds since the epoch; NaN or left out where it does not tell. */
  readonly updatedAtMs?: number;
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
  readonly taints?: readonly Taint[];
  readonly os: string | undefined;
  /** Of the pool's spec, or of the node's. */
  readonly options: BlockOptions;
}

/** What a server's disks are written with, and what its node then begins with. */
export interface NodeSetup {
  readonly cluster: ClusterHost;
  readonly login: NodeLogin | undefined;
  readonly os: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Of the node's spec. */
  readonly options: BlockOptions;
}

/** One server that is bought and becomes a node. */
export interface NodeRequest extends NodeSetup {
  /** By which it is found again, where a cloud keeps nothing else of the request. */
  readonly name: string;
  readonly nonce: string;
  readonly instanceType: string;
  /** Undefined: any zone. */
  readonly zone: string | undefined;
  readonly rootVolume: Volume | undefined;
  readonly dataVolumes: readonly Volume[];
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

/** One node that is in no pool. */
export interface NodeLeaving {
  readonly node: Pick<ClusterNode, "id" | "name" | "serverId">;
  /** Whether its server is given back to the cloud, with all that is on it; else it stays, and is free. */
  readonly release: boolean;
  /** How people log in to a server that stays; some clouds install it anew, and need it. */
  readonly login: NodeLogin | undefined;
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

  /** "Absent" where the cloud answers that there is none of this id. Left out where it shows no node by its id. */
  readonly get?: (clusterId: string, id: string, signal: AbortSignal) => Promise<ClusterNode | "Absent">;

  /** What of these a cloud can't carry out; undefined: nothing. Asked before anything is sent. Pure. */
  readonly check?: (setup: NodeSetup & { readonly displayName: string | undefined }) => Refusal | undefined;

  /** One server, one request, never repeated by itself. QuotaExceeded, NameRefused, Rejected, Busy: nothing was made. */
  readonly create?: (clusterId: string, request: NodeRequest, permit: WritePermit) => Promise<Created>;

  /** Of the node and of its server. Idempotent. NotFound where it is not there. NameRefused. */
  readonly rename?: (clusterId: string, id: string, name: string, permit: WritePermit) => Promise<void>;

  /**
   * Writes its disks anew. One request, never repeated by itself: what is sent twice is erased twice. NotFound, Busy, Rejected: nothing
   * was erased. The node may get another id; its server stays.
   */
  readonly reset?: (clusterId: string, id: string, setup: NodeSetup, permit: WritePermit) => Promise<Accepted>;

  /** Out of one cluster and into another (`setup.cluster`), its disks written anew. As `reset` in all else. */
  readonly move?: (clusterId: string, id: string, setup: NodeSetup, permit: WritePermit) => Promise<Accepted>;

  /**
   * One request, never repeated by itself: a server that is sent twice loses its disk twice. Rejected, QuotaExceeded, Busy: none
   * was taken.
   */
  readonly accept?: (clusterId: string, request: AcceptRequest, permit: WritePermit) => Promise<ServersAccepted>;

  /**
   * Removes them; the pool's count goes down with them. One request, which may be repeated: those that are leaving are left
   * alone. NotFound where the cluster or a node is not there; Busy where its state does not allow it now. Left out where pools alone
   * choose who leaves them.
   */
  readonly remove?: (clusterId: string, removal: NodeRemoval, permit: WritePermit) => Promise<Accepted>;

  /**
   * One request, which may be repeated where its server is released; else what is sent twice is installed twice. NotFound where the
   * cluster or the node is not there; Busy where its state does not allow it now; Rejected where the cloud needs `login` and has none.
   */
  readonly leave?: (clusterId: string, leaving: NodeLeaving, permit: WritePermit) => Promise<Accepted>;

  /**
   * Buys so many more, of a cloud without pools: one request, never repeated by itself. Rejected, QuotaExceeded, Busy: nothing was
   * bought. The job or the mark of the nodes tells which they are.
   */
  readonly scaleOut?: (clusterId: string, request: ScaleOutRequest, permit: WritePermit) => Promise<Accepted>;
}
