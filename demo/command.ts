// A `yunfan` command as a child process: started, awaited until its ready line, stopped by SIGTERM.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import path from "node:path";

const MAIN = path.resolve(import.meta.dirname, "../src/main.ts");

/** What the ready line says: `url` and `projectId` are a simulator's, `metricsPort` is an operator's. */
export interface Ready {
  readonly event: "ready";
  readonly url?: string;
  readonly projectId?: string;
  readonly metricsPort?: number;
}

export interface RunningCommand {
  readonly pid: number;
  readonly ready: Ready;
  /** Resolves with the exit code when the process has ended by itself or was stopped. */
  readonly ended: Promise<number>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** Rejects with the command's own last words when it ends before it is ready. Its log goes to `onLog`, line by line. */
export async function startCommand(args: readonly string[], onLog: (line: string) => void): Promise<RunningCommand> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const lastWords: string[] = [];
  createInterface({ input: child.stderr }).on("line", (line) => {
    lastWords.splice(0, Math.max(0, lastWords.length - 4), line);
    onLog(line);
  });
  const ended = endOf(child);
  const ready = await Promise.race([readyLine(child), ended.then(() => undefined)]);
  if (!ready) throw new Error(`yunfan ${args[0]} ended before it was ready:\n${lastWords.join("\n")}`);
  return {
    pid: child.pid ?? 0,
    ready,
    ended,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function readyLine(child: ChildProcess): Promise<Ready | undefined> {
  if (!child.stdout) return undefined;
  for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Ready;
  return undefined;
}

async function endOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
