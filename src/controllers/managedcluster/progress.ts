// How far a long job of the cloud has come, for status and events.
import type { Job } from "../../cloud/facets/jobs.ts";
import type { Progress } from "../external/kind.ts";
import type { ClusterScope } from "./scope.ts";

/** Of the job of the operation in the draft; nothing where the cloud never told its id or no longer knows it. */
export async function jobProgress({ visit, facet }: ClusterScope): Promise<Progress> {
  const id = visit.status.operation?.id;
  const job = id === undefined ? undefined : await facet.getJob?.(id, visit.signal);
  if (job === undefined || job === "Absent") return {};
  return { progress: progressOf(job), told: true, failed: failureOf(job) };
}

/** One line, the same for the same state: which steps are done and which is under way. */
export function progressOf({ type, phase, steps }: Job): string {
  if (steps.length === 0) return `${type} ${phase}`;
  const done = steps.filter((step) => step.phase === "Success").length;
  const current = steps.find((step) => step.phase === "Failed") ?? steps.find((step) => step.phase === "Running");
  const now = current ? `, ${current.type} ${current.phase}` : "";
  return `${type}: ${done} of ${steps.length} steps done${now}`;
}

/** Which step failed and why, in the cloud's words; undefined where the job has not failed. */
export function failureOf({ type, phase, reason, steps }: Job): string | undefined {
  const step = steps.find((each) => each.phase === "Failed");
  if (phase !== "Failed" && !step) return undefined;
  const why = step?.reason || reason;
  return `${type} failed${step ? ` at ${step.type}` : ""}${why === "" ? "" : `: ${why}`}`;
}
