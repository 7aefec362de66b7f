// Errors of the Kubernetes API, told apart by status and reason, never by message text.

/** The part of metav1.Status that we read. */
export interface ApiStatus {
  code: number;
  reason?: string;
  message?: string;
  details?: { causes?: readonly { reason?: string; message?: string; field?: string }[]; retryAfterSeconds?: number };
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
    this.name = "KubeUnreachableError";
  }
}

/** Anything that went wrong between us and the API server. */
export const isKubeError = (error: unknown): error is KubeError | KubeUnreachableError =>
  error instanceof KubeError || error instanceof KubeUnreachableError;

const hasCode = (error: unknown, code: number): error is KubeError => error instanceof KubeError && error.code === code;

export const isNotFound = (error: unknown): error is KubeError => hasCode(error, 404);
/** A stale resourceVersion, a failed JSON Patch test or a name that is taken. */
export const isConflict = (error: unknown): error is KubeError => hasCode(error, 409);
export const isAlreadyExists = (error: unknown): error is KubeError =>
  isConflict(error) && error.reason === "AlreadyExists";
export const isInvalid = (error: unknown): error is KubeError => hasCode(error, 422);
/** The version to go on from is too old: list again. */
export const isGone = (error: unknown): error is KubeError => hasCode(error, 410);
export const isForbidden = (error: unknown): error is KubeError => hasCode(error, 403);
