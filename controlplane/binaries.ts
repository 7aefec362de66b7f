// Finds the programs of the control plane and of the tests: KUBEBUILDER_ASSETS, else the cache, else built into the cache once.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import path from "node:path";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import { build } from "./build.ts";
import { cacheFolderOf, loadModule, type ModuleName } from "./modules.ts";
import type { ProgressStream } from "./progress.ts";
import { type BinaryName, RECIPES } from "./recipes.ts";

export interface FindOptions {
  /** KUBEBUILDER_ASSETS, YUNFAN_CACHE, HOME and PATH (for Go) are read from it. */
  env?: NodeJS.ProcessEnv | undefined;
  clock?: Clock | undefined;
  signal?: AbortSignal | undefined;
  /** Where the progress of a build goes; standard error where unset. */
  progressStream?: ProgressStream | undefined;
}

/** Resolves with an executable for each name, building what is nowhere. Rejects when that fails, and on abort. */
export async function findBinaries<Name extends BinaryName>(
  names: readonly Name[],
  options: FindOptions = {},
): Promise<Record<Name, string>> {
  const wanted = RECIPES.filter(({ name }) => (names as readonly BinaryName[]).includes(name));
  const files: [BinaryName, string][] = [];
  for (const module of new Set(wanted.map((recipe) => recipe.module))) {
    const ofModule = wanted.filter((recipe) => recipe.module === module).map(({ name }) => name);
    files.push(...(await findInModule(module, ofModule, options)));
  }
  return Object.fromEntries(files) as Record<Name, string>;
}

async function findInModule(
  name: ModuleName,
  binaries: readonly BinaryName[],
  { env = process.env, clock = systemClock, signal, progressStream = process.stderr }: FindOptions,
): Promise<[BinaryName, string][]> {
  const module = await loadModule(name);
  const cacheFolder = cacheFolderOf(module, env);
  const found = new Map<BinaryName, string>();
  for (const binary of binaries) {
    const file = await firstExecutable(candidates(binary, env, cacheFolder));
    if (file !== undefined) found.set(binary, file);
  }
  const missing = RECIPES.filter((recipe) => binaries.includes(recipe.name) && !found.has(recipe.name));
  if (missing.length > 0) await build(missing, { module, cacheFolder, env, clock, signal, progressStream });
  return binaries.map((binary) => [binary, found.get(binary) ?? path.join(cacheFolder, binary)]);
}

/** kubectl by the same search; the control plane does not need it, so it is built only when somebody asks. */
export async function findKubectl(options: FindOptions = {}): Promise<string> {
  return (await findBinaries(["kubectl"], options)).kubectl;
}

/** Where a program may be, best first. */
export function candidates(name: BinaryName, env: NodeJS.ProcessEnv, cacheFolder: string): string[] {
  const assets = env["KUBEBUILDER_ASSETS"];
  return [...(assets ? [path.resolve(assets, name)] : []), path.join(cacheFolder, name)];
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const candidate of paths) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
