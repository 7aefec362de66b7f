// The clusters facet: managed Kubernetes clusters, the jobs that make them, power, kubeconfigs, and the quota they count against.
import type { Created, Item, Readable, WritePermit } from "../collection.ts";

/**
 * `Changing`: the cloud resizes, upgrades or rolls back; it takes no changes of ours meanwhile.
 * `Failed`: the cloud says that it is not usable and won't become so by itself.
 * `Unknown`: a word that this version does not know; treated as not usable now.
 */
export type ClusterPhase =
  | "Creating"
  | "Available"
  | "Failed"
  | "Changing"
  | "Hibernating"
  | "Hibernated"
  | "Waking"
  | "Deleting"
  | "Unknown";

export interface Cluster extends Item {
  readonly phase: ClusterPhase;
  /** The cloud's own word for the phase. */
  readonly cloudPhase: string;
  /** Why it is in this phase, in the cloud's words, presentable; empty where it says nothing. */
  readonly message: string;
  /** The cloud's full version, such as v1.15.11-r1; empty where it does not tell. */
  readonly version: string;
  /** The user's part of the description, without our mark. */
  readonly description: string;
  /** The nonce of the create that made it; undefined: not made by Yunfan. */
  readonly mark: string | undefined;
  readonly createdAtMs: number;
  readonly network: ClusterNetwork;
  /** URLs of the API server, as far as there are any. */
  readonly endpoints: { readonly internal?: string | undefined; readonly external?: string | undefined };
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
  /** Unset: the cloud's newest. A short one (v1.15) lets the cloud choose the patch. */
  readonly version: string | undefined;
  readonly description: string;
  readonly network: ClusterNetwork;
  /** The cloud's own block of the spec, as the schema admitted it. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type JobPhase = "Initializing" | "Running" | "Success" | "Failed" | "Unknown";

/** A long operation of the cloud, with its steps. */
export interface Job {
  readonly id: string;
  readonly phase: JobPhase;
  /** What it does, in the cloud's word, such as CreateCluster. */
  readonly type: string;
  /** In the cloud's words, presentable; empty where it says nothing. */
  readonly reason: string;
  readonly steps: readonly { readonly type: string; readonly phase: JobPhase; readonly reason: string }[];
}

export type KubeconfigContext = "Internal" | "External";

export interface Kubeconfig {
  /** A whole kubeconfig as YAML or JSON whose current context is the one asked for. Secret. */
  readonly text: string;
  /** The end of the client certificate's validity, milliseconds since the epoch; undefined where there is none. */
  readonly expiresAtMs: number | undefined;
  /** Whether it does not verify the server's certificate: to be published only with spec.kubeconfig.allowInsecure. */
  readonly insecure: boolean;
}

/**
 * Clusters of the account's project. Phases in a list may be less exact than those of `get`: a failed cluster may read as Deleting.
 * Optional members: a cloud may lack them, and what asks for them is then NotSupportedByCloud.
 */
export interface ClustersFacet extends Readable<Cluster> {
  /**
   * What of this request the cloud can't make, by the field of the spec, and what to do; undefined where it can. Asked before
   * anything is sent. Pure.
   */
  readonly check?: (request: Omit<ClusterRequest, "nonce">) => string | undefined;

  /** One request, never repeated by itself. QuotaExceeded, NameRefused, Rejected, AlreadyExists: nothing was made. */
  readonly create: (request: ClusterRequest, permit: WritePermit) => Promise<Created>;

  /** Sets the user's part and keeps `mark`. Idempotent. NotFound where there is no such cluster. */
  readonly setDescription?: (
    id: string,
    text: { description: string; mark: string | undefined },
    permit: WritePermit,
  ) => Promise<void>;

  /**
   * Answers when the cloud has accepted it; the phase tells when it is done. NotFound; Busy or Rejected in a phase that does not
   * allow it.
   */
  readonly hibernate?: (id: string, permit: WritePermit) => Promise<void>;
  readonly wake?: (id: string, permit: WritePermit) => Promise<void>;

  /** `Absent` where the cloud no longer knows the job. */
  readonly getJob?: (id: string, signal: AbortSignal) => Promise<Job | "Absent">;

  /** Clusters that the account may have and has; undefined where the cloud does not tell. */
  readonly quota?: (signal: AbortSignal) => Promise<{ readonly limit: number; readonly used: number } | undefined>;

  /** `NoSuchContext` where the cluster has no such address (no public endpoint). NotFound where there is no such cluster. */
  readonly kubeconfig?: (
    id: string,
    context: KubeconfigContext,
    signal: AbortSignal,
  ) => Promise<Kubeconfig | "NoSuchContext">;
}
