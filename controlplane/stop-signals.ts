// When to stop: signals, and the death of whoever started us.
import { fstatSync } from "node:fs";
import type { Clock, Timer } from "../src/lib/clock.ts";

export interface StopSignalOptions {
  /** `process`, or anything that emits signals by name. */
  emitter: { on(event: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown };
  clock: Clock;
  stop: (signal: NodeJS.Signals) => void;
  force: (signal: NodeJS.Signals) => void;
}

const SIGNALS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP"];
const ONE_SIGNAL_MS = 500;
const PARENT_POLL_MS = 500;

/** The first signal stops; one that comes 500 ms or more after it forces. Ctrl-C reaches a whole group and npm passes it on. */
export function onStopSignals({ emitter, clock, stop, force }: StopSignalOptions): void {
  let firstAt: number | undefined;
  for (const name of SIGNALS) {
    emitter.on(name, (signal) => {
      if (firstAt === undefined) {
        firstAt = clock.monotonic();
        stop(signal);
      } else if (clock.monotonic() - firstAt >= ONE_SIGNAL_MS) {
        force(signal);
      }
    });
  }
}

interface ParentOptions {
  clock: Clock;
  env: NodeJS.ProcessEnv;
  /** Called at most once per way of noticing; `what` is gone. */
  gone: (what: string) => void;
}

interface ParentWatch {
  /** From now on the end of standard input counts: one that was at its end before never had anybody behind it. */
  ready(): void;
  /** Releases standard input and the timer, so that the process can end. */
  close(): void;
}

/** Notices that npm was killed, which sends no signal, and that a pipe on standard input has lost its other end. */
export function watchParent(options: ParentOptions): ParentWatch {
  const npm = watchNpm(options);
  const input = watchInput(options);
  return {
    ready: () => input.ready(),
    close() {
      npm?.cancel();
      input.close();
    },
  };
}

/** Only npm's death counts: a shell may leave after `node controlplane/main.ts &`. */
function watchNpm({ clock, env, gone }: ParentOptions): Timer | undefined {
  if (env["npm_lifecycle_event"] === undefined) return undefined;
  const parent = process.ppid;
  let timer: Timer;
  const look = (): void => {
    if (process.ppid === parent) timer = clock.after(PARENT_POLL_MS, look);
    else gone("npm");
  };
  look();
  return { cancel: () => timer.cancel() };
}

/** A terminal sends SIGHUP instead, and a file or /dev/null says nothing about anybody. */
function watchInput({ gone }: ParentOptions): ParentWatch {
  const kind = fstatSync(0);
  if (!kind.isFIFO() && !kind.isSocket()) return { ready: () => undefined, close: () => undefined };
  let isReady = false;
  process.stdin
    .on("end", () => {
      if (isReady) gone("the other end of standard input");
    })
    .resume();
  return {
    ready() {
      isReady = true;
    },
    close: () => void process.stdin.destroy(),
  };
}
