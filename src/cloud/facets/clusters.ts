// The clusters facet: managed Kubernetes clusters, the jobs that make them, power, upgrades, credentials, and the quotas they count against.
import type { Accepted, BlockOptions, Created, Item, Readable, Refusal, WritePermit } from "../collection.ts";
import type { NodeLogin } from "./servers.ts";

/**
 * `Changing`: the cloud resizes, upgrades or rolls back; it takes no changes of ours meanwhile. What its nodes are up to is none.
 * `Failed`: the cloud says that it is not usable and won't become so by itself.
 * `Unavailable`: not usable now, and the cloud is at nothing: a person has to look, or it passes.
 * `DeleteFailed`: its deletion has failed and may be asked for again; what is left costs on.
 * `Unknown`: a word that this version does not know; treated as not usable now.
 */
export type ClusterPhase =
  | "Creating"
  | "Available"
  | "Failed"
  | "Unavailable"
  | "Changing"
  | "Hibernating"
  | "Hibernated"
  | "Waking"
  | "Deleting"
  | "DeleteFailed"
  | "Unknown";

export interface Cluster extends Item {
  readonly phase: ClusterPhase;
  /** The cloud's own word for the phase. */
  readonly cloudPhase: string;
  /** Why it is in this phase, in the cloud's words, presentable; empty where it says nothing. */
  readonly message: string;
  /** What sort of cluster, in the cloud's words, such as ManagedKubernetes; left out where the cloud has one sort. */
  readonly type?: string | undefined;
  /** The cloud's full version, such as v1.15.11-r1; empty where this answer does not tell. */
  readonly version: string;
  /** The version that the cloud offers to upgrade to; empty: none; left out where this answer does not tell. */
  readonly nextVersion?: string | undefined;
  /** The user's part of the description, without our mark; undefined where the cloud has none. */
  readonly description: string | undefined;
  /** Whether the cloud itself refuses to delete it; left out where this answer does not tell. */
  readonly deletionProtection?: boolean | undefined;
  /** The nonce of the create that made it; undefined: not made by Yunfan. */
  readonly mark: string | undefined;
  /** True where the answer shows nothing that could hold the mark, so that its absence says nothing about the cluster. */
  readonly hidesMark?: boolean;
  readonly createdAtMs: number;
  readonly network: ClusterNetwork;
  /** URLs of the API server, as far as there are any; undefined where this answer does not tell. */
  readonly endpoints: { readonly internal?: string | undefined; readonly external?: string | undefined } | undefined;
  /** Whether nothing is coming or going in it, nodes among it; left out where the cloud does not tell. */
  readonly isAtRest?: boolean;
  /** How many nodes the cloud counts, masters among them; left out where this answer does not tell. */
  readonly nodeCount?: number | undefined;
  /** True where the answer tells so little that only `get` shows version and mark. */
  readonly isBrief?: boolean;
}

/** Members are undefined where the cloud does not tell them, or, in a request, where the cloud is to choose. */
export interface ClusterNetwork {
  readonly vpcId: string | undefined;
  readonly subnetId: string | undefined;
  readonly podCidr: string | undefined;
  readonly serviceCidr: string | undefined;
}

export interface ClusterRequest {
  readonly name: string;
  readonly nonce: string;
  /**
   * Unset: the cloud's newest. Whole, as `versions` has it, where the cloud has that member; else a short one (v1.15) lets the cloud choose
   * the patch.
   */
  readonly version: string | undefined;
  readonly description: string;
  readonly network: ClusterNetwork;
  readonly options: BlockOptions;
  /** The logins in `options`, by their path in it such as `controlPlaneConfig.login`, with the passwords that Secrets hold. */
  readonly logins: Readonly<Record<string, NodeLogin>>;
  /** Whether the cloud is to refuse its deletion, where it has setDeletionProtection. */
  readonly deletionProtection: boolean;
}

/** A cluster in which something is to be made. */
export interface ClusterHost {
  readonly id: string;
  /** Of the cluster's spec; a cluster that was adopted may have none. */
  readonly options: BlockOptions;
  /** Empty where it is not known. */
  readonly version: string;
  /** As Cluster has it; empty where it is not known. */
  readonly type: string;
  readonly network: ClusterNetwork;
}

export type KubeconfigContext = "Internal" | "External";

export interface Kubeconfig {
  /** A whole kubeconfig as YAML or JSON whose current context is the one asked for. Secret. */
  readonly text: string;
  /** When what is in it begins to hold, milliseconds since the epoch; undefined where that can't be told. */
  readonly issuedAtMs: number | undefined;
  /** The end of it, milliseconds since the epoch; undefined where there is none. */
  readonly expiresAtMs: number | undefined;
  /** Whether it does not verify the server's certificate: to be published only with spec.kubeconfig.allowInsecure. */
  readonly insecure: boolean;
}

