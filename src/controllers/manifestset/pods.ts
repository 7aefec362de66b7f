// What was made for a workload, by the names that controllers generate (Kubernetes): its pods, and what makes these.
import type { ObjectKey } from "../../cloud/facets/manifests.ts";
import { isBuiltIn } from "./objects.ts";

/** After the workload's name and a dash. */
const SUFFIXES: Readonly<Record<string, RegExp>> = {
  "apps/Deployment": /^[a-z0-9]{1,10}-[a-z0-9]{5}$/,
  "apps/ReplicaSet": /^[a-z0-9]{5}$/,
  "apps/DaemonSet": /^[a-z0-9]{5}$/,
  "apps/StatefulSet": /^\d+$/,
  "batch/Job": /^(?:\d+-)?[a-z0-9]{5}$/,
};

export function runsPods({ group, kind }: Pick<ObjectKey, "group" | "kind">): boolean {
  return `${group}/${kind}` in SUFFIXES || isPod({ group, kind });
}

/** What makes pods for a workload, or for the runs of one: by the kind of both, after the workload's name and a dash. */
const BETWEEN: Readonly<Record<string, RegExp>> = {
  "apps/Deployment ReplicaSet": /^[a-z0-9]{1,10}$/,
  "batch/CronJob Job": /^\d+$/,
  "batch/CronJob Pod": /^\d+-(?:\d+-)?[a-z0-9]{5}$/,
};

/** Of the workload's own namespace. Others than Kubernetes' own make pods of any name that begins with theirs. */
export function isMadeFor(workload: ObjectKey, made: Pick<ObjectKey, "kind" | "name">): boolean {
  if (made.kind === "Pod" && isPodOf(workload, made.name)) return true;
  const { group, kind, name } = workload;
  if (!made.name.startsWith(`${name}-`)) return false;
  if (!isBuiltIn(group)) return ["Pod", "ReplicaSet", "Job"].includes(made.kind);
  return BETWEEN[`${group}/${kind} ${made.kind}`]?.test(made.name.slice(name.length + 1)) === true;
}

/** Of the workload's own namespace. */
export function isPodOf({ group, kind, name }: ObjectKey, pod: string): boolean {
  if (isPod({ group, kind })) return pod === name;
  const suffix = SUFFIXES[`${group}/${kind}`];
  return suffix !== undefined && pod.startsWith(`${name}-`) && suffix.test(pod.slice(name.length + 1));
}

function isPod({ group, kind }: Pick<ObjectKey, "group" | "kind">): boolean {
  return group === "" && kind === "Pod";
}
