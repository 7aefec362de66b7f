// What the subcommands share as processes: the ready line on standard output, and stopping on signals.
import type { Command } from "commander";
import { systemClock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { onSignals } from "../runtime/serve/manager-signals.ts";

/** One JSON line; nothing else ever goes to standard output while a command runs. */
export function printReady(details: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify({ event: "ready", ...details })}\n`);
}

/** Ends the process with exit code 1 and one line that says what is wrong, without a stack: for mistakes of the user. */
export function failUsage(command: Command, error: unknown): never {
  return command.error(`error: ${messageOf(error)}`);
}

/** Aborted by the first SIGTERM or SIGINT, of which `onFirst` is told; a second one ends the process at once. */
export function stopOnSignals(onFirst?: (signal: NodeJS.Signals) => void): AbortSignal {
  const aborter = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    onFirst?.(signal);
    aborter.abort();
  };
  onSignals({ clock: systemClock, source: process, stop, exit: () => process.exit(1) });
  return aborter.signal;
}

/** Resolves at the first SIGTERM or SIGINT. */
export function untilSignal(): Promise<void> {
  const signal = stopOnSignals();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/**
 * Ends the process now. One that runs out of work by itself gives up its signal handlers first, and a signal that comes then, as
 * the second one of a Ctrl-C that npm passes on, kills it.
 */
export function endProcess(): never {
  process.exit();
}
