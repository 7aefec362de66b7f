// From what a cloud said (CloudError) to what happens next (ReconcileError), for every kind alike.
import { Reason } from "../../crds/common/conditions.ts";
import type { CloudError, CloudErrorKind } from "../../cloud/errors.ts";
import { RetryableError, TerminalError, WaitingError, type ReconcileError } from "../../lib/errors.ts";

/**
 * When a cloud that asks for fewer requests does not say when the next one may come. The account's budget is what slows requests down:
 * whoever asks again earlier waits there for a turn.
 */
const THROTTLED_POLL_MS = 10_000;

/** `again`: tried again by itself, as a failure or as a wait. The others wait for a person. */
const MEANING: Record<CloudErrorKind, { reason: string; advice: string; again?: "Retry" | "Wait" }> = {
  Rejected: { reason: Reason.Rejected, advice: "Correct the spec" },
  NameRefused: {
    reason: Reason.NameRefused,
    advice: "Choose another spec.cloudName: it can't be changed, so create a new resource",
  },
  Unauthenticated: {
    reason: Reason.CredentialsRejected,
    advice: "Correct the credentials Secret of the account",
    again: "Retry",
  },
  Forbidden: { reason: Reason.Forbidden, advice: "Give the account's user the right to do this in the cloud" },
  NotFound: { reason: Reason.NotFoundInCloud, advice: "Looking again", again: "Retry" },
  NotServed: { reason: Reason.NotServed, advice: "Check the version and the address of what is asked" },
  Conflict: { reason: Reason.Changed, advice: "Looking again", again: "Retry" },
  AlreadyExists: { reason: Reason.AlreadyExists, advice: "Choose another spec.cloudName in a new resource" },
  NotEmpty: { reason: Reason.NotEmpty, advice: "Empty it in the cloud, or set spec.contentsOnDelete to Delete" },
  QuotaExceeded: { reason: Reason.QuotaExceeded, advice: "Raise the quota in the cloud or delete what is not needed" },
  Busy: { reason: Reason.CloudBusy, advice: "Trying again when the cloud has done what it is doing", again: "Retry" },
  Throttled: { reason: Reason.Throttled, advice: "Trying again when the cloud allows it", again: "Wait" },
  Unreachable: {
    reason: Reason.EndpointUnreachable,
    advice: "Check spec.endpoint and spec.tls of the account",
    again: "Retry",
  },
  Unavailable: { reason: Reason.CloudUnavailable, advice: "Trying again", again: "Retry" },
  PlaceNotConfirmed: {
    reason: Reason.PlaceNotConfirmed,
    advice: "Trying again; give Yunfan a user of its own, and see that nobody else signs in as it",
    again: "Retry",
  },
  ProjectNotFound: { reason: Reason.ProjectNotFound, advice: "Correct the project in the account" },
  CredentialsMalformed: { reason: Reason.CredentialsIncomplete, advice: "Correct the keys of the credentials Secret" },
  AmbiguousCredentials: {
    reason: Reason.AmbiguousCredentials,
    advice: "Keep one set of keys in the credentials Secret",
  },
  EndpointRequired: { reason: Reason.EndpointRequired, advice: "Set spec.endpoint of the account" },
};

export function reconcileErrorOf(error: CloudError): ReconcileError {
  const { reason, again, ...meaning } = MEANING[error.kind];
  const advice = error.advice ?? meaning.advice;
  const message = advice === "" ? error.message : `${error.message}. ${advice}`;
  const described = { reason, message, cause: error };
  if (again === "Retry") return new RetryableError({ ...described, retryAfterMs: error.retryAfterMs });
  if (again === undefined) return new TerminalError(described);
  return new WaitingError({ ...described, pollAfterMs: error.retryAfterMs ?? THROTTLED_POLL_MS });
}
