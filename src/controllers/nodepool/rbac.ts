// Rights of the NodePool controller.
import { ownKindRules, type PolicyRule } from "../lifecycle/rbac.ts";

/** Secrets: the password of a pool's nodes, read when the pool is created. */
export const rules: readonly PolicyRule[] = [
  ...ownKindRules("nodepools"),
  { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
];
