// Rights of the guard of our CRDs: needed only where the operator watches all namespaces.
import { crdRules } from "../lifecycle/rbac.ts";

/** Listed and watched one by one, by name: that is what a rule with resourceNames lets through. */
export const rules = crdRules(["list", "watch", "patch"]);
