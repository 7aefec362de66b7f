// One program of the control plane as a child process: output into a log file, never outliving us.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Guard } from "./guard.ts";

export interface ComponentOptions {
  name: string;
  binary: string;
  flags: readonly string[];
  /** Where `<name>.log` is appended to. */
  directory: string;
  guard: Guard;
}

export interface Component {
  readonly name: string;
  readonly pid: number;
  /** Path of its log file. */
  readonly log: string;
  /** Resolves with how it ended, for the log: "code 1" or "SIGKILL". Never rejects. */
  readonly exited: Promise<string>;
  readonly running: boolean;
  /** Sends SIGKILL and resolves when the process is gone. Idempotent. */
  kill(): Promise<void>;
}

/** A program ended by itself. The message holds the end of its log. */
export class ComponentExitError extends Error {
  readonly portTaken: boolean;

  constructor(name: string, how: string, logTail: string) {
    super(`${name} ended with ${how}; the end of its log:\n${logTail}`);
    this.name = "ComponentExitError";
    this.portTaken = logTail.includes("address already in use");
  }
}

/** The program begins only after the watchdog knows its pid; if we die before, the shell reads an end of input and leaves. */
const LAUNCH = 'read -r go && exec "$@" </dev/null';
const TAIL_LINES = 15;

/**
 * Starts a program in a session of its own, so that Ctrl-C in the terminal reaches us alone. Resolves when it was launched; a
 * binary that cannot be run shows as an early exit.
 */
export async function startComponent({ name, binary, flags, directory, guard }: ComponentOptions): Promise<Component> {
  const log = path.join(directory, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn("/bin/sh", ["-c", LAUNCH, name, binary, ...flags], {
    detached: true,
    stdio: ["pipe", output, output],
  });
  closeSync(output);
  const pid = await pidOf(child);
  let running = true;
  const exited = exitOf(child).then((how) => {
    running = false;
    guard.remove(pid);
    return how;
  });
  // EPIPE when the child was killed before it could read; `exited` tells.
  child.stdin?.on("error", () => undefined);
  try {
    await guard.add(pid);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  child.stdin?.end("go\n");
  return {
    name,
    pid,
    log,
    exited,
    get running() {
      return running;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** The error for a program that has ended, with the end of its log. */
export async function exitError({ name, exited, log }: Component): Promise<ComponentExitError> {
  const [how, text] = await Promise.all([exited, readFile(log, "utf8")]);
  return new ComponentExitError(name, how, text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n"));
}

async function exitOf(child: ChildProcess): Promise<string> {
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return signal ?? `code ${code}`;
}

async function pidOf(child: ChildProcess): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const [error] = (await once(child, "error")) as [Error];
  throw error;
}
