// A line that shows that long work lives: rewritten each second on a terminal, a new one every 15 s anywhere else.
import type { Clock, Timer } from "../src/lib/clock.ts";

export type ProgressStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

export interface ProgressOptions {
  stream: ProgressStream;
  clock: Clock;
  /** The line for now; it should begin with what is being done. */
  describe: (elapsedMs: number) => string;
}

export interface Progress {
  /** Ends it and leaves `lastLine` behind, or nothing. */
  stop(lastLine?: string): void;
}

const TERMINAL_INTERVAL_MS = 1_000;
const PIPE_INTERVAL_MS = 15_000;
const CLEAR_LINE = "\r\u001B[2K";

/** Shows the first line at once. */
export function startProgress({ stream, clock, describe }: ProgressOptions): Progress {
  const startedAt = clock.monotonic();
  const terminal = stream.isTTY === true;
  let timer: Timer | undefined;

  const show = (): void => {
    const line = describe(clock.monotonic() - startedAt);
    // A line that wraps could not be rewritten.
    stream.write(terminal ? CLEAR_LINE + line.slice(0, (stream.columns ?? 80) - 1) : `${line}\n`);
    timer = clock.after(terminal ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS, show);
  };

  show();
  return {
    stop(lastLine) {
      timer?.cancel();
      if (terminal) stream.write(CLEAR_LINE);
      if (lastLine !== undefined) stream.write(`${lastLine}\n`);
    },
  };
}

/** 200 s as "3 min 20 s". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}
