// kube-controller-manager beside a control plane, for what only it does: namespaces that end, owners that go, pods of Deployments.
import { type Component, startComponent } from "./component.ts";
import type { Guard } from "./guard.ts";

/** As they are asked for, and as the program calls them; those that need nodes, clouds or tokens of their own are left out. */
const NAMES = {
  namespaces: "namespace-controller",
  garbage: "garbage-collector-controller",
  deployments: "deployment-controller",
  replicasets: "replicaset-controller",
  statefulsets: "statefulset-controller",
  daemonsets: "daemonset-controller",
  jobs: "job-controller",
} as const;

export type ControllerName = keyof typeof NAMES;

export const CONTROLLER_NAMES = Object.keys(NAMES) as readonly ControllerName[];

export interface ControllerManagerOptions {
  controllers: readonly ControllerName[];
  binary: string;
  /** Of the administrator. */
  kubeconfigPath: string;
  /** Where `kube-controller-manager.log` is appended to. */
  directory: string;
  guard: Guard;
}

/** Resolves when it was launched; what it does shows on the API server. */
export function startControllerManager(options: ControllerManagerOptions): Promise<Component> {
  return startComponent({ name: "kube-controller-manager", flags: flags(options), ...options });
}

function flags({ kubeconfigPath, controllers }: ControllerManagerOptions): string[] {
  return [
    `--kubeconfig=${kubeconfigPath}`,
    `--controllers=${controllers.map((name) => NAMES[name]).join(",")}`,
    "--leader-elect=false",
    // It serves nothing.
    "--secure-port=0",
  ];
}
