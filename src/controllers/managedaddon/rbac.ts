// Rights of the ManagedAddon controller.
import { ownKindRules, type PolicyRule } from "../lifecycle/rbac.ts";

export const rules: readonly PolicyRule[] = ownKindRules("managedaddons");
