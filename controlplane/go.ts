// The Go command: is it there, and one `go build` with our versions stamped in and nothing of a person's own settings.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { MODULE_DIRECTORY, type Recipe, type Versions } from "./recipes.ts";

export interface CompileOptions {
  recipe: Recipe;
  /** Where the executable goes. */
  output: string;
  versions: Versions;
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
export async function compile({ recipe, output, versions, env, signal, onLine }: CompileOptions): Promise<void> {
  const flags = ["-v", "-trimpath", "-ldflags", linkerFlags(versions), "-o", output];
  const go = spawn("go", ["build", ...flags, recipe.package], {
    cwd: MODULE_DIRECTORY,
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

/** Without these a server calls itself v0.0.0-master, and kubectl warns about the distance. */
function linkerFlags({ kubernetes }: Versions): string {
  const [major = "", minor = ""] = kubernetes.slice(1).split(".");
  const stamp = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor };
  const set = Object.entries(stamp).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ["-s", "-w", ...set].join(" ");
}

function goEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { GOOS: _os, GOARCH: _arch, ...rest } = env;
  return { ...rest, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };
}
