// Metrics (Metric数据): values by cluster, namespace, type and name.
import * as z from "zod";
import type { MetricsFacet, StoredMetric } from "../facets/inventory.ts";
import { text } from "../kit/wire.ts";
import type { BcsClient } from "./client.ts";
import { rowsOf } from "./client.ts";
import { readRows } from "./lists.ts";
import { metricPath, metricsPath } from "./paths.ts";
import { isAmbiguous, isCode, settledByReading } from "./records.ts";

const row = z.looseObject({ clusterId: text, namespace: text, type: text, name: text, data: z.unknown().optional() });

export function metricsOf(client: BcsClient): MetricsFacet {
  const list: MetricsFacet["list"] = async ({ clusterId, ...filter }, signal) => {
    const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
    const path = metricsPath(clusterId);
    const isWanted = (metric: StoredMetric): boolean =>
      metric.clusterId === clusterId && asked.every(([name, value]) => metric[name as keyof typeof filter] === value);
    const pages = await readRows({
      operation: "ListMetrics",
      limit: "limit",
      read: (page) => {
        const query = [...asked, ...page];
        return client.read({ operation: "ListMetrics", method: "GET", path, query, signal }, rowsOf(row));
      },
      keyOf: ({ namespace, type, name }) => JSON.stringify([namespace, type, name]),
    });
    return { ...pages, items: pages.rows.map(metricOf).filter(isWanted) };
  };
  const get: MetricsFacet["get"] = async (key, signal) => {
    try {
      const call = { operation: "GetMetric", method: "GET", path: metricPath(key), signal } as const;
      return metricOf((await client.read(call, row)).data);
    } catch (error) {
      if (isCode(error, "NotFound")) return "Absent";
      if (!isAmbiguous(error)) throw error;
      const { items } = await list(key, signal);
      if (items.length > 0) throw error;
      return "Absent";
    }
  };
  return {
    get,
    list,
    put: async (key, data, { signal }) =>
      client.send({ operation: "PutMetric", method: "PUT", path: metricPath(key), body: { data }, signal }),
    remove: async (key, { signal }) =>
      settledByReading(
        client.send({ operation: "DeleteMetric", method: "DELETE", path: metricPath(key), signal }),
        () => get(key, signal),
      ),
  };
}

function metricOf({ clusterId, namespace, type, name, data }: z.output<typeof row>): StoredMetric {
  return { clusterId, namespace, type, name, data };
}
