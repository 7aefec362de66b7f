// A `yunfan` command as a process of its own, started by node or as a user does, through npm: its output line by line, its end.
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Environment variable: the file that node starts, instead of the sources. */
export const PROGRAM_VARIABLE = "YUNFAN_PROGRAM";

/** What node runs as `yunfan`. */
export function programFile(): string {
  return process.env[PROGRAM_VARIABLE] ?? path.join(ROOT, "src/main.ts");
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningCommand extends AsyncDisposable {
  /** Of npm where that was asked for. */
  readonly pid: number;
  /** Lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Resolves with the first line of standard output as JSON; rejects when the process ends before. */
  readonly ready: Promise<Record<string, unknown>>;
  /** Resolves when the process has ended and all of its output is here. */
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
  /** As Ctrl-C in a terminal: to the process and to all that it started. */
  killGroup(signal: NodeJS.Signals): void;
}

export interface CommandOptions {
  readonly through?: "node" | "npm";
  /** What is run with the arguments, instead of `programFile`. */
  readonly program?: readonly [string, ...string[]];
  /** Ours where unset. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onStderr?: (line: string) => void;
}

/** Resolves at once; await `ready`. Disposing kills it and what it started. */
export function spawnYunfan(args: readonly string[], options: CommandOptions = {}): RunningCommand {
  const child = start(args, options);
  const { pid = 0 } = child;
  const stdout: string[] = [];
  const stderr: string[] = [];
  const ready = Promise.withResolvers<Record<string, unknown>>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    if (stdout.push(line) === 1) settle(ready, line);
  });
  createInterface({ input: child.stderr! }).on("line", (line) => {
    stderr.push(line);
    options.onStderr?.(line);
  });
  const ended = endOf(child);
  let isOver = false;
  void ended.then(({ code, signal }) => {
    isOver = true;
    const lastWords = stderr.slice(-3).join("\n");
    ready.reject(new Error(`yunfan ${args[0]} ended with ${code ?? signal} before it was ready: ${lastWords}`));
    return undefined;
  });
  // A test may end the process before it is ready, and is then not interested.
  ready.promise.catch(() => undefined);
  return {
    pid,
    stdout,
    stderr,
    ready: ready.promise,
    ended,
    kill: (signal) => void child.kill(signal),
    killGroup: (signal) => void process.kill(-pid, signal),
    async [Symbol.asyncDispose]() {
      if (!isOver) killAll(pid);
      await ended;
    },
  };
}

/** In a process group of its own, so that nothing of it outlives the test. */
function start(args: readonly string[], { through, program, env = process.env }: CommandOptions): ChildProcess {
  const options = { cwd: ROOT, detached: true, env, stdio: ["ignore", "pipe", "pipe"] } satisfies SpawnOptions;
  if (through === "npm") return spawn("npm", ["run", "-s", "yunfan", "--", ...args], options);
  const [file, ...first] = program ?? [process.execPath, programFile()];
  return spawn(file, [...first, ...args], options);
}

async function endOf(child: ChildProcess): Promise<Ended> {
  const [code, signal] = (await once(child, "close")) as [Ended["code"], Ended["signal"]];
  return { code, signal };
}

/** Some commands print something else; nobody awaits `ready` then. */
function settle(ready: PromiseWithResolvers<Record<string, unknown>>, line: string): void {
  try {
    ready.resolve(JSON.parse(line) as Record<string, unknown>);
  } catch (error) {
    ready.reject(error);
  }
}

function killAll(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch (error) {
    // All of them have ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
