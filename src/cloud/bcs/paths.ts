// Paths below the store's prefix (API document, each chapter's URL). Kubernetes and Mesos share their records: `k8s` serves for both.
import { pathOf } from "../kit/uri.ts";
import type { MetricKey, RecordKey, RecordScope, WatchKey } from "../facets/inventory.ts";

/** Where the gateway serves the store, for an endpoint that says no path. */
export const DEFAULT_PATH = "/bcsapi/v4/storage";

const DYNAMIC = ["k8s", "dynamic"] as const;

/** 动态数据: all records of a scope. */
export function recordsPath({ clusterId, type, of }: RecordScope): string {
  if (of === "All") return pathOf(...DYNAMIC, "all_resources", "clusters", clusterId, type);
  if (of === "Cluster") return pathOf(...DYNAMIC, "cluster_resources", "clusters", clusterId, type);
  return pathOf(...DYNAMIC, "namespace_resources", "clusters", clusterId, "namespaces", of.namespace, type);
}

export function scopeOf({ clusterId, namespace, type }: RecordKey): RecordScope {
  return { clusterId, type, of: namespace === undefined ? "Cluster" : { namespace } };
}

export function recordPath(key: RecordKey): string {
  return recordsPath(scopeOf(key)) + pathOf(key.name);
}

/** Watch类数据. */
export function watchesPath({ clusterId, namespace, type }: Omit<WatchKey, "name">): string {
  return pathOf("k8s", "watch", "clusters", clusterId, "namespaces", namespace, type);
}

/** Metric数据. */
export function metricsPath(clusterId: string): string {
  return pathOf("metric", "clusters", clusterId);
}

export function metricPath({ clusterId, namespace, type, name }: MetricKey): string {
  return metricsPath(clusterId) + pathOf("namespaces", namespace, type, name);
}

/** query-k8s, query-mesos; the kind in lower case. */
export function queryPath(environment: "K8s" | "Mesos", clusterId: string, resource: string): string {
  return pathOf("query", environment.toLowerCase(), "dynamic", "clusters", clusterId, resource.toLowerCase());
}
