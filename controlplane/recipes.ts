// The programs that demo and tests run, and how each is built.
import type { ModuleName } from "./modules.ts";

export type BinaryName =
  | "kube-apiserver"
  | "etcd"
  | "kubectl"
  | "kube-controller-manager"
  | "helm"
  | "helm3"
  | "kubectl-validate"
  | "statuscheck"
  | "promtool";

export interface Recipe {
  name: BinaryName;
  /** The module that pins it. */
  module: ModuleName;
  /** The main package, which must be in the tool block of the module's go.mod. */
  package: string;
  /** Build tags, separated by commas. */
  tags?: string;
  /** On two cores with empty Go caches, after the ones above it in the same module, which share packages with it. */
  usualSeconds: number;
  /** About how many packages Go compiles for it then. */
  packages: number;
}

/** In the order they are built. */
export const RECIPES: readonly Recipe[] = [
  {
    name: "kube-apiserver",
    module: "controlplane",
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    usualSeconds: 200,
    packages: 2080,
  },
  { name: "etcd", module: "controlplane", package: "go.etcd.io/etcd/server/v3", usualSeconds: 7, packages: 100 },
  {
    name: "kubectl",
    module: "controlplane",
    package: "k8s.io/kubernetes/cmd/kubectl",
    usualSeconds: 17,
    packages: 200,
  },
  {
    name: "kube-controller-manager",
    module: "controlplane",
    package: "k8s.io/kubernetes/cmd/kube-controller-manager",
    usualSeconds: 81,
    packages: 360,
  },
  { name: "helm", module: "tools/helm", package: "helm.sh/helm/v4/cmd/helm", usualSeconds: 98, packages: 900 },
  {
    name: "statuscheck",
    module: "tools/statuscheck",
    package: "yunfan.dev/tools/statuscheck",
    usualSeconds: 20,
    packages: 267,
  },
  { name: "helm3", module: "tools/helm3", package: "helm.sh/helm/v3/cmd/helm", usualSeconds: 74, packages: 480 },
  {
    name: "kubectl-validate",
    module: "tools/kubectl-validate",
    package: "sigs.k8s.io/kubectl-validate",
    usualSeconds: 120,
    packages: 940,
  },
  {
    name: "promtool",
    module: "tools/promtool",
    package: "github.com/prometheus/prometheus/cmd/promtool",
    // Without the SDKs of clouds, by which Prometheus finds targets: they take more to compile than all the rest.
    tags: "remove_all_sd",
    usualSeconds: 76,
    packages: 1100,
  },
];
