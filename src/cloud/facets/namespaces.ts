// The namespaces facet: namespaces of a cluster that the cloud itself keeps, each with a quota, and with whatever else a cloud has of them.
import { QUOTA_FIELDS } from "../../schema/quota.ts";
import type { BlockOptions, Created, Item, Readable, Refusal, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";
import type { Upkeep } from "./upkeep.ts";

export { QUOTA_FIELDS };

export type QuotaField = (typeof QUOTA_FIELDS)[number];

/** Members are left out where the cloud does not tell them, or where they are not asked for. A limit of -1 is none. */
export type QuotaAmounts = Readonly<Partial<Record<QuotaField, number | undefined>>>;

/** `Unknown`: a word that this version does not know. */
export type NamespacePhase = "Active" | "Deleting" | "Unknown";

export interface Namespace extends Item {
  readonly phase: NamespacePhase;
  /** The cloud's own word for the phase; may be empty. */
  readonly cloudPhase: string;
  /** Whether it belongs to the account's project. */
  readonly mine: boolean;
  /** What sort of namespace, in the cloud's words; left out where the cluster has one sort. */
  readonly type?: string | undefined;
  /** What the cloud alone tells of it, as the provider's block of the status has it. */
  readonly told: object;
}

export interface NamespaceQuota {
  readonly limits: QuotaAmounts;
  /** What is in it now. */
  readonly used: QuotaAmounts;
}

export interface NamespaceRequest {
  readonly name: string;
  readonly quota: QuotaAmounts;
  readonly cluster: ClusterHost;
  /** Of the namespace's spec. */
  readonly options: BlockOptions;
}

/** Namespaces of one cluster. */
export interface ClusterNamespaces extends Readable<Namespace> {
  /** NotFound where there is no such namespace. */
  readonly quota: (id: string, signal: AbortSignal) => Promise<NamespaceQuota>;

  /** Sets these limits and keeps the others as they are. Idempotent. NotFound where there is no such namespace. */
  readonly setQuota: (namespace: Namespace, limits: QuotaAmounts, permit: WritePermit) => Promise<void>;

  /** What the provider's block asks for beyond what is there. */
  readonly upkeep: (namespace: Namespace, options: BlockOptions, signal: AbortSignal) => Promise<readonly Upkeep[]>;

  /** One request, with all that is asked for in it; never repeated by itself. Rejected, NameRefused, AlreadyExists: nothing was made. */
  readonly create: (request: NamespaceRequest, permit: WritePermit) => Promise<Created>;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface NamespacesFacet {
  /** Undefined where the cloud can make it. Asked before anything is sent. Pure. */
  readonly check: (request: NamespaceRequest) => Refusal | undefined;

  /** Those of the cluster; `list` shows the account's own alone. */
  readonly in: (cluster: ClusterHost) => ClusterNamespaces;
}
