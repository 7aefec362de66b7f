// What the subcommands share as processes: the ready line on standard output, and stopping on signals.
import { systemClock } from "../lib/clock.ts";
import { onSignals } from "../runtime/manager-signals.ts";

/** One JSON line; nothing else ever goes to standard output while a command runs. */
export function printReady(details: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ event: "ready", ...details })}\n`);
}

/** Aborted by the first SIGTERM or SIGINT; a second one ends the process at once. */
export function stopOnSignals(): AbortSignal {
  const stop = new AbortController();
  onSignals({ clock: systemClock, source: process, stop: () => stop.abort(), exit: () => process.exit(1) });
  return stop.signal;
}

/** Resolves at the first SIGTERM or SIGINT. */
export function untilSignal(): Promise<void> {
  const signal = stopOnSignals();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
