// Time, injected: everything that waits or stamps takes a Clock, so that tests can turn it by hand.

export interface Timer {
  /** Idempotent; after it the callback never runs. */
  cancel(): void;
}

export interface Clock {
  /** Wall-clock milliseconds since the epoch: for time stamps only, never for deadlines (it can jump). */
  now(): number;
  /** Monotonic milliseconds: for deadlines and durations. It goes on while the process is stopped (SIGSTOP). */
  monotonic(): number;
  /** Runs `callback` once, at the earliest after `ms`. */
  after(ms: number, callback: () => void): Timer;
}

/** Node clamps longer time-outs to 1 ms, so a longer delay is cut to this and the caller sees an early wake-up. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_TIMEOUT_MS));
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as it is aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** RFC 3339 in UTC with whole seconds, the format of metav1.Time. */
export function timestamp(clock: Clock): string {
  return timestampOf(clock.now());
}

/** The same for any milliseconds since the epoch. */
export function timestampOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
