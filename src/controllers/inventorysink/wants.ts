// What is to lie in each slot of the store, by what the caches hold at this moment. Pure but for the caches.
import type { Managed } from "../lifecycle/resource.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { reportOf, signed, type Report } from "./report.ts";
import { allCovered, covered, filedUnder, keyOfSink, type SinkScope } from "./scope.ts";
import type { Slot } from "./shelves.ts";

/** Of the cluster class. */
const CLUSTER_TYPE = "YunfanCluster";
const RECORD_PREFIX = "Yunfan";
const WATCH_PREFIX = "yunfan";

interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** "Kind/namespace/name": for people, and for alarms. */
export function subjectText({ kind, namespace, name }: Subject): string {
  return `${kind}/${namespace}/${name}`;
}

export function subjectOf({ kind, metadata }: Managed): Subject {
  return { kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

export function recordType(kind: string): string {
  return `${RECORD_PREFIX}${kind}`;
}

export function recordSlot({ sink }: SinkScope, { kind, namespace, name }: Subject): Slot {
  return { shelf: "record", clusterId: sink.spec.clusterId, namespace, type: recordType(kind), name };
}

export function clusterSlot(clusterId: string, { namespace, name }: Subject): Slot {
  return { shelf: "cluster", clusterId, namespace: "", type: CLUSTER_TYPE, name: `${namespace}.${name}` };
}

export function watchSlot(clusterId: string, { kind, namespace, name }: Subject): Slot {
  return { shelf: "watch", clusterId, namespace, type: `${WATCH_PREFIX}${kind.toLowerCase()}`, name };
}

/** The resource that a slot is about. */
export function subjectIn({ reportable }: SinkScope, { shelf, namespace, type, name }: Slot): Subject {
  if (shelf === "cluster") {
    // A namespace has no dot in it.
    const dot = name.indexOf(".");
    return { kind: "ManagedCluster", namespace: name.slice(0, dot), name: name.slice(dot + 1) };
  }
  const kind = [...reportable.keys()].find(
    (one) => type === recordType(one) || type === `${WATCH_PREFIX}${one.toLowerCase()}`,
  );
  return { kind: kind ?? "", namespace, name };
}

/** Undefined: nothing of ours belongs there. */
export function wantedIn(scope: SinkScope, slot: Slot): Report | undefined {
  const subject = subjectIn(scope, slot);
  const resource = covered(scope, subject);
  if (!resource) return undefined;
  const cluster = scope.coverage.clusterIdOf(resource);
  if (slot.shelf === "record") return recordOf(scope, resource);
  if (slot.shelf === "cluster") return cluster === slot.clusterId ? recordOf(scope, resource) : undefined;
  const isWatched = hasWatchData(scope, subject.kind) && filedUnder(scope, resource) === slot.clusterId;
  return isWatched ? summaryOf(scope, resource) : undefined;
}

/** All slots in which something of ours belongs, but for metrics. */
export function* wantedSlots(scope: SinkScope): Iterable<Slot> {
  for (const resource of allCovered(scope)) yield* slotsOf(scope, resource);
}

/** Those of one resource: its record first, since it tells where the others are. */
export function slotsOf(scope: SinkScope, resource: Managed): readonly Slot[] {
  const subject = subjectOf(resource);
  const cluster = scope.coverage.clusterIdOf(resource);
  const isCluster = subject.kind === "ManagedCluster" && cluster !== undefined;
  return [
    recordSlot(scope, subject),
    ...(isCluster ? [clusterSlot(cluster, subject)] : []),
    ...(hasWatchData(scope, subject.kind) ? [watchSlot(filedUnder(scope, resource), subject)] : []),
  ];
}

function hasWatchData({ sink: { spec } }: SinkScope, kind: string): boolean {
  const kinds: readonly string[] = spec.watchData.kinds;
  return spec.watchData.mode === "Enabled" && kinds.includes(kind);
}

function recordOf(scope: SinkScope, resource: Managed): Report | undefined {
  const view = scope.reported.get(resource.kind);
  const watch = hasWatchData(scope, resource.kind) ? (true as const) : undefined;
  const cluster = scope.coverage.clusterIdOf(resource);
  return view && reportOf(view.kind, resource, { ...marksOf(scope), cluster, watch });
}

function marksOf({ owner, sink }: SinkScope): { readonly owner: string; readonly sink: string } {
  return { owner, sink: keyOfSink(sink) };
}

/** Under 4 KiB whatever the resource: each change of it wakes all who watch. */
function summaryOf(scope: SinkScope, { apiVersion, kind, metadata, status }: Managed): Report {
  const { name, namespace, uid, generation } = metadata;
  const ready = findCondition(status.conditions, "Ready");
  return signed({
    apiVersion,
    kind,
    metadata: { name, namespace, uid, generation },
    status: {
      phase: status.phase ?? "",
      ready: ready?.status ?? "Unknown",
      reason: ready?.reason ?? "",
      observedGeneration: status.observedGeneration,
    },
    yunfan: marksOf(scope),
  } as Parameters<typeof signed>[0]);
}
