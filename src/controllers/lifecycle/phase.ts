// The word that `kubectl get` shows in the column State: for people, never a contract.
import { findCondition, type Condition, type Verdict } from "../../runtime/conditions.ts";
import { isDeleting, type Managed } from "./resource.ts";

/**
 * What to call `object` after a visit. Ready means that nothing is left for the operator to do: what it leaves as it is although it
 * differs, as with managementPolicy Observe, has a word of its own.
 */
export function phaseOf(object: Managed, { state }: Verdict, conditions: readonly Condition[]): string {
  if (isDeleting(object)) return "Deleting";
  const differs = findCondition(conditions, "UpToDate")?.status === "False";
  return state === "Ready" && differs ? "Differs" : state;
}

/** What to call `object` while its pause keeps visits from it: its conditions say what was seen before. */
export function pausedPhaseOf(object: Managed): string {
  return isDeleting(object) ? "DeletionPaused" : "Paused";
}
