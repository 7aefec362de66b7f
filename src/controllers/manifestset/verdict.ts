// What a visit came to, from what came of the objects (pure): ready, or the error that says what it waits for.
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import { HeldError, RetryableError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import type { Said } from "../external/kind.ts";
import { pollMs } from "../lifecycle/polling.ts";
import type { Departed } from "./prune.ts";
import type { Outcome } from "./work.ts";
import { complaintOf, isApplied, isHealthy, shownComplaints, type Judged } from "./status.ts";

/** Nothing tells of what a person changes in a target. */
const LONGEST_HELD_MS = 60_000;
const SOON_MS = 1_000;

interface Facts {
  readonly objects: readonly Judged[];
  readonly driftIntervalMs: number;
  /** How long the set has not been ready. */
  readonly elapsedMs: number;
  /** Too many to prune at once, in words. */
  readonly pruneHeld: Said | undefined;
  readonly departed: Departed;
  readonly isObserving: boolean;
}

/** Throws HeldError, RetryableError or WaitingError. */
export function verdictOf({ objects, driftIntervalMs, elapsedMs, pruneHeld, departed, isObserving }: Facts): Verdict {
  const heldMs = Math.min(driftIntervalMs, LONGEST_HELD_MS);
  const refused = objects.filter(({ outcome }) => outcome.state === "Refused");
  if (refused.length > 0) throw refusal(refused, heldMs);
  if (pruneHeld) throw new HeldError({ ...pruneHeld, pollAfterMs: heldMs });
  const [unpruned] = departed.refused;
  if (unpruned !== undefined) throw new HeldError({ reason: Reason.Forbidden, message: unpruned, pollAfterMs: heldMs });
  const failed = objects.filter(({ health }) => health?.status === "Failed");
  if (failed.length > 0) throw failure(failed, Math.min(heldMs, pollMs(elapsedMs)));
  const unapplied = isObserving ? [] : objects.filter((each) => !isApplied(each));
  const unhealthy = objects.filter((each) => !isHealthy(each));
  if (unhealthy.length > 0) {
    const under = unhealthy.flatMap(({ outcome }) => againMsOf(outcome) ?? []);
    const message = `${unhealthy.length} of ${objects.length} objects are not ready: ${shownComplaints(unhealthy)}`;
    throw new WaitingError({
      reason: Reason.ObjectsNotReady,
      message,
      pollAfterMs: under.length > 0 ? Math.min(...under) : pollMs(elapsedMs),
    });
  }
  if (unapplied.length > 0 || departed.going.length > 0) throw pruning(departed.going);
  return { state: "Ready", reason: Reason.Available, message: `${objects.length} objects are as declared and healthy` };
}

/** Of what somebody is at. */
function againMsOf(outcome: Outcome): number | undefined {
  if (outcome.state === "Waiting") return outcome.againMs ?? SOON_MS;
  return outcome.state === "Differs" ? SOON_MS : undefined;
}

/** When to look again; left out where nothing asks for it. */
export function soonest(...intervalsMs: readonly (number | undefined)[]): { readonly againMs?: number } {
  const asked = intervalsMs.filter((ms): ms is number => ms !== undefined && ms > 0);
  return asked.length === 0 ? {} : { againMs: Math.min(...asked) };
}

/** It may recover, and nothing tells when. */
function failure(failed: readonly Judged[], pollAfterMs: number): HeldError {
  return new HeldError({ reason: Reason.ObjectFailed, message: shownComplaints(failed), pollAfterMs });
}

/** In the word of the first; those that pass by themselves say so only where there is no other. */
function refusal(refused: readonly Judged[], pollAfterMs: number): Error {
  const lasting = refused.filter(({ outcome }) => outcome.state === "Refused" && !outcome.retry);
  const shown = lasting.length > 0 ? lasting : refused;
  const [first] = shown;
  const reason = first ? complaintOf(first).reason : Reason.Rejected;
  const message = shownComplaints(shown);
  if (lasting.length === 0) return new RetryableError({ reason, message });
  return new HeldError({ reason, message, pollAfterMs });
}

function pruning(going: readonly string[]): WaitingError {
  const more = going.length > 3 ? ` and ${going.length - 3} more` : "";
  const message = `Waiting until what is declared no more has gone: ${going.slice(0, 3).join(", ")}${more}`;
  return new WaitingError({ reason: Reason.Pruning, message, pollAfterMs: SOON_MS });
}
