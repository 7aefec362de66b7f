// A workload for which the set's block says something: what is asked, what it is like, and what was told of it last.
import type { LiveObject, ObjectKey } from "../../../facets/manifests.ts";
import type { ManifestFacts, ManifestOptions } from "../../blocks-manifests.ts";
import { membersIn } from "../members.ts";

export type WorkloadAsked = NonNullable<ManifestOptions["workloads"]>[number];
export type WorkloadTold = NonNullable<ManifestFacts["workloads"]>[number];

export interface WorkloadState {
  readonly asked: WorkloadAsked;
  readonly key: ObjectKey;
  /** In messages, such as: Deployment shop/web. */
  readonly name: string;
  readonly live: LiveObject;
  readonly isHealthy: boolean;
  readonly told: WorkloadTold;
}

const GROUP = "apps";

export function keyAsked({ kind, namespace, name }: WorkloadAsked): ObjectKey {
  return { group: GROUP, kind, namespace, name };
}

/** As status.inventory has it. */
export function refOf({ group, kind, namespace, name }: ObjectKey): string {
  return [group, kind, namespace, name].join("/");
}

export function isSameKey(one: ObjectKey, other: ObjectKey): boolean {
  return refOf(one) === refOf(other);
}

/** Without the members named; those that are given replace others. */
export function withTold(
  told: WorkloadTold,
  change: { readonly [Member in keyof WorkloadTold]?: WorkloadTold[Member] | undefined },
): WorkloadTold {
  const entries = Object.entries({ ...told, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as WorkloadTold;
}

export function specOf(live: LiveObject): Readonly<Record<string, unknown>> {
  return membersIn(live["spec"]);
}

export function statusOf(live: LiveObject): Readonly<Record<string, unknown>> {
  return membersIn(live["status"]);
}
