// Rights of the CloudAccount controller.
import { ownKindRules, type PolicyRule } from "../lifecycle/rbac.ts";

/** Secrets are listed and watched by type; one list by name tells a missing Secret from one of another type. */
export const rules: readonly PolicyRule[] = [
  ...ownKindRules("cloudaccounts"),
  { apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] },
];
