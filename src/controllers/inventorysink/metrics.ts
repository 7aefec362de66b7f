// Counts that are reported: of each namespace its resources by kind and state, of each cluster what is in it. Pure but for the caches.
import { isTrue } from "../../runtime/conditions.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { signed, type Report } from "./report.ts";
import { allCovered, keyOfSink, type SinkScope } from "./scope.ts";
import type { Slot } from "./shelves.ts";

export const METRIC_TYPE = "yunfan";
/** Of the backlog: the next report is due. */
export const METRICS_KEY = "metrics";
/** Of a namespace. A cluster's has the cluster's name after a dot, which no word of ours holds. */
const STATES = "states";
const CLUSTER_PREFIX = "cluster.";

/** Of a cluster, under its id in the store. */
export function clusterMetricSlot(
  clusterId: string,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Slot {
  return { shelf: "metric", clusterId, namespace, type: METRIC_TYPE, name: `${CLUSTER_PREFIX}${name}` };
}

type Counts = Record<string, number>;

/** Of all slots at once, by their texts; empty where metrics are not reported. `at`: Unix seconds, of the report. */
export function metricReports(
  scope: SinkScope,
  atSeconds: number,
): readonly { readonly slot: Slot; readonly report: Report }[] {
  const { sink, owner, coverage } = scope;
  if (sink.spec.metrics.mode === "Disabled") return [];
  const states = new Map<string, Record<string, Counts>>();
  const contents = new Map<string, Counts>();
  const clusters: { readonly id: string; readonly namespace: string; readonly name: string }[] = [];
  for (const resource of allCovered(scope)) {
    const namespace = resource.metadata.namespace ?? "";
    countState(states, namespace, resource);
    const { clusterRef } = resource.spec as { readonly clusterRef?: { readonly name: string } };
    if (clusterRef) countContent(contents, `${namespace}/${clusterRef.name}`, resource);
    const id = resource.kind === "ManagedCluster" ? coverage.clusterIdOf(resource) : undefined;
    if (id !== undefined) clusters.push({ id, namespace, name: resource.metadata.name });
  }
  const yunfan = { owner, sink: keyOfSink(sink) };
  const shelf = { shelf: "metric", type: METRIC_TYPE } as const;
  return [
    ...[...states].map(([namespace, kinds]) => ({
      slot: { ...shelf, clusterId: sink.spec.clusterId, namespace, name: STATES },
      report: signed({ at: atSeconds, kinds, yunfan } as Signable),
    })),
    ...clusters.map(({ id, namespace, name }) => ({
      slot: clusterMetricSlot(id, { namespace, name }),
      report: signed({ at: atSeconds, ...(contents.get(`${namespace}/${name}`) ?? NO_CONTENT), yunfan } as Signable),
    })),
  ];
}

type Signable = Parameters<typeof signed>[0];

const NO_CONTENT: Counts = { pools: 0, nodes: 0, readyNodes: 0, addons: 0 };

function countState(states: Map<string, Record<string, Counts>>, namespace: string, { kind, status }: Managed): void {
  const kinds = states.get(namespace) ?? {};
  const counts = kinds[kind] ?? { total: 0, ready: 0, stalled: 0 };
  counts["total"] = (counts["total"] ?? 0) + 1;
  if (isTrue(status.conditions, "Ready")) counts["ready"] = (counts["ready"] ?? 0) + 1;
  if (isTrue(status.conditions, "Stalled")) counts["stalled"] = (counts["stalled"] ?? 0) + 1;
  states.set(namespace, { ...kinds, [kind]: counts });
}

function countContent(contents: Map<string, Counts>, cluster: string, { kind, status }: Managed): void {
  const counts = { ...(contents.get(cluster) ?? NO_CONTENT) };
  const { replicas = 0, readyReplicas = 0 } = status as { readonly replicas?: number; readonly readyReplicas?: number };
  if (kind === "NodePool") {
    counts["pools"] = (counts["pools"] ?? 0) + 1;
    counts["nodes"] = (counts["nodes"] ?? 0) + replicas;
    counts["readyNodes"] = (counts["readyNodes"] ?? 0) + readyReplicas;
  }
  if (kind === "ManagedAddon") counts["addons"] = (counts["addons"] ?? 0) + 1;
  contents.set(cluster, counts);
}
