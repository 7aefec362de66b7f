// How long one call may wait: until its caller aborts it or the armed time is up.
import type { Clock, Timer } from "../lib/clock.ts";

export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`Time ran out after ${Math.round(ms)} ms`);
    this.name = "TimeoutError";
  }
}

/** End it, or the caller's signal keeps it alive. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #caller: AbortSignal | undefined;
  #timer: Timer | undefined;
  #deadlineMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, caller: AbortSignal | undefined) {
    this.#clock = clock;
    this.#caller = caller;
    if (caller?.aborted) this.#onCallerAbort();
    else caller?.addEventListener("abort", this.#onCallerAbort, { once: true });
  }

  /** Aborted with the caller's reason or a TimeoutError. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get remainingMs(): number {
    return this.#deadlineMs - this.#clock.monotonic();
  }

  /** Replaces what was armed before. */
  arm(ms: number): void {
    this.disarm();
    this.#deadlineMs = this.#clock.monotonic() + ms;
    this.#timer = this.#clock.after(ms, () => this.#controller.abort(new TimeoutError(ms)));
  }

  disarm(): void {
    this.#timer?.cancel();
    this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Nothing aborts `signal` any more. */
  end(): void {
    this.disarm();
    this.#caller?.removeEventListener("abort", this.#onCallerAbort);
  }

  readonly #onCallerAbort = (): void => this.#controller.abort(this.#caller?.reason);
}

/** Settles as `promise` does, or rejects with the signal's reason at once when that is aborted first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
