// Finds the programs of the control plane: KUBEBUILDER_ASSETS, else the cache, else they are built into the cache once.
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { type Clock, systemClock } from "../src/lib/clock.ts";
import { build } from "./build.ts";
import type { ProgressStream } from "./progress.ts";
import { type BinaryName, pinnedVersions, RECIPES, type Versions } from "./recipes.ts";

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
  const { env = process.env, clock = systemClock, signal, progressStream = process.stderr } = options;
  const versions = await pinnedVersions();
  const cacheFolder = cacheFolderOf(versions, env);
  const found = new Map<BinaryName, string>();
  for (const name of names) {
    const file = await firstExecutable(candidates(name, env, cacheFolder));
    if (file !== undefined) found.set(name, file);
  }
  const missing = RECIPES.filter(({ name }) => (names as readonly BinaryName[]).includes(name) && !found.has(name));
  if (missing.length > 0) await build(missing, { cacheFolder, versions, env, clock, signal, progressStream });
  const files = names.map((name) => [name, found.get(name) ?? path.join(cacheFolder, name)]);
  return Object.fromEntries(files) as Record<Name, string>;
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

/** Absolute. One folder per set of versions and platform, so that an upgrade never meets an old binary. */
export function cacheFolderOf({ kubernetes, etcd }: Versions, env: NodeJS.ProcessEnv): string {
  const root = env["YUNFAN_CACHE"] || path.join(env["HOME"] || homedir(), ".cache", "yunfan");
  return path.resolve(root, `kubernetes-${kubernetes}_etcd-${etcd}_${process.platform}-${process.arch}`);
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
