// query-mesos and query-k8s: dynamic data of one kind by its filters. Parameters that a kind does not have are ignored.
import type { Answer, Call } from "../../simulation/cloud.ts";
import type { Handlers } from "./routes.ts";
import type { FilterForm, QueryKind } from "./query-kinds.ts";
import { K8S_KINDS, MESOS_KINDS, MESOS_NAMESPACED_TYPES } from "./query-kinds.ts";
import type { Condition, Interval } from "./selection.ts";
import {
  extraConditions,
  inOrder,
  isAnyOf,
  isWithin,
  meets,
  segmentsOf,
  selectFields,
  undocumentedPageOf,
  valuesAt,
} from "./selection.ts";
import type { Bcs, BcsRules, BcsView, DynamicRecord } from "./state.ts";
import { localTime, pathPart, recordOnWire, recordRow, StoreFailure, success, zoneText } from "./wire.ts";

export function queryHandlers(bcs: Bcs) {
  const emptyList = success(bcs.rules, []);
  const query = (kind: QueryKind) => ({
    emptyList,
    handle: (call: Call, view: BcsView) => queryOf(bcs, kind, call, view),
  });
  return {
    queryMesosTaskgroup: query(MESOS_KINDS.taskgroup),
    queryMesosApplication: query(MESOS_KINDS.application),
    queryMesosDeployment: query(MESOS_KINDS.deployment),
    queryMesosService: query(MESOS_KINDS.service),
    queryMesosConfigmap: query(MESOS_KINDS.configmap),
    queryMesosSecret: query(MESOS_KINDS.secret),
    queryMesosNamespace: { emptyList, handle: (call, view) => mesosNamespaces(bcs, call, view) },
    queryMesosIppoolstatic: query(MESOS_KINDS.ippoolstatic),
    queryK8sPod: query(K8S_KINDS.pod),
    queryK8sReplicaset: query(K8S_KINDS.replicaset),
    queryK8sDeployment: query(K8S_KINDS.deployment),
    queryK8sService: query(K8S_KINDS.service),
    queryK8sConfigmap: query(K8S_KINDS.configmap),
    queryK8sSecret: query(K8S_KINDS.secret),
    queryK8sEndpoints: query(K8S_KINDS.endpoints),
    queryK8sIngress: query(K8S_KINDS.ingress),
    queryK8sNamespace: query(K8S_KINDS.namespace),
    queryK8sNode: query(K8S_KINDS.node),
    queryK8sDaemonset: query(K8S_KINDS.daemonset),
    queryK8sJob: query(K8S_KINDS.job),
    queryK8sStatefulset: query(K8S_KINDS.statefulset),
  } satisfies Handlers;
}

function queryOf(bcs: Bcs, kind: QueryKind, call: Call, view: BcsView): Answer {
  const { rules } = bcs;
  const conditions = [...filterConditions(kind, call, rules), ...extraConditions(call, bcs, "AnyOf")];
  const found = ofCluster(call, view, (type) => type === kind.type).filter((record) =>
    meets(recordRow(record), conditions),
  );
  const page = undocumentedPageOf(inOrder(found, rules.choices.listOrder === "Created"), call, bcs);
  const field = call.query.get("field");
  return success(
    rules,
    page.map((record) => selectFields(recordOnWire(record, rules), field)),
  );
}

/** query-mesos, 7: the names alone, each once. */
function mesosNamespaces(bcs: Bcs, call: Call, view: BcsView): Answer {
  const found = ofCluster(call, view, (type) => MESOS_NAMESPACED_TYPES.includes(type));
  const names = found.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]));
  return success(bcs.rules, [...new Set(names)]);
}

function ofCluster(call: Call, view: BcsView, isType: (type: string) => boolean): DynamicRecord[] {
  const clusterId = pathPart(call, "clusterId");
  return view.list("records").filter((record) => record.clusterId === clusterId && isType(record.resourceType));
}

function filterConditions({ type, filters }: QueryKind, { query }: Call, rules: BcsRules): Condition[] {
  return Object.entries(filters).flatMap(([name, filter]) => {
    const value = query.get(name) ?? "";
    if (value === "" || isLeftOut(type, name, rules)) return [];
    const condition = PARSERS[filter.form](filter.at, value, rules);
    if (condition !== undefined) return [condition];
    if (rules.choices.badFilter === "Ignore") return [];
    throw new StoreFailure("Operation");
  });
}

/** Documented, and not there in every server. */
function isLeftOut(type: string, name: string, { choices }: BcsRules): boolean {
  return (
    choices.createTimeFilter === "Ignore" && (type === "Pod" || type === "EndPoints") && name.startsWith("createTime")
  );
}

/** What makes a condition of a filter's value; undefined where it can't be parsed. */
type FilterParser = (at: string, value: string, rules: BcsRules) => Condition | undefined;

const PARSERS: Readonly<Record<FilterForm, FilterParser>> = {
  Text: (at, value) => isAnyOf(at, value.split(",")),
  Boolean: (at, value) => isAnyOf(at, [value.toLowerCase() === "true" || value === "1"]),
  Integer(at, value, { choices }) {
    const numbers = wholeNumbers(choices.badFilter === "Ignore" ? [value] : value.split(","));
    return numbers === undefined ? undefined : isAnyOf(at, numbers);
  },
  Begin(at, value, rules) {
    const [begin] = wholeNumbers([value]) ?? [];
    return begin === undefined ? undefined : isInTime(at, { begin }, rules);
  },
  End(at, value, rules) {
    const [end] = wholeNumbers([value]) ?? [];
    return end === undefined ? undefined : isInTime(at, { end }, rules);
  },
};

function wholeNumbers(values: readonly string[]): number[] | undefined {
  return values.every((value) => /^[+-]?\d{1,15}$/.test(value)) ? values.map(Number) : undefined;
}

function isInTime(at: string, interval: Interval, rules: BcsRules): Condition {
  const segments = segmentsOf(at);
  return (row) => valuesAt(row, segments).some((value) => isTimeWithin(value, interval, rules));
}

function isTimeWithin(value: unknown, interval: Interval, rules: BcsRules): boolean {
  if (typeof value === "number") return isWithin(value * 1000, interval, rules);
  if (typeof value !== "string") return false;
  if (rules.choices.timeFilter === "Instant") return isWithin(Date.parse(value), interval, rules);
  const { begin, end } = interval;
  return (
    (begin === undefined || value > serverText(begin, rules)) && (end === undefined || value < serverText(end, rules))
  );
}

/** `2017-10-16T15:34:52+0800`: what the server compares the objects' own text with. */
function serverText(seconds: number, { zoneMinutes }: BcsRules): string {
  return `${localTime(seconds * 1000, zoneMinutes).slice(0, 19)}${zoneText(zoneMinutes, "")}`;
}
