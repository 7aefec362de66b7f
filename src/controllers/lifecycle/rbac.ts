// How a controller declares the rights it needs; manifests/rbac.yaml is generated from all declarations.

import { kinds } from "../../crds/kinds.ts";
import { crdNameOf } from "./live-metadata.ts";

/** rbac.authorization.k8s.io/v1 PolicyRule, without wildcards. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Only the objects of these names. */
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What the frame does to the resources of a kind: its cache lists and watches them, a journal and a status that met a conflict
 * read them live, finalizers and status are patched; of a kind that holds nothing, status alone. Whether a resource's namespace is being deleted decides what its deletion
 * means; a Role may grant `get` on the namespace it lies in.
 */
export function ownKindRules(plural: string, holdsNothing = false): readonly PolicyRule[] {
  const verbs = ["get", "list", "watch", ...(holdsNothing ? [] : ["patch"])];
  return [
    { apiGroups: ["yunfan.dev"], resources: [plural], verbs },
    { apiGroups: ["yunfan.dev"], resources: [`${plural}/status`], verbs: ["patch"] },
    { apiGroups: [""], resources: ["namespaces"], verbs: ["get"] },
  ];
}

/** On our own CRDs and no others. They have no namespace: only a ClusterRole can grant it. */
export function crdRules(verbs: readonly string[]): readonly PolicyRule[] {
  const resourceNames = kinds.map(({ type }) => crdNameOf(type));
  return [{ apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], resourceNames, verbs }];
}
