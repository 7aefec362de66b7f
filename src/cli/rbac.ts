// What the operator may do in a cluster, put together from what its parts declare: manifests/rbac.yaml.
import { stringify } from "yaml";
import { rules as cloudAccountRules } from "../controllers/cloudaccount/rbac.ts";
import type { PolicyRule } from "../controllers/lifecycle/rbac.ts";
import { rules as managedAddonRules } from "../controllers/managedaddon/rbac.ts";
import { rules as managedClusterRules } from "../controllers/managedcluster/rbac.ts";
import { rules as nodePoolRules } from "../controllers/nodepool/rbac.ts";
import { rules as registryProjectRules } from "../controllers/registryproject/rbac.ts";

const NAMESPACE = "yunfan-system";
const NAME = "yunfan";
const RBAC = "rbac.authorization.k8s.io";

const eventRules: readonly PolicyRule[] = [
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];

/** In the operator's own namespace only. */
const leaseRules: readonly PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "watch"] },
];

/** One rule per group and resource, verbs joined, everything sorted: equal rights give equal text. */
function joinRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const verbs = new Map<string, Set<string>>();
  for (const rule of rules) {
    for (const target of targetsOf(rule)) {
      verbs.set(target, new Set([...(verbs.get(target) ?? []), ...rule.verbs]));
    }
  }
  return [...verbs.keys()].sort().map((target) => {
    const [group = "", resource = ""] = target.split(" ");
    return { apiGroups: [group], resources: [resource], verbs: [...(verbs.get(target) ?? [])].sort() };
  });
}

/** The file's text: namespace, ServiceAccount, roles and bindings. */
export function renderRbac(): string {
  const operator = joinRules([
    ...cloudAccountRules,
    ...managedClusterRules,
    ...nodePoolRules,
    ...managedAddonRules,
    ...registryProjectRules,
    ...eventRules,
  ]);
  const metadata = { name: NAME, namespace: NAMESPACE };
  const documents = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name: NAME }, rules: operator },
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRoleBinding", metadata: { name: NAME }, ...binding("ClusterRole") },
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules: joinRules(leaseRules) },
    { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata, ...binding("Role") },
  ];
  const header = "# Generated from src/controllers/*/rbac.ts and src/cli/rbac.ts by `npm run generate`.\n";
  return header + documents.map((document) => stringify(document)).join("---\n");
}

function targetsOf({ apiGroups, resources }: PolicyRule): string[] {
  return apiGroups.flatMap((group) => resources.map((resource) => `${group} ${resource}`));
}

function binding(kind: "ClusterRole" | "Role"): object {
  return {
    roleRef: { apiGroup: RBAC, kind, name: NAME },
    subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAMESPACE }],
  };
}
