// Rights of the ManagedCluster controller.
import { ownKindRules, type PolicyRule } from "../lifecycle/rbac.ts";

/** Secrets: the kubeconfigs it publishes, watched by label and metadata alone. */
export const rules: readonly PolicyRule[] = [
  ...ownKindRules("managedclusters"),
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "patch", "delete"] },
];
