// Rights of a kind that publishes Secrets: those are watched by label and metadata alone.
import type { PolicyRule } from "../lifecycle/rbac.ts";

export const PUBLISHING_RULES: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch", "create", "patch", "delete"] },
];
