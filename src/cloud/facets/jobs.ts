// Long operations of a cloud, as it tells of them.

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
  /** What becomes of each server that it concerns; left out where the cloud does not tell. */
  readonly servers?: readonly { readonly serverId: string; readonly phase: JobPhase }[];
  /** By the cloud's clock, milliseconds since the epoch; left out where it does not tell. */
  readonly createdAtMs?: number | undefined;
}
