// From what went wrong between us and the API server to what happens next: what is said, and what passes without a word.
import { Reason } from "../../crds/common/conditions.ts";
import { isConflict, isNotFound, isRefusal, KubeError, wordsOf } from "../../kube/errors.ts";
import { RefusedError, RetryableError } from "../../lib/errors.ts";
import { ChangedError } from "./passing.ts";

/** So many visits in a row may end by what passes by itself. Then it is said, and the visits become rarer. */
const MOST_QUIET_ENDS = 5;

/** Conflicts, and answers that speak of the server and not of the request. Where the object is gone, nobody is there to be told. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ChangedError) return true;
  return error instanceof KubeError && !isNotFound(error) && !isRefusal(error);
}

/**
 * What to make of an error that ended a visit: as it is, or as the ReconcileError that tells of it. `inARow`: how many visits
 * in a row, this one included, have ended by what is passing. Pure.
 */
export function reconcileErrorOfServer(error: unknown, inARow: number): unknown {
  if (isRefusal(error)) return refused(error);
  if (!isPassing(error) || inARow <= MOST_QUIET_ENDS) return error;
  if (error instanceof KubeError && !isConflict(error)) return failing(error);
  return changing(error instanceof KubeError ? wordsOf(error) : (error as ChangedError).message, error);
}

function refused(error: KubeError): RefusedError {
  const message =
    `The API server refuses what the operator asks of it: ${wordsOf(error)}. Change what refuses it (a policy, a webhook, a ` +
    "quota, the operator's rights), or the resource; it is tried again";
  return new RefusedError({ reason: Reason.RequestRefused, message, cause: error });
}

function failing(error: KubeError): RetryableError {
  const message = `The API server can't do what the operator asks of it: ${error.code} ${wordsOf(error)}. Trying again`;
  return new RetryableError({ reason: Reason.RequestFailed, message, cause: error, retryAfterMs: undefined });
}

function changing(words: string, cause: unknown): RetryableError {
  const message =
    `Each time the operator works on it, it is changed by somebody else: ${words}. Trying again, more and more seldom; see who ` +
    "writes it with kubectl get -o yaml --show-managed-fields";
  return new RetryableError({ reason: Reason.Changed, message, cause });
}
