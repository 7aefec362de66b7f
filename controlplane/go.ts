// The Go command: is it there, and one `go build` with our versions stamped in and nothing of a person's own settings.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { GoModule } from "./modules.ts";
import type { Recipe } from "./recipes.ts";

export interface CompileOptions {
  recipe: Recipe;
  module: GoModule;
  /** Where the executable goes. */
  output: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
  /** Called for each line of Go's output: each module fetched, each package compiled, each complaint. */
  onLine: (line: string) => void;
}

export async function isGoInstalled(env: NodeJS.ProcessEnv): Promise<boolean> {
  const go = spawn("go", ["version"], { env, stdio: "ignore" });
  return once(go, "close").then(
    () => true,
    () => false,
  );
}

/** Resolves when the executable is written. Rejects when Go fails, and on abort once Go has ended. */
export async function compile({ recipe, module, output, env, signal, onLine }: CompileOptions): Promise<void> {
  const tags = recipe.tags === undefined ? [] : ["-tags", recipe.tags];
  const flags = ["-v", "-trimpath", ...tags, "-ldflags", linkerFlags(module), "-o", output];
  const go = spawn("go", ["build", ...flags, recipe.package], {
    cwd: module.directory,
    env: goEnvironment(env),
    stdio: ["ignore", "ignore", "pipe"],
  });
  createInterface({ input: go.stderr }).on("line", onLine);
  const interrupt = (): void => void go.kill("SIGINT");
  signal?.addEventListener("abort", interrupt, { once: true });
  if (signal?.aborted) interrupt();
  const [code] = (await once(go, "close")) as [number | null];
  signal?.removeEventListener("abort", interrupt);
  signal?.throwIfAborted();
  if (code !== 0) throw new Error(`go build ended with ${code === null ? "a signal" : `code ${code}`}`);
}

function linkerFlags({ stamps }: GoModule): string {
  const set = Object.entries(stamps).map(([variable, value]) => `-X ${variable}=${value}`);
  return ["-s", "-w", ...set].join(" ");
}

function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  return { ...rest, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };
}
