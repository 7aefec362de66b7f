// The demo as the README starts it, in a fresh copy of the checkout: what the pages' commands run against.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT, type Shown, type Step } from "./shell.ts";

/** What a clone would not have. */
const LEFT_OUT: ReadonlySet<string> = new Set(["node_modules", ".git", ".demo", "dist"]);

/** A copy of what is in the working tree, without what is made from it. */
export async function copyOfCheckout(): Promise<string> {
  const copy = await mkdtemp(path.join(tmpdir(), "yunfan-docs-"));
  await cp(ROOT, copy, { recursive: true, filter: (source) => !LEFT_OUT.has(path.basename(source)) });
  return copy;
}

/** A step that stays until Ctrl-C. */
export interface Staying extends AsyncDisposable {
  /** Resolves when it has shown the last line of what is promised; rejects when it ends before. */
  readonly shown: Promise<Shown>;
  /** As in a terminal: to the shell and to all that it started. Resolves when all have ended. */
  ctrlC(): Promise<void>;
}

export function startStep(
  { commands, promised = "" }: Step,
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Staying {
  const child = spawn("bash", ["-eu", "-c", commands], { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  return {
    shown: shownBy(child, promised),
    async ctrlC() {
      process.kill(-(child.pid ?? 0), "SIGINT");
      await closed;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), "SIGKILL");
      await closed;
    },
  };
}

function shownBy(child: ChildProcess, promised: string): Promise<Shown> {
  const last = promised.trim().split("\n").at(-1) ?? "";
  let output = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes(last)) resolve({ promised, output });
    });
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.once("close", (code) => reject(new Error(`It ended with ${code}:\n${output}`)));
  });
}
