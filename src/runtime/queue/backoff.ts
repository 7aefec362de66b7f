// How long to wait after the n-th failure in a row: the arithmetic, and who counts the failures.
import type { Clock } from "../../lib/clock.ts";
import { RetryableError } from "../../lib/errors.ts";
import { KubeError } from "../../kube/errors.ts";

export interface BackoffPolicy {
  /** The shortest delay: even a lucky draw does not make a failing loop spin. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** For one key of a queue (R4). */
export const KEY_BACKOFF: BackoffPolicy = { firstMs: 1000, longestMs: 300_000 };

/** For a list or watch (R9). */
export const WATCH_BACKOFF: BackoffPolicy = { firstMs: 800, longestMs: 30_000 };

/** Above this many doublings every policy has long reached its longest delay; it keeps the power finite. */
const MOST_DOUBLINGS = 40;

/**
 * A delay drawn evenly (full jitter) from `firstMs` up to a ceiling that doubles with each failure and ends at
 * `longestMs`. `failures` counts from 1; `random` gives [0, 1).
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: () => number): number {
  const ceilingMs = Math.min(policy.longestMs, policy.firstMs * 2 ** Math.min(failures, MOST_DOUBLINGS));
  return policy.firstMs + random() * (ceilingMs - policy.firstMs);
}

/** The delay that the other side asked for in its error, in milliseconds; undefined where it asked for none. */
export function retryAfterMsOf(error: unknown): number | undefined {
  if (error instanceof RetryableError) return error.retryAfterMs;
  const seconds = error instanceof KubeError ? error.status.details?.retryAfterSeconds : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Counts failures per key. Holds only keys that have failed since their last reset. */
export class KeyedBackoff {
  readonly #policy: BackoffPolicy;
  readonly #random: () => number;
  readonly #failures = new Map<string, number>();

  constructor(options: { policy: BackoffPolicy; random: () => number }) {
    this.#policy = options.policy;
    this.#random = options.random;
  }

  /** Records one more failure of `key` and says how many milliseconds to wait. */
  next(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    return backoffMs(this.#policy, failures, this.#random);
  }

  /** Forgets the failures of `key`; one without failures is fine. */
  reset(key: string): void {
    this.#failures.delete(key);
  }
}

/** Counts the failures of one long-lived thing, and forgets them only after it has been healthy for a while. */
export class HealthBackoff {
  readonly #policy: BackoffPolicy;
  readonly #resetAfterMs: number;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  #healthySinceMs: number | undefined;

  constructor(options: { policy: BackoffPolicy; resetAfterMs: number; clock: Clock; random: () => number }) {
    this.#policy = options.policy;
    this.#resetAfterMs = options.resetAfterMs;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** It works. Repeating this while it goes on working changes nothing. */
  healthy(): void {
    this.#healthySinceMs ??= this.#clock.monotonic();
  }

  /** It failed: how many milliseconds to wait. The count starts anew when it had been healthy for `resetAfterMs`. */
  next(): number {
    const healthySinceMs = this.#healthySinceMs ?? Number.POSITIVE_INFINITY;
    if (this.#clock.monotonic() - healthySinceMs >= this.#resetAfterMs) this.#failures = 0;
    this.#healthySinceMs = undefined;
    this.#failures += 1;
    return backoffMs(this.#policy, this.#failures, this.#random);
  }
}
