// The Go modules of ours that programs are built from: where each lies, what it pins, and where its programs are cached.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";

export type ModuleName =
  | "controlplane"
  | "tools/helm"
  | "tools/helm3"
  | "tools/kubectl-validate"
  | "tools/promtool"
  | "tools/statuscheck";

export interface GoModule {
  /** Where go.mod and go.sum lie. */
  directory: string;
  /** Name of its folder in the cache: another one whenever something else is pinned, so that no upgrade meets an old program. */
  key: string;
  /** For people. */
  versions: string;
  /** Variables of the program that the linker sets. */
  stamps: Readonly<Record<string, string>>;
}

const ROOT = path.resolve(import.meta.dirname, "..");

export function directoryOf(name: ModuleName): string {
  return path.join(ROOT, name);
}

/** Rejects where its go.mod lacks what it is to pin. */
export async function loadModule(name: ModuleName): Promise<GoModule> {
  const directory = directoryOf(name);
  if (name === "controlplane") return { directory, ...controlPlaneOf(await readGoMod(directory)) };
  const title = path.basename(name);
  return { directory, key: `${title}-${await digestOf(directory)}`, versions: `as ${name}/go.mod pins`, stamps: {} };
}

/** Absolute: one folder for each state of a module and platform. */
export function cacheFolderOf({ key }: Pick<GoModule, "key">, env: NodeJS.ProcessEnv): string {
  return path.join(cacheRootOf(env), `${key}_${process.platform}-${process.arch}`);
}

/** Absolute: all that was built or fetched once. */
export function cacheRootOf(env: NodeJS.ProcessEnv): string {
  return path.resolve(env["YUNFAN_CACHE"] || path.join(env["HOME"] || homedir(), ".cache", "yunfan"));
}

/** Of the control plane. Without the stamps a server calls itself v0.0.0-master, and kubectl warns about the distance. */
export function controlPlaneOf(goMod: string): Omit<GoModule, "directory"> {
  const kubernetes = pinned(goMod, "k8s.io/kubernetes");
  const etcd = pinned(goMod, "go.etcd.io/etcd/server/v3");
  const [major = "", minor = ""] = kubernetes.slice(1).split(".");
  const stamps = { gitVersion: kubernetes, gitMajor: major, gitMinor: minor };
  const variables = Object.entries(stamps).map(([variable, value]) => [
    `k8s.io/component-base/version.${variable}`,
    value,
  ]);
  return {
    key: `kubernetes-${kubernetes}_etcd-${etcd}`,
    versions: `Kubernetes ${kubernetes}, etcd ${etcd}`,
    stamps: Object.fromEntries(variables) as Record<string, string>,
  };
}

/** The version as go.mod writes it, "v1.37.1". */
function pinned(goMod: string, module: string): string {
  const lines = goMod.split("\n").map((line) => line.trim().split(" "));
  const [, version] = lines.find(([first, second]) => first === module && second?.startsWith("v")) ?? [];
  if (version === undefined) throw new Error(`controlplane/go.mod does not require ${module}`);
  return version;
}

function readGoMod(directory: string): Promise<string> {
  return readFile(path.join(directory, "go.mod"), "utf8");
}

/** Of all that Go reads there. */
async function digestOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).filter((name) => /\.(?:mod|sum|go)$/.test(name)).toSorted();
  const hash = createHash("sha256");
  for (const name of names) hash.update(name).update(await readFile(path.join(directory, name)));
  return hash.digest("hex").slice(0, 12);
}
