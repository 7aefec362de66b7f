// What became of a request that erases disks: a pure decision from what was stored before it and what the node shows now. It is sent
// again only where nothing has happened for certain.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import { failureOf } from "../managedcluster/progress.ts";
import type { Disruption } from "./scope.ts";

/** Time stamps have whole seconds: what they stand for is up to one later. */
const TIMESTAMP_PRECISION_MS = 1_000;

export interface Looking {
  readonly item: ClusterNode;
  /** Of the request; undefined where the cloud never told one, "Absent" where it no longer knows it. */
  readonly job: Job | "Absent" | undefined;
  readonly nowMs: number;
  readonly settleWindowMs: number;
}

/**
 * `Running`: the cloud is at it. `Over`: it has come to its end, well or not. `Nothing`: nothing has happened within the settle window.
 * `Looking`: that can't be told yet. `Unknown`: it can't be told at all.
 */
export type Outcome = "Running" | "Over" | "Nothing" | "Looking" | "Unknown";

export function outcomeOf(disruption: Disruption, looking: Looking): Outcome {
  const { item, job, nowMs, settleWindowMs } = looking;
  if (hasBegun(disruption, looking)) return isOver(item, job) ? "Over" : "Running";
  const sentMs = Date.parse(disruption.sentAt ?? disruption.since);
  if (nowMs < sentMs + TIMESTAMP_PRECISION_MS + settleWindowMs) return "Looking";
  return disruption.updatedAt === undefined || updatedAt(item) === undefined ? "Unknown" : "Nothing";
}

/** As a status has it; undefined where the cloud does not tell. */
function updatedAt({ updatedAtMs }: ClusterNode): string | undefined {
  if (updatedAtMs === undefined || Number.isNaN(updatedAtMs)) return undefined;
  return new Date(updatedAtMs).toISOString();
}

/** A job proves that the request was taken. So do another id, another phase that no rest has, and another time of change. */
function hasBegun(disruption: Disruption, { item, job }: Looking): boolean {
  if (job !== undefined || item.id !== disruption.externalId) return true;
  if (isAtWork(item)) return true;
  const now = updatedAt(item);
  return disruption.updatedAt !== undefined && now !== undefined && now !== disruption.updatedAt;
}

function isOver(item: ClusterNode, job: Looking["job"]): boolean {
  const isDone = job === undefined || job === "Absent" || job.phase === "Success" || job.phase === "Failed";
  return isDone && !isAtWork(item);
}

function isAtWork({ phase }: ClusterNode): boolean {
  return phase === "Creating" || phase === "Changing" || phase === "Deleting";
}

/** Why the job has failed; undefined where it has not, or is not known. */
export function failureIn(job: Looking["job"]): string | undefined {
  return job === undefined || job === "Absent" ? undefined : failureOf(job);
}

/** What is stored before it is sent. */
export function snapshotOf(item: ClusterNode): Pick<Disruption, "externalId" | "cloudPhase" | "updatedAt"> {
  const { id: externalId, cloudPhase } = item;
  const at = updatedAt(item);
  return { externalId, cloudPhase, ...(at !== undefined && { updatedAt: at }) };
}
