// Many target clusters that are as many addresses before one API server: each of them works in a namespace of its own.
import type { ApiObject } from "../apiserver/administrator.ts";

/** The ServiceAccount in such a namespace. */
export const DEPLOYER = "deployer";

/** What is one cluster's shows to no other: by somebody who may do what there is to do in this namespace alone. */
export function loneNamespace(name: string): ApiObject[] {
  const metadata = { name: DEPLOYER, namespace: name };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata,
      roleRef,
      subjects: [{ kind: "ServiceAccount", ...metadata }],
    },
  ];
}
