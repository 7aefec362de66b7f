// In what a pool differs from its resource, and what of it was sent in vain.
import type { ChangedField, NodePool as Pool, NodePoolChange, Taint } from "../../cloud/facets/nodepools.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Difference } from "../external/change.ts";
import { isAskedFor } from "../external/resource.ts";
import { autoscalingOf, countable } from "./replicas.ts";

type Spec = NodePool["spec"];
/** Fields whose change the cloud may take and not make. */
export type SentField = Exclude<ChangedField, "replicas">;
export type Field = ChangedField;

/** The resource, as far as a decision about its pool needs it: its spec, and the status as it was drafted. */
export type Declared = Pick<NodePool, "spec" | "status" | "metadata">;

/** What differs in the fields that can be changed; spec.replicas counts as long as the cloud does not own the count. */
export function differences(declared: Declared, pool: Pool): readonly Field[] {
  const { replicas } = countable(declared.spec);
  const isOurs = replicas !== undefined && !autoscalingOf(declared.spec, pool).enabled;
  const differs = isOurs && pool.desired !== replicas;
  return [...(differs ? ["replicas" as const] : []), ...sentDifferences(declared, pool)];
}

/**
 * Those that were sent for this generation and still differ in a pool at rest: the cloud has taken them and not made them. None where
 * somebody asks for another try.
 */
export function ignoredFields(declared: Declared, pool: Pool): readonly SentField[] {
  const { sentChange } = declared.status;
  const isAtRest = pool.phase === "Normal" || pool.phase === "SoldOut" || pool.phase === "Failed";
  if (!isAtRest || sentChange?.generation !== declared.metadata.generation || isAskedFor(declared)) return [];
  return sentDifferences(declared, pool).filter((field) => sentChange.fields.includes(field));
}

/** What a request changes of these fields. */
export function changesOf(fields: readonly Field[], pool: Pool, request: NodePoolChange): readonly Difference[] {
  const before = { ...pool, replicas: pool.desired };
  return fields.map((field) => ({ field: `spec.${field}`, before: before[field], after: request[field] }));
}

/** What differs in the fields that a pool is made with. */
export function lastingDifferences({ spec }: Declared, pool: Pool): readonly string[] {
  const isAnother = (declared: string | undefined, shown: string | undefined): boolean =>
    declared !== undefined && (shown ?? "") !== "" && declared !== shown;
  return [
    ...(isAnother(spec.instanceType, pool.instanceType) ? ["instanceType"] : []),
    ...(isAnother(spec.zone, pool.zone) ? ["zone"] : []),
    ...(isAnother(spec.os, pool.os) ? ["os"] : []),
  ];
}

interface TaintSource {
  readonly spec: Spec;
  readonly status: Pick<NodePool["status"], "appliedTaints">;
}

/** The taints to send. Where none are declared, those that are there; undefined where nobody knows them. */
export function taintsOf({ spec, status }: TaintSource, pool?: Pool): readonly Taint[] | undefined {
  const applied = status.appliedTaints?.map(complete);
  return spec.taints?.map(complete) ?? pool?.taints ?? applied;
}

function sentDifferences(declared: Declared, pool: Pool): readonly SentField[] {
  const { spec } = declared;
  return [
    ...(sameAutoscaling(spec, pool) ? [] : ["autoscaling" as const]),
    ...(spec.labels === undefined || sameLabels(spec.labels, pool.labels) ? [] : ["labels" as const]),
    ...(sameTaints(declared, pool) ? [] : ["taints" as const]),
  ];
}

/** Bounds mean nothing while it is off. */
function sameAutoscaling(spec: Spec, pool: Pool): boolean {
  const wanted = autoscalingOf(spec, pool);
  const { enabled, minReplicas, maxReplicas } = pool.autoscaling;
  if (!wanted.enabled) return !enabled;
  return enabled && minReplicas === wanted.minReplicas && maxReplicas === wanted.maxReplicas;
}

function sameLabels(wanted: Readonly<Record<string, string>>, there: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(wanted);
  return keys.length === Object.keys(there).length && keys.every((key) => wanted[key] === there[key]);
}

/** Taints that no read shows are compared with what was sent last. */
function sameTaints({ spec, status }: Declared, pool: Pool): boolean {
  if (spec.taints === undefined) return true;
  const known = pool.taints ?? status.appliedTaints?.map(complete);
  return known !== undefined && identityOf(known) === identityOf(spec.taints.map(complete));
}

function identityOf(taints: readonly Taint[]): string {
  return JSON.stringify(taints.map(({ key, value, effect }) => JSON.stringify([key, effect, value])).toSorted());
}

function complete({ key, value = "", effect }: NonNullable<Spec["taints"]>[number]): Taint {
  return { key, value, effect };
}
