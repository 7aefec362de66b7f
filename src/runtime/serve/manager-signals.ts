// SIGTERM and SIGINT: the first asks for an orderly stop, a second one ends the process at once (R22).
import type { EventEmitter } from "node:events";
import type { Clock } from "../../lib/clock.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Ctrl-C reaches a whole process group, npm passes it on as well: signals this close to the first are that one. */
const SAME_WITHIN_MS = 500;

export interface SignalOptions {
  readonly clock: Clock;
  /** The process. */
  readonly source: Pick<EventEmitter, "on" | "off">;
  /** Called once. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** Ends the process without further ado. */
  readonly exit: () => void;
}

/** Listens from now on. Call the function it returns to stop listening, after which signals do what they do by default. */
export function onSignals(options: SignalOptions): () => void {
  const { clock, source, stop, exit } = options;
  let firstAtMs: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (firstAtMs === undefined) {
      firstAtMs = clock.monotonic();
      stop(signal);
    } else if (clock.monotonic() - firstAtMs > SAME_WITHIN_MS) {
      exit();
    }
  };
  for (const signal of SIGNALS) source.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) source.off(signal, listener);
  };
}
