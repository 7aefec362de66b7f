// Metrics (Metric数据): put by their key, queried by cluster.
import type { Answer, Call } from "../../simulation/cloud.ts";
import { reportedIn } from "./bodies.ts";
import type { Handlers } from "./routes.ts";
import { inOrder, selectFields, undocumentedPageOf } from "./selection.ts";
import type { Bcs, BcsView, Metric, MetricKey } from "./state.ts";
import { isoNow, metricId } from "./state.ts";
import { metricOnWire, pathPart, StoreFailure, success } from "./wire.ts";

const FILTERS = ["namespace", "type", "name"] as const;

export function metricHandlers(bcs: Bcs) {
  const { rules, store } = bcs;
  return {
    getMetric: {
      handle(call, view) {
        const metric = view.get("metrics", metricId(keyOf(call)));
        if (metric === undefined) throw new StoreFailure("Missing");
        return success(rules, metricOnWire(metric, rules));
      },
    },
    putMetric: {
      handle(call) {
        putMetric(bcs, keyOf(call), reportedIn(call, bcs));
        return success(rules);
      },
    },
    deleteMetric: {
      handle(call) {
        const id = metricId(keyOf(call));
        if (store.get("metrics", id) === undefined) return missing(bcs);
        store.remove("metrics", id);
        return success(rules);
      },
    },
    queryMetric: { emptyList: success(rules, []), handle: (call, view) => query(bcs, call, view) },
  } satisfies Handlers;
}

export function putMetric(bcs: Bcs, key: MetricKey, data: unknown): Metric {
  const id = metricId(key);
  const updatedAt = isoNow(bcs);
  const createdAt = bcs.store.get("metrics", id)?.createdAt ?? updatedAt;
  const metric = { id, createdAt, updatedAt, ...key, data };
  bcs.store.put("metrics", metric);
  return metric;
}

function keyOf(call: Call): MetricKey {
  return {
    clusterId: pathPart(call, "clusterId"),
    namespace: pathPart(call, "namespace"),
    type: pathPart(call, "type"),
    name: pathPart(call, "name"),
  };
}

function missing({ rules }: Bcs): Answer {
  const { deleteMissing, deleteMissingMetric } = rules.choices;
  if (deleteMissingMetric === "Missing") throw new StoreFailure("Missing");
  if (deleteMissing === "Fail") throw new StoreFailure("Operation");
  return success(rules);
}

function query(bcs: Bcs, call: Call, view: BcsView): Answer {
  const { rules } = bcs;
  const clusterId = pathPart(call, "clusterId");
  const found = view.list("metrics").filter((metric) => metric.clusterId === clusterId && isWanted(metric, call));
  const page = undocumentedPageOf(inOrder(found, rules.choices.listOrder === "Created"), call, bcs);
  if (rules.choices.metricList === "Values") {
    return success(
      rules,
      page.map(({ data }) => data),
    );
  }
  const field = rules.choices.metricField === "Honour" ? call.query.get("field") : null;
  return success(
    rules,
    page.map((metric) => selectFields(metricOnWire(metric, rules), field)),
  );
}

function isWanted(metric: Metric, { query: parameters }: Call): boolean {
  return FILTERS.every((name) => {
    const value = parameters.get(name) ?? "";
    return value === "" || value.split(",").includes(metric[name]);
  });
}
