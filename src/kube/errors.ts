// Errors of the Kubernetes API, told apart by status, reason and details; message text decides in one place alone (isFailedTest).
import { oneLine } from "../lib/one-line.ts";
import { TimeoutError } from "./deadline.ts";

/** The part of metav1.Status that we read. */
export interface ApiStatus {
  code: number;
  reason?: string;
  message?: string;
  details?: {
    name?: string;
    kind?: string;
    causes?: readonly { reason?: string; message?: string; field?: string }[];
    retryAfterSeconds?: number;
  };
}

/** The API server answered with an error. */
export class KubeError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly status: ApiStatus;

  constructor(status: ApiStatus, request: { method: string; path: string }) {
    super(`${request.method} ${request.path}: ${status.code} ${status.message ?? status.reason ?? "no message"}`);
    this.name = "KubeError";
    this.code = status.code;
    this.reason = status.reason ?? "";
    this.status = status;
  }
}

/** No answer came: the connection failed or broke, or time ran out. A write may or may not have taken effect. */
export class KubeUnreachableError extends Error {
  constructor(request: { method: string; path: string }, cause: unknown) {
    super(`${request.method} ${request.path}: no answer from the API server`, { cause });
    this.name = new.target.name;
  }
}

/** A stream that the server had accepted brought no byte for the time that it was given. */
export class KubeSilentError extends KubeUnreachableError {}

/** Nothing came in the time that there was, rather than a connection that was refused or broke. */
export const ranOutOfTime = (error: unknown): boolean =>
  error instanceof KubeUnreachableError && error.cause instanceof TimeoutError;

/** Anything that went wrong between us and the API server. */
export const isKubeError = (error: unknown): error is KubeError | KubeUnreachableError =>
  error instanceof KubeError || error instanceof KubeUnreachableError;

const hasCode = (error: unknown, code: number): error is KubeError => error instanceof KubeError && error.code === code;

/** There is no such path, or no such object, on the word of whoever answered. */
export const isPathUnknown = (error: unknown): error is KubeError => hasCode(error, 404);
/**
 * The API server's own word that an object is not there: a metav1.Status. What stands before it, such as a load balancer without a
 * backend, says 404 in its own ways, and knows nothing of objects.
 */
export const isNotFound = (error: unknown): error is KubeError => isPathUnknown(error) && error.reason === "NotFound";
/** A stale resourceVersion or a name that is taken; a webhook may answer so too. */
export const isConflict = (error: unknown): error is KubeError => hasCode(error, 409);
export const isAlreadyExists = (error: unknown): error is KubeError =>
  isConflict(error) && error.reason === "AlreadyExists";
export const isInvalid = (error: unknown): error is KubeError => hasCode(error, 422);
/** The version to go on from is too old: list again. */
export const isGone = (error: unknown): error is KubeError => hasCode(error, 410);
export const isForbidden = (error: unknown): error is KubeError => hasCode(error, 403);

/**
 * A `test` of a JSON Patch that failed: somebody else wrote first. kube-apiserver answers 422 Invalid, as to what validation and
 * policies refuse, but then says nothing of the object: its details are empty, theirs name it or the cause (seen on 1.37.1). A
 * webhook may answer without details; what denies always stands in its message.
 */
export function isFailedTest(error: unknown): error is KubeError {
  if (!isInvalid(error) || error.reason !== "Invalid") return false;
  const { details = {}, message = "" } = error.status;
  const saysWhat = details.name !== undefined || details.kind !== undefined || details.causes !== undefined;
  return !saysWhat && !message.startsWith("admission webhook ");
}

/** Lists, watches and writes are never answered so for good: time or another try ends them. */
const PASSING_CODES: ReadonlySet<number> = new Set([401, 404, 409, 410, 429]);

/**
 * The server understood and says no: a missing right, validation, a policy, a webhook, a quota. Nothing but a change of these, or
 * of what is asked, ends that.
 */
export function isRefusal(error: unknown): error is KubeError {
  if (!(error instanceof KubeError)) return false;
  return error.code >= 400 && error.code < 500 && !PASSING_CODES.has(error.code) && !isFailedTest(error);
}

const LONGEST_WORDS = 400;

/** The server's words as one line, fit for a condition: without the request, cut, and stable. */
export function wordsOf(error: KubeError): string {
  return oneLine(error.status.message ?? (error.reason === "" ? String(error.code) : error.reason), LONGEST_WORDS);
}
