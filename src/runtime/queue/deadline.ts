// One piece of work with an end: aborted when its time is over or everything stops, and left behind when it ignores that.
import type { Clock, Timer } from "../../lib/clock.ts";

interface Bounds {
  readonly clock: Clock;
  /** Aborts the work, with the signal's reason. */
  readonly stop: AbortSignal;
  /** Aborts the work after this long, with `deadlineReason`. */
  readonly deadlineMs: number;
  readonly deadlineReason: Error;
  /** How long aborted work may take to end. */
  readonly graceMs: number;
}

/**
 * Resolves to "Ended" when the work has ended, or to "LeftBehind" when it still runs `graceMs` after its signal was
 * aborted: then it goes on by itself. `work` must not reject.
 */
export async function runBounded(
  work: (signal: AbortSignal) => Promise<void>,
  bounds: Bounds,
): Promise<"Ended" | "LeftBehind"> {
  const { clock, stop, deadlineMs, deadlineReason, graceMs } = bounds;
  const controller = new AbortController();
  const leftBehind = Promise.withResolvers<"LeftBehind">();
  let grace: Timer | undefined;
  const abort = (reason: unknown): void => {
    controller.abort(reason);
    grace ??= clock.after(graceMs, () => leftBehind.resolve("LeftBehind"));
  };
  const onStop = (): void => abort(stop.reason);
  const deadline = clock.after(deadlineMs, () => abort(deadlineReason));
  stop.addEventListener("abort", onStop, { once: true });
  try {
    const ended = work(controller.signal).then(() => "Ended" as const);
    return await Promise.race([ended, leftBehind.promise]);
  } finally {
    stop.removeEventListener("abort", onStop);
    deadline.cancel();
    grace?.cancel();
  }
}
