// The jobs facet: long operations of a cloud, as it tells of them. They tell progress and reasons, never what is there.

export type JobPhase = "Initializing" | "Running" | "Success" | "Failed" | "Unknown";

/** A long operation with its steps. */
export interface Job {
  readonly id: string;
  readonly phase: JobPhase;
  /** What it does, in the cloud's word, such as CreateCluster. */
  readonly type: string;
  /** In the cloud's words, presentable; empty where it says nothing. */
  readonly reason: string;
  readonly steps: readonly { readonly type: string; readonly phase: JobPhase; readonly reason: string }[];
  /** Why it has failed, where the cloud has a word for it: it has no such instances now, or the account may have no more. */
  readonly cause?: "SoldOut" | "QuotaExceeded" | undefined;
  /** The nonce that its request bore; left out where the cloud does not tell. */
  readonly mark?: string | undefined;
  /** The id of what it makes or changes; left out where the cloud does not tell. */
  readonly resourceId?: string | undefined;
  /** What becomes of each server that it concerns; left out where the cloud does not tell. */
  readonly servers?: readonly { readonly serverId: string; readonly phase: JobPhase }[];
  /** By the cloud's clock, milliseconds since the epoch; left out where it does not tell. */
  readonly createdAtMs?: number | undefined;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason. */
export interface JobsFacet {
  /** Of whatever facet. `Absent` where the cloud no longer knows it. */
  readonly get: (id: string, signal: AbortSignal) => Promise<Job | "Absent">;

  /** The latest jobs of a cluster and of all that is in it, newest first; each may tell less than `get` does. Left out where there is no list. */
  readonly list?: (clusterId: string, signal: AbortSignal) => Promise<readonly Job[]>;
}
