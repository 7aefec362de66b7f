// What is said of a resource whose requests wait for their turn in the budget of its account.
import type { TurnAwaitedError } from "../../cloud/budget/class-queue.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";

/** It is called when its turn comes; this is the fall-back. */
const FALLBACK_POLL_MS = 300_000;

/** What to make of a visit that left to be called. */
export function turnAwaited(cause: TurnAwaitedError): WaitingError {
  const { reason, message } = waitingForBudget(cause.labels.account);
  return new WaitingError({ reason, message, pollAfterMs: FALLBACK_POLL_MS, cause });
}

/** `account`: "namespace/name". */
export function waitingForBudget(account: string): Verdict {
  const message =
    `Waiting for its turn: CloudAccount ${account} sends no more requests than its spec.requestBudget and the cloud allow. ` +
    "It goes on by itself";
  return { state: "Reconciling", reason: Reason.WaitingForBudget, message };
}
