// What follows from the end of a reconcile: pure functions from its result or error to one named outcome (R6).
import { ReconcileError, RefusedError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { FencedError } from "../../lib/fence.ts";
import { isConflict, KubeError, KubeUnreachableError } from "../../kube/errors.ts";
import { retryAfterMsOf } from "./backoff.ts";

/** Without `requeueAfterMs` the key rests until something changes. */
export interface Result {
  readonly requeueAfterMs?: number;
}

export type Outcome =
  | { readonly kind: "Done" }
  | { readonly kind: "Again"; readonly afterMs: number }
  | { readonly kind: "Waiting"; readonly afterMs: number; readonly error: WaitingError }
  | { readonly kind: "Terminal"; readonly error: TerminalError }
  | { readonly kind: "Retry"; readonly retryAfterMs: number | undefined; readonly error: unknown }
  /** A retry that is the ordinary course of things: somebody else wrote first, or this process may not write any more. */
  | { readonly kind: "Yield"; readonly error: unknown }
  /** A retry after an exception that no step foresaw: a bug. */
  | { readonly kind: "Panic"; readonly error: unknown };

/** The reconcile had not ended at its deadline; this is what its signal was aborted with. */
export class ReconcileTimeoutError extends Error {
  constructor(deadlineMs: number) {
    super(`The reconcile did not end within ${deadlineMs} ms`);
    this.name = "ReconcileTimeoutError";
  }
}

export function outcomeOfResult(result: Result): Outcome {
  const { requeueAfterMs } = result;
  return requeueAfterMs === undefined ? { kind: "Done" } : { kind: "Again", afterMs: requeueAfterMs };
}

export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof RefusedError) return { kind: "Retry", retryAfterMs: undefined, error };
  if (error instanceof TerminalError) return { kind: "Terminal", error };
  if (error instanceof WaitingError) return { kind: "Waiting", afterMs: error.pollAfterMs, error };
  if (isConflict(error) || error instanceof FencedError) return { kind: "Yield", error };
  if (isForeseen(error)) return { kind: "Retry", retryAfterMs: retryAfterMsOf(error), error };
  return { kind: "Panic", error };
}

function isForeseen(error: unknown): boolean {
  const classes = [ReconcileError, KubeError, KubeUnreachableError, ReconcileTimeoutError];
  return classes.some((known) => error instanceof known);
}
