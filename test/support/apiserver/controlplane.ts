// What tests use of the local control plane: the shared one of the run, or one of their own.
import { randomBytes } from "node:crypto";
import path from "node:path";
import { inject } from "vitest";
import { administratorBy, type Administrator } from "./administrator.ts";
import { createKubectl, type Kubectl, serviceAccountKubeconfig } from "../../../controlplane/kubectl.ts";

export { type ControlPlane, startControlPlane } from "../../../controlplane/control-plane.ts";
export type { Kubectl } from "../../../controlplane/kubectl.ts";

export interface SharedControlPlane {
  server: string;
  kubeconfigPath: string;
  /** The real kubectl as administrator. */
  kubectl: Kubectl;
  administrator: Administrator;
  /** Of the ServiceAccount in manifests/rbac.yaml, for a day. */
  operatorKubeconfigPath: string;
  /** Path of a kubeconfig with a fresh token of an existing ServiceAccount; a day where `tokenSeconds` is unset. */
  serviceAccountKubeconfig(account: { namespace: string; name: string; tokenSeconds?: number }): Promise<string>;
}

/** One for all of a test file. */
let administrator: Administrator | undefined;

/** The control plane that `test/support/vitest/global.ts` started. Other tests use it at the same time: stay in your own namespaces. */
export function sharedControlPlane(): SharedControlPlane {
  const { server, kubeconfigPath, kubectlPath, operatorKubeconfigPath } = inject("controlPlane");
  const cacheDirectory = path.join(path.dirname(kubeconfigPath), "kubectl-cache");
  const kubectl = createKubectl({ binary: kubectlPath, kubeconfigPath, cacheDirectory });
  return {
    server,
    kubeconfigPath,
    kubectl,
    administrator: (administrator ??= administratorBy(kubeconfigPath)),
    operatorKubeconfigPath,
    serviceAccountKubeconfig: (account) => serviceAccountKubeconfig({ kubectl, kubeconfigPath, ...account }),
  };
}

/**
 * Creates a namespace that nobody else has and resolves with its name. Nothing removes it: without a controller manager a
 * deleted namespace stays Terminating, and the data goes with the control plane.
 */
export async function uniqueNamespace(kubectl: Kubectl, prefix = "test"): Promise<string> {
  const namespace = uniqueName(prefix);
  await kubectlOk(kubectl, ["create", "namespace", namespace]);
  return namespace;
}

/** For something that nobody else may have. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString("hex")}`;
}

/** Runs kubectl and resolves with its standard output; throws with its standard error when it does not end with 0. */
export async function kubectlOk(kubectl: Kubectl, args: readonly string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
  return stdout;
}
