// Rights of the RegistryProject controller.
import { ownKindRules, type PolicyRule } from "../lifecycle/rbac.ts";

/** Secrets: the ones it publishes, watched by label and metadata alone. */
export const rules: readonly PolicyRule[] = [
  ...ownKindRules("registryprojects"),
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "patch", "delete"] },
];
