// Which pods were made for a workload, by their names (Kubernetes: names that controllers generate).
import type { ObjectKey } from "../../cloud/facets/manifests.ts";

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

/** Of the workload's own namespace. */
export function isPodOf({ group, kind, name }: ObjectKey, pod: string): boolean {
  if (isPod({ group, kind })) return pod === name;
  const suffix = SUFFIXES[`${group}/${kind}`];
  return suffix !== undefined && pod.startsWith(`${name}-`) && suffix.test(pod.slice(name.length + 1));
}

function isPod({ group, kind }: Pick<ObjectKey, "group" | "kind">): boolean {
  return group === "" && kind === "Pod";
}
