// How far a long job of the cloud has come, for status and events.
import type { Job } from "../../cloud/facets/jobs.ts";
import type { Progress } from "../external/kind.ts";
import type { Shape, Scope } from "../external/scope.ts";

type JobScope = Pick<Scope<Shape>, "visit" | "place">;

/** The job of the operation in the draft; undefined where the cloud never told its id, "Absent" where it no longer knows it. */
export async function jobOf({ visit, place }: JobScope): Promise<Job | "Absent" | undefined> {
  const id = visit.status.operation?.id;
  return id === undefined ? undefined : place.session.jobs?.get(id, visit.signal);
}

export async function jobProgress(scope: JobScope): Promise<Progress> {
  const job = await jobOf(scope);
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
