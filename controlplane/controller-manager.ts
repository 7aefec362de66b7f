// kube-controller-manager beside a control plane, for tests of what only it does: namespaces that end, owners that go.
import { type Component, startComponent } from "./component.ts";
import type { Guard } from "./guard.ts";

export interface ControllerManagerOptions {
  binary: string;
  /** Of the administrator. */
  kubeconfigPath: string;
  /** Where `kube-controller-manager.log` is appended to. */
  directory: string;
  guard: Guard;
}

/** What nothing on a control plane without nodes, tokens of its own and clouds needs is left out. */
const CONTROLLERS = ["namespace-controller", "garbage-collector-controller"];

/** Resolves when it was launched; what it does shows on the API server. */
export function startControllerManager(options: ControllerManagerOptions): Promise<Component> {
  return startComponent({ name: "kube-controller-manager", flags: flags(options.kubeconfigPath), ...options });
}

function flags(kubeconfigPath: string): string[] {
  return [
    `--kubeconfig=${kubeconfigPath}`,
    `--controllers=${CONTROLLERS.join(",")}`,
    "--leader-elect=false",
    // It serves nothing.
    "--secure-port=0",
  ];
}
