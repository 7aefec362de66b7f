// What a cloud's answer means for us. Each cloud maps its codes to these in one file (`cloud/<name>/errors.ts`).
import { FencedError } from "../lib/fence.ts";

/**
 * `Rejected`: the request as such is refused (400, 422); another try needs another spec.
 * `Unauthenticated`: the credentials are wrong (401). `Forbidden`: they are right but may not do this (403).
 * `NotServed`: there is no such service or kind of thing at this address; of the thing itself nothing is said.
 * `Conflict`: the thing has changed, or is another one, than what the request was made for: read again. Nothing was done.
 * `NotFound`, `AlreadyExists`, `NotEmpty`, `QuotaExceeded`, `NameRefused`: what they say.
 * `Busy`: something else is being done to it, or it is in a state that does not allow this now; nothing was done.
 * `Throttled`: too many requests; `retryAfterMs` where the cloud says it.
 * `Unreachable`: no connection was made (refused, DNS, TLS): nothing was sent.
 * `Unavailable`: 5xx, a broken connection, a time-out or an answer that can't be read: the outcome of a write is unknown.
 * `PlaceNotConfirmed`: where a request would act was not confirmed, so that nothing was sent.
 * `ProjectNotFound`: the credentials are right, and the project that the account names is none of theirs.
 * `CredentialsMalformed`, `AmbiguousCredentials`, `EndpointRequired`: the session can't even be opened.
 */
export type CloudErrorKind =
  | "Rejected"
  | "NameRefused"
  | "Unauthenticated"
  | "Forbidden"
  | "NotFound"
  | "NotServed"
  | "Conflict"
  | "AlreadyExists"
  | "NotEmpty"
  | "QuotaExceeded"
  | "Busy"
  | "Throttled"
  | "Unreachable"
  | "Unavailable"
  | "PlaceNotConfirmed"
  | "ProjectNotFound"
  | "CredentialsMalformed"
  | "AmbiguousCredentials"
  | "EndpointRequired";

/** One reason of several for which a request was refused; both presentable. */
export interface RefusalCause {
  /** From the thing that was sent, such as spec.replicas; empty where the cloud names none. */
  readonly field: string;
  readonly message: string;
}

/** A cloud said no, or nothing. The message is fit for a condition: cut, redacted, stable, without time stamps. */
export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  /** The cloud's own error codes, or the HTTP status as text; empty where there was no answer. */
  readonly codes: readonly string[];
  /** The HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** By which the cloud's operators find the request; for logs alone, because it is another one each time. */
  readonly requestId: string | undefined;
  /** What to do about it, where that does not follow from the kind; empty where the message says it. */
  readonly advice: string | undefined;
  readonly causes: readonly RefusalCause[];

  constructor(
    kind: CloudErrorKind,
    described: {
      message: string;
      codes?: readonly string[];
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      requestId?: string | undefined;
      advice?: string | undefined;
      causes?: readonly RefusalCause[] | undefined;
      cause?: unknown;
    },
  ) {
    super(described.message, described.cause === undefined ? undefined : { cause: described.cause });
    this.name = "CloudError";
    this.kind = kind;
    this.codes = described.codes ?? [];
    this.status = described.status;
    this.retryAfterMs = described.retryAfterMs;
    this.requestId = described.requestId;
    this.advice = described.advice;
    this.causes = described.causes ?? [];
  }
}

/**
 * True where a write may have taken effect although no success came back: the caller must look
 * before it sends again. Anything that is neither a CloudError nor a FencedError is unknown too.
 */
export function outcomeIsUnknown(error: unknown): boolean {
  if (error instanceof FencedError) return false;
  return !(error instanceof CloudError) || error.kind === "Unavailable";
}

/** What an intermediary answers that has stopped waiting for the service, which may be at it still. */
const GIVEN_UP: ReadonlySet<number> = new Set([408, 502, 504]);

/** True where a write that failed may still be on its way: nobody has answered it. */
export function mayStillAct(error: unknown): boolean {
  if (!outcomeIsUnknown(error)) return false;
  return !(error instanceof CloudError) || error.codes.length === 0 || GIVEN_UP.has(error.status ?? 0);
}
