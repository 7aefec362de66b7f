// Builds missing programs into the cache: once among processes, each put in place in one step, with progress.
import { access, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../src/lib/clock.ts";
import { messageOf } from "../src/lib/errors.ts";
import { compile, isGoInstalled } from "./go.ts";
import { type Lock, takeLock } from "./lock.ts";
import { duration, type Progress, type ProgressStream, startProgress } from "./progress.ts";
import type { GoModule } from "./modules.ts";
import type { Recipe } from "./recipes.ts";

export interface BuildOptions {
  module: GoModule;
  cacheFolder: string;
  env: NodeJS.ProcessEnv;
  clock: Clock;
  signal: AbortSignal | undefined;
  progressStream: ProgressStream;
}

interface Step {
  recipe: Recipe;
  number: number;
  count: number;
}

const TAIL_LINES = 20;

/** Resolves when the binary of every recipe, all of one module, lies in `cacheFolder`. Rejects with the compiler's words, and on abort. */
export async function build(recipes: readonly Recipe[], options: BuildOptions): Promise<void> {
  const { cacheFolder, env, progressStream } = options;
  if (!(await isGoInstalled(env))) throw new Error(missingGoMessage(recipes, cacheFolder));
  await mkdir(cacheFolder, { recursive: true });
  const lock = await waitForLock(options);
  try {
    const missing = await filterMissing(recipes, cacheFolder);
    if (missing.length > 0) progressStream.write(`${announcement(missing, options)}\n`);
    for (const [index, recipe] of missing.entries()) {
      await buildOne({ recipe, number: index + 1, count: missing.length }, options);
    }
  } finally {
    await lock.release();
  }
}

/** What a person reads who has neither the binaries nor Go. */
function missingGoMessage(recipes: readonly Recipe[], cacheFolder: string): string {
  return [
    `${namesOf(recipes)}: neither in KUBEBUILDER_ASSETS nor in the cache, and there is no Go to build with. Three ways:`,
    "  1. set KUBEBUILDER_ASSETS to a folder that holds what is missing (setup-envtest fetches one);",
    "  2. install Go 1.26 or newer and put it on the PATH: the build then takes 3 to 4 minutes on two cores, once;",
    `  3. copy ${cacheFolder} from a machine that has it.`,
  ].join("\n");
}

function announcement(recipes: readonly Recipe[], { cacheFolder, module, env }: BuildOptions): string {
  const usualMs = recipes.reduce((sum, { usualSeconds }) => sum + usualSeconds * 1000, 0);
  const assets = env["KUBEBUILDER_ASSETS"];
  return [
    `Building ${namesOf(recipes)} (${module.versions}) from Go modules, this once:`,
    ...(assets ? [`  not in KUBEBUILDER_ASSETS (${assets}),`] : []),
    `  into ${cacheFolder},`,
    `  usually in ${duration(usualMs)} on two cores.`,
  ].join("\n");
}

async function waitForLock({ cacheFolder, clock, signal, progressStream: stream }: BuildOptions): Promise<Lock> {
  let progress: Progress | undefined;
  const onWait = (holder: number): void => {
    progress ??= startProgress({
      stream,
      clock,
      describe: (elapsedMs) => `process ${holder} is building the same: waited ${duration(elapsedMs)} for it`,
    });
  };
  try {
    return await takeLock(path.join(cacheFolder, ".lock"), { clock, signal, onWait });
  } finally {
    progress?.stop();
  }
}

async function buildOne({ recipe, number, count }: Step, options: BuildOptions): Promise<void> {
  const { cacheFolder, clock, progressStream: stream, signal } = options;
  const draft = path.join(cacheFolder, `${recipe.name}.${process.pid}.tmp`);
  const label = `[${number}/${count}] ${recipe.name}`;
  const startedAt = clock.monotonic();
  const lines: string[] = [];
  const progress = startProgress({
    stream,
    clock,
    describe: (elapsedMs) =>
      `${label}: ${duration(elapsedMs)} (usually ${duration(recipe.usualSeconds * 1000)}), ${activity(recipe, lines)}`,
  });
  try {
    await compile({ ...options, recipe, output: draft, onLine: (line) => lines.push(line) });
    await rename(draft, path.join(cacheFolder, recipe.name));
    progress.stop(`${label}: built in ${duration(clock.monotonic() - startedAt)}`);
  } catch (error) {
    progress.stop();
    await rm(draft, { force: true });
    signal?.throwIfAborted();
    const tail = lines.slice(-TAIL_LINES).join("\n");
    throw new Error(`${recipe.name}: ${messageOf(error)}; the end of its output:\n${tail}`, { cause: error });
  }
}

/** A sign of life, from the lines of `go build -v`; it fits on a terminal of 80 columns. */
function activity({ packages }: Recipe, lines: readonly string[]): string {
  const fetched = lines.filter((line) => line.startsWith("go: downloading ")).length;
  const compiled = lines.length - fetched;
  return compiled === 0 ? `${fetched} modules fetched` : `${compiled} of ${packages} packages`;
}

async function filterMissing(recipes: readonly Recipe[], cacheFolder: string): Promise<Recipe[]> {
  const missing: Recipe[] = [];
  for (const recipe of recipes) {
    const isThere = await access(path.join(cacheFolder, recipe.name)).then(
      () => true,
      () => false,
    );
    if (!isThere) missing.push(recipe);
  }
  return missing;
}

function namesOf(recipes: readonly Recipe[]): string {
  return new Intl.ListFormat("en").format(recipes.map(({ name }) => name));
}
