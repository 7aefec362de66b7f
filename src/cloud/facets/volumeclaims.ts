// The volumeClaims facet: claims of storage in a cluster, of storage that exists or of a class, as one cloud makes and deletes them.
import type { BlockOptions, CreateAttempt, Created, Item, Listed, Refusal, Stray, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";
import type { WithChannel } from "./manifests.ts";

/** `Lost`: the volume that it was bound to is gone. `Unknown`: a word that this version does not know. */
export type ClaimPhase = "Pending" | "Bound" | "Lost" | "Unknown";

/** Where a claim is in its cluster. */
export interface ClaimKey {
  readonly namespace: string;
  readonly name: string;
}

/** A PersistentVolumeClaim. Its id is its uid, its name "namespace/name". Members are left out where nobody tells them. */
export interface VolumeClaim extends Item {
  readonly key: ClaimKey;
  readonly phase: ClaimPhase;
  /** The cluster's own word for the phase; may be empty. */
  readonly cloudPhase: string;
  /** Whether it is on its way out. */
  readonly isLeaving: boolean;
  readonly accessModes: readonly string[];
  readonly storageClassName?: string | undefined;
  /** What it asks for. */
  readonly requestedGiB?: number | undefined;
  /** What it has, as the cluster writes it, such as 20Gi. */
  readonly capacity?: string | undefined;
  /** Of the PersistentVolume that it is bound to. */
  readonly volumeName?: string | undefined;
  /** The cloud's id of the storage behind that. */
  readonly storageId?: string | undefined;
  /** The nonce of the request that made it. */
  readonly mark?: string | undefined;
  /** What the cloud alone tells of it, as the provider's block of the status has it; left out where this read does not tell. */
  readonly told?: object | undefined;
}

/** A claim that is looked for: one that a resource holds, or would make. */
export interface ClaimSought {
  readonly key: ClaimKey;
  /** Of one that is held. */
  readonly id: string | undefined;
  /** When that was made, milliseconds since the epoch; NaN where it is not known. */
  readonly createdAtMs: number;
}

export interface ClaimRequest {
  readonly nonce: string;
  readonly key: ClaimKey;
  readonly accessModes: readonly string[];
  /** New storage; undefined: what exists, as the options name it. */
  readonly sizeGiB: number | undefined;
  readonly storageClassName: string | undefined;
  readonly cluster: ClusterHost;
  /** Of the claim's spec. */
  readonly options: BlockOptions;
}

/** A claim that is to go, by its name and its uid. */
export interface ClaimRemoval {
  readonly key: ClaimKey;
  readonly id: string;
  /** Whether the storage goes too, with all that is on it. */
  readonly withStorage: boolean;
  /** Of the claim's spec. */
  readonly options: BlockOptions;
}

/** Claims of one cluster. Every member throws CloudError, and what the way into the cluster throws. */
export interface ClusterClaims {
  /** Those of the cluster that are sought, whoever made them, and others where that costs nothing. `since`: as Collection.list. */
  readonly list: (sought: readonly ClaimSought[], signal: AbortSignal, since?: number) => Promise<Listed<VolumeClaim>>;

  /** What has that name now. "Absent" where the cluster itself says that there is none. */
  readonly read: (key: ClaimKey, signal: AbortSignal) => Promise<VolumeClaim | "Absent">;

  /** Who uses it now, such as "Pod web-0"; of what has ended nothing. */
  readonly usersOf: (key: ClaimKey, signal: AbortSignal) => Promise<readonly string[]>;

  /** What has to be there before the claim can be made; undefined: nothing. */
  readonly missing: (request: Omit<ClaimRequest, "nonce">, signal: AbortSignal) => Promise<Missing | undefined>;

  /** One request, never repeated by itself. Rejected, AlreadyExists, QuotaExceeded: nothing was made. */
  readonly create: (request: ClaimRequest, permit: WritePermit) => Promise<Created>;

  /**
   * Of that uid alone. One request, which may be repeated; accepted is not gone. NotFound where it is gone, be it that another one has its
   * name. Rejected where the cloud can't delete the storage.
   */
  readonly remove: (removal: ClaimRemoval, permit: WritePermit) => Promise<void>;

  /** Has it grow to that size; it never shrinks. Idempotent. Left out where claims keep their size. */
  readonly grow?: (claim: VolumeClaim, sizeGiB: number, permit: WritePermit) => Promise<void>;

  /** Whether a claim that is not bound waits for a pod that uses it. Left out where none does. */
  readonly waitsForConsumer?: (claim: VolumeClaim, signal: AbortSignal) => Promise<boolean>;

  /** Where the volume itself says whether it stays when its claim goes, and the deletion does not. */
  readonly reclaiming?: Reclaiming;

  /** As Collection.strays. */
  readonly strays?: (key: ClaimKey, attempt: CreateAttempt, signal: AbortSignal) => Promise<readonly Stray[]>;

  /** Whether it is the result of that attempt. Pure. */
  readonly bearsMark: (claim: VolumeClaim, attempt: CreateAttempt, wanted: MarkWanted) => boolean;
}

export interface Reclaiming {
  /** Undefined where the claim has no volume. */
  readonly stays: (claim: VolumeClaim, signal: AbortSignal) => Promise<boolean | undefined>;
  /** Idempotent. Conflict where the volume has changed meanwhile. */
  readonly set: (claim: VolumeClaim, stays: boolean, permit: WritePermit) => Promise<void>;
}

export interface MarkWanted {
  readonly clockSkewMs: number;
  /** Of the claim's spec. */
  readonly options: BlockOptions;
}

/** `Namespace`: it may come later. `Rejected`: another spec is needed. */
export interface Missing {
  readonly what: "Namespace" | "Rejected";
  /** Names the field of the spec and says what to do. */
  readonly message: string;
}

export interface VolumeClaimsFacet {
  /** Undefined where the cloud can make it. Asked before anything is sent. Pure. */
  readonly check: (request: Omit<ClaimRequest, "nonce">) => Refusal | undefined;

  /** What confirms that the storage may be deleted; undefined where it can't be told yet, or can't be deleted. Pure. */
  readonly storageNamed: (claim: {
    readonly volumeName: string | undefined;
    readonly options: BlockOptions;
  }) => string | undefined;

  /** Those of the cluster. `inside`: the way to what lies in it, of which some clouds have no need. Makes no request. */
  readonly in: (cluster: ClusterHost, inside: WithChannel) => ClusterClaims;
}
