// How far a long job of the cloud has come, for status and events.
import type { Job } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";

/** Where no operation of ours is noted: since its deletion, or since it was last Ready. Undefined while it is Ready. */
export function underWaySince({ metadata, status }: Pick<ManagedCluster, "metadata" | "status">): string | undefined {
  const ready = findCondition(status.conditions, "Ready");
  return metadata.deletionTimestamp ?? (ready?.status === "True" ? undefined : ready?.lastTransitionTime);
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
