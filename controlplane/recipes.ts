// What the control plane is made of: its programs, how each is built, and the versions that go.mod pins.
import { readFile } from "node:fs/promises";
import path from "node:path";

export type BinaryName = "kube-apiserver" | "etcd" | "kubectl" | "kube-controller-manager";

export interface Recipe {
  name: BinaryName;
  /** The main package, which must be in the tool block of go.mod. */
  package: string;
  /** On two cores with empty Go caches, after the ones above it, which share packages with it. */
  usualSeconds: number;
  /** About how many packages Go compiles for it then. */
  packages: number;
}

export interface Versions {
  kubernetes: string;
  etcd: string;
}

/** In the order they are built. */
export const RECIPES: readonly Recipe[] = [
  { name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver", usualSeconds: 200, packages: 2080 },
  { name: "etcd", package: "go.etcd.io/etcd/server/v3", usualSeconds: 7, packages: 100 },
  { name: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl", usualSeconds: 17, packages: 200 },
  {
    name: "kube-controller-manager",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    usualSeconds: 81,
    packages: 360,
  },
];

/** Where go.mod and go.sum lie. */
export const MODULE_DIRECTORY = import.meta.dirname;

export async function pinnedVersions(): Promise<Versions> {
  return parseVersions(await readFile(path.join(MODULE_DIRECTORY, "go.mod"), "utf8"));
}

/** The versions as go.mod writes them, "v1.37.1". */
export function parseVersions(goMod: string): Versions {
  const lines = goMod.split("\n").map((line) => line.trim().split(" "));
  const version = (module: string): string => {
    const [, pinned] = lines.find(([first, second]) => first === module && second?.startsWith("v")) ?? [];
    if (pinned === undefined) throw new Error(`controlplane/go.mod does not require ${module}`);
    return pinned;
  };
  return { kubernetes: version("k8s.io/kubernetes"), etcd: version("go.etcd.io/etcd/server/v3") };
}
