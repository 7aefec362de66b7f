// What the operator may do in a cluster, put together from what its parts declare: manifests/rbac.yaml.
import { stringify } from "yaml";
import { rules as crdGuardRules } from "../controllers/crdguard/rbac.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import { crdRules, ownKindRules, type PolicyRule } from "../controllers/lifecycle/rbac.ts";

const NAMESPACE = "yunfan-system";
const NAME = "yunfan";
const RBAC = "rbac.authorization.k8s.io";

const eventRules: readonly PolicyRule[] = [
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: ["create", "patch"] },
];

/** Wherever resources may lie: in a ClusterRole, or in a Role of each namespace that the operator watches. */
export const resourceRules: readonly PolicyRule[] = joinRules([
  ...controlledKinds.flatMap(({ kind, holdsNothing }) => ownKindRules(kind.type.plural, holdsNothing)),
  ...controlledKinds.flatMap(({ rules }) => rules),
  ...eventRules,
]);

/** In a ClusterRole whatever the operator watches: without it nothing is deleted in a cloud. */
export const crdReadRules: readonly PolicyRule[] = crdRules(["get"]);

/** In a ClusterRole where the operator watches all namespaces: it keeps the in-use annotation there. */
export { crdGuardRules };

/** In the operator's own namespace only. */
export const leaseRules: readonly PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create", "get", "update", "watch"] },
];

/** One rule per group, resource and names, verbs joined, everything sorted: equal rights give equal text. */
export function joinRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  for (const rule of rules.flatMap(splitRule)) {
    const { verbs, ...target } = rule;
    const key = JSON.stringify(target);
    joined.set(key, { ...target, verbs: [...new Set([...(joined.get(key)?.verbs ?? []), ...verbs])].sort() });
  }
  return [...joined.keys()].sort().flatMap((key) => joined.get(key) ?? []);
}

/** One for each group and resource, its members in one order. */
function splitRule({ apiGroups, resources, resourceNames, verbs }: PolicyRule): PolicyRule[] {
  const names = resourceNames && { resourceNames: resourceNames.toSorted() };
  return apiGroups.flatMap((group) =>
    resources.map((resource) => ({ apiGroups: [group], resources: [resource], ...names, verbs })),
  );
}

/** The file's text: namespace, ServiceAccount, roles and bindings. */
export function renderRbac(): string {
  const operator = joinRules([...resourceRules, ...crdReadRules, ...crdGuardRules]);
  const metadata = { name: NAME, namespace: NAMESPACE };
  const documents = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name: NAME }, rules: operator },
    { apiVersion: `${RBAC}/v1`, kind: "ClusterRoleBinding", metadata: { name: NAME }, ...binding("ClusterRole") },
    { apiVersion: `${RBAC}/v1`, kind: "Role", metadata, rules: joinRules(leaseRules) },
    { apiVersion: `${RBAC}/v1`, kind: "RoleBinding", metadata, ...binding("Role") },
  ];
  const header = "# Generated from src/controllers/kinds.ts and src/cli/rbac.ts by `npm run generate`.\n";
  return header + documents.map((document) => stringify(document)).join("---\n");
}

function binding(kind: "ClusterRole" | "Role"): object {
  return {
    roleRef: { apiGroup: RBAC, kind, name: NAME },
    subjects: [{ kind: "ServiceAccount", name: NAME, namespace: NAMESPACE }],
  };
}
