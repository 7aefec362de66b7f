// A ServiceAccount with all rights that the operator is shipped with, but for one: of Secrets it gets those alone that are named.
import { crdReadRules, resourceRules } from "../../../src/cli/rbac.ts";
import { kubectlOk, sharedControlPlane } from "../apiserver/controlplane.ts";
import type { Stand } from "./environment.ts";

const ACCOUNT = "limited";

interface LimitedRights {
  readonly kubeconfig: string;
  /** Secrets of the stand's first namespace beside those of the beginning; those of an earlier call no more. */
  readonly mayRead: (...names: readonly [string, ...string[]]) => Promise<void>;
}

/** `readable`: names of Secrets that it may get from the beginning on, wherever they are. */
export async function limitedRights(
  stand: Pick<Stand, "apply" | "namespace" | "otherNamespace">,
  readable: readonly string[] = [],
): Promise<LimitedRights> {
  const { namespace, otherNamespace } = stand;
  const plane = sharedControlPlane();
  await stand.apply({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: ACCOUNT, namespace } });
  const subjects = [{ kind: "ServiceAccount", namespace, name: ACCOUNT }];
  const bound = (kind: "Role" | "ClusterRole", name: string, at?: string) =>
    granted({
      kind: `${kind}Binding`,
      metadata: { name, ...(at !== undefined && { namespace: at }) },
      subjects,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name },
    });
  await granted({ kind: "ClusterRole", metadata: { name: namespace }, rules: crdReadRules });
  await bound("ClusterRole", namespace);
  for (const at of [namespace, otherNamespace]) {
    await granted({ kind: "Role", metadata: { name: ACCOUNT, namespace: at }, rules: allBut(readable) });
    await bound("Role", ACCOUNT, at);
  }
  return {
    kubeconfig: await plane.serviceAccountKubeconfig({ namespace, name: ACCOUNT }),
    mayRead: async (...names) => {
      await granted({ kind: "Role", metadata: { name: "reads", namespace }, rules: [getting(names)] });
      await bound("Role", "reads", namespace);
    },
  };
}

function allBut(readable: readonly string[]): readonly object[] {
  return resourceRules.flatMap(({ resources, verbs, ...rule }): object[] => {
    if (!resources.includes("secrets") || !verbs.includes("get")) return [{ ...rule, resources, verbs }];
    const others = { ...rule, resources, verbs: verbs.filter((verb) => verb !== "get") };
    // A rule without names is one of all.
    return readable.length === 0 ? [others] : [others, getting(readable)];
  });
}

function getting(resourceNames: readonly string[]): object {
  return { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames };
}

async function granted(manifest: object): Promise<void> {
  const text = JSON.stringify({ apiVersion: "rbac.authorization.k8s.io/v1", ...manifest });
  await kubectlOk(sharedControlPlane().kubectl, ["apply", "-f", "-"], text);
}
