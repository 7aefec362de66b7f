// Errors of a reconcile. The class carries the decision of what happens next (docs/protocol.md#errors).

/** `reason` is a CamelCase condition reason; `message` is stable, says what to do, and holds no secret and no time stamp. */
interface Described {
  reason: string;
  message: string;
  cause?: unknown;
}

/** Base of the three decisions; thrown by steps, caught once by the controller's status writer. */
export abstract class ReconcileError extends Error {
  readonly reason: string;

  constructor({ reason, message, cause }: Described) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.reason = reason;
  }
}

/** A person has to change something. Tried again at the drift interval and when spec, Secret, account or annotation change. */
export class TerminalError extends ReconcileError {}

/** A person has to change something that no watch shows, be it in minutes: stalled too, but tried again with the key's backoff. */
export class RefusedError extends TerminalError {}

/** Something else has to happen first and nothing is wrong; looked at again after `pollAfterMs` or when that thing changes. */
export class WaitingError extends ReconcileError {
  readonly pollAfterMs: number;

  constructor({ pollAfterMs, ...described }: Described & { pollAfterMs: number }) {
    super(described);
    this.pollAfterMs = pollAfterMs;
  }
}

/** A wait for what this process is about to learn by itself, or for a turn: nothing is said of it, and the conditions of before stand. */
export class UnsaidError extends WaitingError {}

/** A person has to change something that no watch shows: stalled like a TerminalError, looked at again like a WaitingError. */
export class HeldError extends WaitingError {}

/** May succeed when simply tried again: per-key backoff, unless the other side named a time (`retryAfterMs`), which wins. */
export class RetryableError extends ReconcileError {
  readonly retryAfterMs: number | undefined;

  constructor({ retryAfterMs, ...described }: Described & { retryAfterMs?: number | undefined }) {
    super(described);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The id of the request to somebody else's service that went wrong, of the error or of what caused it; undefined where none has one. */
export function requestIdOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  if ("requestId" in thrown && typeof thrown.requestId === "string") return thrown.requestId;
  return requestIdOf(thrown.cause);
}

/** The message of anything that was thrown, for logs. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
