// How a controller declares the rights it needs; manifests/rbac.yaml is generated from all declarations.

/** rbac.authorization.k8s.io/v1 PolicyRule, without wildcards. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * What the frame does to the resources of a kind: its cache lists and watches them, a journal reads them live, finalizers and
 * status are patched.
 */
export function ownKindRules(plural: string, options: { journals: boolean }): readonly PolicyRule[] {
  const read = options.journals ? ["get", "list", "watch"] : ["list", "watch"];
  return [
    { apiGroups: ["yunfan.dev"], resources: [plural], verbs: [...read, "patch"] },
    { apiGroups: ["yunfan.dev"], resources: [`${plural}/status`], verbs: ["patch"] },
  ];
}
