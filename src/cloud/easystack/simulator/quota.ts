// The quota of a namespace (1.12): what is in use, and the refusal of what has no room. Whole cores and GiB, for the reference
// names no units.
import { Refusal } from "../../simulation/refusal.ts";
import type { Admission } from "./kube/clusters.ts";
import type { Kind, Manifest, Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import { gibibytes, quantity } from "./kube/quantity.ts";
import type { Namespace, Quota } from "./state.ts";

export const QUOTA_FIELDS = [
  "pods",
  "cpu",
  "memory",
  "statefulsets",
  "deployments",
  "jobs",
  "cronjobs",
  "storage",
  "persistentvolumeclaims",
  "configmaps",
  "services",
  "loadbalancers",
  "secrets",
  "ingress",
] as const;

export const NO_LIMITS: Quota = Object.fromEntries(QUOTA_FIELDS.map((field) => [field, -1]));
const NOTHING: Quota = Object.fromEntries(QUOTA_FIELDS.map((field) => [field, 0]));

const COUNTED: Partial<Record<Kind, string>> = {
  Pod: "pods",
  StatefulSet: "statefulsets",
  Deployment: "deployments",
  Job: "jobs",
  CronJob: "cronjobs",
  PersistentVolumeClaim: "persistentvolumeclaims",
  ConfigMap: "configmaps",
  Service: "services",
  Secret: "secrets",
  Ingress: "ingress",
};

/** Every cluster has it in every namespace. */
const ROOT_CERTIFICATE = "kube-root-ca.crt";

/** What one object takes, field by field. */
function costOf(manifest: Manifest): Quota {
  if (manifest.metadata.name === ROOT_CERTIFICATE) return {};
  const field = COUNTED[manifest.kind as Kind];
  if (field === undefined) return {};
  return { [field]: 1, ...FURTHER[manifest.kind]?.(manifest) };
}

const FURTHER: Readonly<Record<string, (manifest: Manifest) => Quota>> = {
  Pod(manifest) {
    const { spec, status } = manifest as unknown as Typed<"Pod">;
    if (status?.phase === "Succeeded" || status?.phase === "Failed") return { pods: 0 };
    const requests = (spec?.containers ?? []).map(({ resources }) => resources?.requests ?? {});
    const sum = (resource: string, inUnits: (text: string | undefined) => number): number =>
      requests.reduce((total, request) => total + inUnits(request[resource]), 0);
    return { cpu: sum("cpu", (text) => quantity(text) ?? 0), memory: sum("memory", gibibytes) };
  },
  PersistentVolumeClaim(manifest) {
    const { spec } = manifest as unknown as Typed<"PersistentVolumeClaim">;
    return { storage: gibibytes(spec?.resources?.requests?.["storage"]) };
  },
  Service(manifest) {
    const { spec } = manifest as unknown as Typed<"Service">;
    return { loadbalancers: spec?.type === "LoadBalancer" ? 1 : 0 };
  },
};

/** What is in use: counted, where there are objects, unless a colleague has said otherwise. */
export async function usedIn(namespace: Namespace, objects: Objects | undefined): Promise<Quota> {
  if (objects === undefined) return { ...NOTHING, ...namespace.used };
  const lists = await Promise.all((Object.keys(COUNTED) as Kind[]).map((kind) => objects.list(kind)));
  const counted: Record<string, number> = { ...NOTHING };
  for (const manifest of lists.flat()) add(counted, costOf(manifest));
  counted["cpu"] = Math.ceil(counted["cpu"] ?? 0);
  return { ...counted, ...namespace.used };
}

function add(total: Record<string, number>, cost: Quota): void {
  for (const [field, amount] of Object.entries(cost)) total[field] = (total[field] ?? 0) + amount;
}

/** Refuses with 403, as Kubernetes does, what would go beyond a limit. */
export function quotaAdmission(namespaceOf: (objects: Objects) => Namespace | undefined): Admission {
  return async (objects, manifest) => {
    const namespace = namespaceOf(objects);
    if (namespace === undefined) return;
    const limited = Object.entries(costOf(manifest)).filter(
      ([field, cost]) => cost > 0 && limitOf(namespace, field) !== undefined,
    );
    if (limited.length === 0) return;
    const used = await usedIn(namespace, objects);
    const beyond = limited.find(([field, cost]) => (used[field] ?? 0) + cost > (limitOf(namespace, field) ?? 0));
    if (beyond === undefined) return;
    const [field, cost] = beyond;
    const sums = `requested: ${field}=${cost}, used: ${field}=${used[field]}, limited: ${field}=${namespace.quota[field]}`;
    throw new Refusal(403, `${manifest.kind} "${manifest.metadata.name}" is forbidden: exceeded quota: ${sums}`);
  };
}

/** Undefined where there is none. */
function limitOf({ quota }: Namespace, field: string): number | undefined {
  const limit = quota[field] ?? -1;
  return limit < 0 ? undefined : limit;
}
