// Wire formats of namespaces (1.12).
import * as z from "zod";
import type { Namespace, NamespaceQuota, QuotaAmounts, QuotaField } from "../facets/namespaces.ts";
import { lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import type { NamespaceFacts } from "./blocks-namespace.ts";
import type { Product } from "./calls.ts";
import { certainInstant } from "./times.ts";
import { withoutGaps } from "./told.ts";

/** The reference names no units: whole cores and GiB, as its examples of containers and claims have them. */
const CLOUD_FIELD: Readonly<Record<QuotaField, string>> = {
  pods: "pods",
  cpuCores: "cpu",
  memoryGiB: "memory",
  storageGiB: "storage",
  deployments: "deployments",
  statefulSets: "statefulsets",
  jobs: "jobs",
  cronJobs: "cronjobs",
  persistentVolumeClaims: "persistentvolumeclaims",
  configMaps: "configmaps",
  services: "services",
  loadBalancers: "loadbalancers",
  secrets: "secrets",
  ingresses: "ingress",
};

const FIELDS = Object.entries(CLOUD_FIELD) as readonly (readonly [QuotaField, string])[];

/** Null where there is nothing to tell. What can't be read must not look as if nothing were in use, nor as no limit. */
const amount = z.union([z.number(), z.bigint(), z.string().regex(/^-?\d+(\.\d+)?$/)]).nullish();
const amounts = z.looseObject(Object.fromEntries(FIELDS.map(([, name]) => [name, amount])));

const user = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

const namespace = z.object({
  namespace_base: z.object({
    name: z.string().min(1),
    cluster_name: z.string().min(1),
    business_type: optionalText,
    project_id: text,
    role: listOf(z.string()).catch([]),
    // What can't be read must not look as if everybody were let in.
    user_ids: listOf(user).optional(),
  }),
  psp: optionalText,
  namespace_status: lenientObject({ status: text, creation_time: text }),
});

export type NamespaceOnWire = z.output<typeof namespace>;

export const namespaceList = z.object({ namespaces: listOf(namespace) }).transform(({ namespaces }) => namespaces);

/** `hard` is kept as it is, with whatever fields it has: a whole is what is set. */
export const quotaAnswer = z.object({ quota: z.object({ hard: amounts, used: amounts }) });

/** "Active" and "Terminating". */
const PHASES: Readonly<Record<string, Namespace["phase"]>> = { active: "Active", terminating: "Deleting" };

export function namespaceOf(wire: NamespaceOnWire, projectId: string | undefined): Namespace {
  const { namespace_base: base, psp, namespace_status: state } = wire;
  const { business_type: type, user_ids: users, role: roles } = base;
  const facts: NamespaceFacts = { psp: psp === "Limited" || psp === "Unlimited" ? psp : undefined, users, roles };
  return {
    id: `${base.cluster_name}/${base.name}`,
    name: base.name,
    mine: projectId !== undefined && base.project_id === projectId,
    createdAtMs: certainInstant(state.creation_time),
    incarnation: state.creation_time === "" ? undefined : state.creation_time,
    phase: PHASES[state.status.toLowerCase()] ?? "Unknown",
    cloudPhase: state.status,
    type,
    told: withoutGaps(facts),
  };
}

export function quotaOf({ hard, used }: z.output<typeof quotaAnswer>["quota"]): NamespaceQuota {
  return { limits: declaredOf(hard), used: declaredOf(used) };
}

/** In the cloud's names. */
export function onWire(quota: QuotaAmounts): Readonly<Record<string, number>> {
  return Object.fromEntries(
    FIELDS.flatMap(([field, name]) => (quota[field] === undefined ? [] : [[name, quota[field]]])),
  );
}

/** Cores may be parts of one: what is begun counts whole. */
function declaredOf(there: z.output<typeof amounts>): QuotaAmounts {
  return Object.fromEntries(
    FIELDS.flatMap(([field, name]) => {
      const told = there[name] ?? undefined;
      return told === undefined ? [] : [[field, Math.ceil(Number(told))]];
    }),
  );
}

const PRODUCTS: Readonly<Record<string, Product>> = { HybridOrchestration: "hybrid", SecurityContainer: "security" };

/** The product whose calls a namespace of that business type is for. */
export function productOf(businessType: string | undefined): Product {
  return PRODUCTS[businessType ?? ""] ?? "eks";
}