/** Of a cluster's administrator, each as PEM. `key` is secret. */
export interface ClusterCertificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** By which machines join a cluster. Secret: it holds a token. */
export interface AttachScript {
  readonly script: string;
  /** Milliseconds since the epoch; undefined where the cloud does not tell. */
  readonly expiresAtMs: number | undefined;
}

/** A cluster with what it takes more reads to learn of it. */
export interface ClusterOverview {
  readonly cluster: Cluster;
  /** What the cloud alone tells of it, as the provider's block of the status has it. */
  readonly told: object;
  /** What in it does not work, each in words such as "pod default/web-1"; undefined where the cloud does not tell. */
  readonly failing: readonly string[] | undefined;
}

/** One bound on how many clusters there may be. */
export interface ClusterQuota {
  readonly limit: number;
  /** Undefined where the cloud does not tell: those that it lists count then. */
  readonly used: number | undefined;
  /** What it bounds, in messages: "clusters", "serverless clusters". */
  readonly noun: string;
  /** Whether a listed one counts against it. Pure. */
  readonly counts: (cluster: Cluster) => boolean;
}

/** Something that the cloud made for a cluster. */
export interface ClusterResource {
  /** In the cloud's word, such as SLB. */
  readonly type: string;
  readonly id: string;
  /** Whether deleting the cluster with these options leaves it, billed on. */
  readonly isRetained: boolean;
}

/**
 * Clusters of the account's project. Phases in a list may be less exact than those of `get`: a failed cluster may read as Deleting.
 * Optional members: a cloud may lack them, and what asks for them is then NotSupportedByCloud.
 */
export interface ClustersFacet extends Readable<Cluster> {
  /** Undefined where the cloud can make it. Asked before anything is sent. Pure. */
  readonly check?: (request: Omit<ClusterRequest, "nonce">) => Refusal | undefined;

  /** Whole versions that a new cluster with these options may have, newest first. */
  readonly versions?: (options: BlockOptions, signal: AbortSignal) => Promise<readonly string[]>;

  /** The cloud's API makes and deletes no clusters: those that are there are adopted. `create` and `remove` throw Rejected. */
  readonly makesNone?: true;

  /** One request, never repeated by itself. QuotaExceeded, NameRefused, Rejected, AlreadyExists: nothing was made. */
  readonly create: (request: ClusterRequest, permit: WritePermit) => Promise<Created>;

  /** Sets the user's part and keeps `mark`. Idempotent. NotFound where there is no such cluster. */
  readonly setDescription?: (
    id: string,
    text: { description: string; mark: string | undefined },
    permit: WritePermit,
  ) => Promise<void>;

  /**
   * Stopping the control plane and starting it again. Each answers when the cloud has accepted it; the phase tells when it is done.
   * NotFound; Busy or Rejected in a phase that does not allow it.
   */
  readonly power?: {
    readonly hibernate: (id: string, permit: WritePermit) => Promise<void>;
    readonly wake: (id: string, permit: WritePermit) => Promise<void>;
  };

  /** Idempotent. NotFound where there is no such cluster. */
  readonly setDeletionProtection?: (id: string, on: boolean, permit: WritePermit) => Promise<void>;

  /** Of the control plane, to what the cluster tells as `nextVersion`. NotFound; Busy in a phase that does not allow it. */
  readonly upgrade?: (id: string, version: string, permit: WritePermit) => Promise<Accepted>;

  /** The bounds that a create of this request has to keep; empty where the cloud does not tell. */
  readonly quotas?: (request: Pick<ClusterRequest, "options">, signal: AbortSignal) => Promise<readonly ClusterQuota[]>;

  /** `NoSuchContext` where the cluster has no such address (no public endpoint). NotFound where there is no such cluster. */
  readonly kubeconfig?: (
    id: string,
    wanted: { readonly context: KubeconfigContext; readonly options: BlockOptions },
    signal: AbortSignal,
  ) => Promise<Kubeconfig | "NoSuchContext">;

  /** The part of the options that a kubeconfig is made of, so that another one is read when it changes; undefined: none. Pure. */
  readonly kubeconfigWish?: (options: BlockOptions) => BlockOptions | undefined;

  /** Left out where they are what is in the kubeconfig. NotFound where there is no such cluster. */
  readonly certificates?: (id: string, signal: AbortSignal) => Promise<ClusterCertificates>;

  /** Scripts by which machines join. */
  readonly attachScripts?: {
    /** The part of the options that a script is made of; undefined where they ask for none. Pure. */
    readonly asked: (options: BlockOptions) => BlockOptions | undefined;
    /** Makes one more each time; those made before hold until they end. `asked`: as above. */
    readonly make: (id: string, asked: BlockOptions, permit: WritePermit) => Promise<AttachScript>;
  };

  /** The cluster as it is, with how what is in it does. NotFound where there is no such cluster. */
  readonly overview?: (cluster: Cluster, signal: AbortSignal) => Promise<ClusterOverview>;

  /** What the cloud made for it. NotFound where there is no such cluster. */
  readonly resources?: (id: string, options: BlockOptions, signal: AbortSignal) => Promise<readonly ClusterResource[]>;
}
