// How a controller declares the rights it needs; manifests/rbac.yaml is generated from all declarations.

/** rbac.authorization.k8s.io/v1 PolicyRule, without wildcards. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What the frame does to the resources of a kind: its cache lists and watches them, a journal and a status that met a conflict
 * read them live, finalizers and status are patched.
 */
export function ownKindRules(plural: string): readonly PolicyRule[] {
  return [
    { apiGroups: ["yunfan.dev"], resources: [plural], verbs: ["get", "list", "watch", "patch"] },
    { apiGroups: ["yunfan.dev"], resources: [`${plural}/status`], verbs: ["patch"] },
  ];
}
