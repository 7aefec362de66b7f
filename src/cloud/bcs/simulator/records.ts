// Dynamic data (动态数据): records of namespaces, of clusters, and lists and batch deletions over all of a type.
import * as z from "zod";
import type { Answer, Call } from "../../simulation/cloud.ts";
import { reportedIn } from "./bodies.ts";
import type { Handlers } from "./routes.ts";
import type { Condition, Interval } from "./selection.ts";
import {
  bound,
  extraConditions,
  inOrder,
  intervalOf,
  isAnyOf,
  isWithin,
  meets,
  segmentsOf,
  selectFields,
  undocumentedPageOf,
  valuesAt,
} from "./selection.ts";
import type { Bcs, BcsView, DynamicRecord, ResourceKey } from "./state.ts";
import { isoNow, resourceId } from "./state.ts";
import { pathPart, recordOnWire, recordRow, StoreFailure, success } from "./wire.ts";

/** Which records a path is about. */
type Class = "Namespace" | "Cluster" | "All";

export function recordHandlers(bcs: Bcs) {
  const emptyList = success(bcs.rules, []);
  return {
    getNamespaceResource: { handle: (call, view) => getOne(bcs, call, matching(bcs, call, "Namespace", view)) },
    putNamespaceResource: { handle: (call) => putOne(bcs, call, "Namespace") },
    deleteNamespaceResource: { handle: (call) => deleteOne(bcs, matching(bcs, call, "Namespace", bcs.store)) },
    listNamespaceResource: { emptyList, handle: (call, view) => list(bcs, call, "Namespace", view) },
    deleteBatchNamespaceResource: { handle: (call) => deleteBatch(bcs, call, "Namespace") },
    getClusterResource: { handle: (call, view) => getOne(bcs, call, matching(bcs, call, "Cluster", view)) },
    putClusterResource: { handle: (call) => putOne(bcs, call, "Cluster") },
    deleteClusterResource: { handle: (call) => deleteOne(bcs, matching(bcs, call, "Cluster", bcs.store)) },
    listClusterResource: { emptyList, handle: (call, view) => list(bcs, call, "Cluster", view) },
    deleteBatchClusterResource: { handle: (call) => deleteBatch(bcs, call, "Cluster") },
    listResource: { emptyList, handle: (call, view) => list(bcs, call, "All", view) },
    deleteBatchResource: { handle: (call) => deleteBatch(bcs, call, "All") },
  } satisfies Handlers;
}

/** Puts a record by its key, as a reporter does; what was there keeps its creation time and its place in lists. */
export function putRecord(bcs: Bcs, key: ResourceKey, data: unknown, updatedAt: string = isoNow(bcs)): DynamicRecord {
  const id = resourceId(key);
  const existing = bcs.store.get("records", id);
  const { clusterId, namespace, resourceType, resourceName } = key;
  const record = {
    id,
    name: resourceName,
    createdAt: existing?.createdAt ?? updatedAt,
    updatedAt,
    clusterId,
    ...(namespace === undefined ? {} : { namespace }),
    resourceType,
    resourceName,
    data,
  };
  bcs.store.put("records", record);
  return record;
}

/** The records of a path, with a name where it has one. */
function named({ rules }: Bcs, call: Call, of: Class, view: BcsView): DynamicRecord[] {
  const clusterId = pathPart(call, "clusterId");
  const resourceType = pathPart(call, "resourceType");
  const resourceName = call.params["resourceName"];
  if (of === "Namespace" && resourceName !== undefined) {
    const id = resourceId({ clusterId, namespace: pathPart(call, "namespace"), resourceType, resourceName });
    const record = view.get("records", id);
    return record === undefined ? [] : [record];
  }
  const isOfClass = (record: DynamicRecord): boolean => {
    if (of === "Namespace") return record.namespace === pathPart(call, "namespace");
    return of === "All" || rules.choices.clusterClass === "AnyNamespace" || record.namespace === undefined;
  };
  return view
    .list("records")
    .filter(
      (record) =>
        record.clusterId === clusterId &&
        record.resourceType === resourceType &&
        (resourceName === undefined || record.resourceName === resourceName) &&
        isOfClass(record),
    );
}

/** {@link named}, that meet `extra` and what the dialect makes of other parameters. */
function matching(bcs: Bcs, call: Call, of: Class, view: BcsView): DynamicRecord[] {
  const conditions = [...extraConditions(call, bcs, "Equal"), ...unknownConditions(call, bcs)];
  const records = named(bcs, call, of, view);
  return conditions.length === 0 ? records : records.filter((record) => meets(recordRow(record), conditions));
}

const KNOWN_PARAMETERS: ReadonlySet<string> = new Set(["extra", "field", "offset", "limit"]);

/** Parameters that nobody documents: a value is one of those given, an empty one asks whether it is there. */
function unknownConditions({ query }: Call, { rules }: Bcs): Condition[] {
  const ownTimes = rules.choices.batchTimes === "Query" ? ["updateTimeBegin", "updateTimeEnd"] : [];
  if (rules.choices.unknownQuery === "Ignore") return [];
  return [...query]
    .filter(([name]) => !KNOWN_PARAMETERS.has(name) && !ownTimes.includes(name))
    .map(([name, value]) =>
      value === "" ? (row) => valuesAt(row, segmentsOf(name)).length > 0 : isAnyOf(name, value.split(",")),
    );
}

function getOne({ rules }: Bcs, call: Call, found: readonly DynamicRecord[]): Answer {
  const [first] = found;
  if (first === undefined) throw new StoreFailure("Missing");
  const rows = found.map((record) => selectFields(recordOnWire(record, rules), call.query.get("field")));
  return success(rules, rules.choices.oneRecord === "List" ? rows : rows[0]);
}

function putOne(bcs: Bcs, call: Call, of: Class): Answer {
  const data = reportedIn(call, bcs);
  const [existing] = named(bcs, call, of, bcs.store);
  const key = {
    clusterId: pathPart(call, "clusterId"),
    namespace: of === "Namespace" ? pathPart(call, "namespace") : existing?.namespace,
    resourceType: pathPart(call, "resourceType"),
    resourceName: pathPart(call, "resourceName"),
  };
  putRecord(bcs, key, data);
  return success(bcs.rules);
}

function deleteOne(bcs: Bcs, found: readonly DynamicRecord[]): Answer {
  if (found.length === 0 && bcs.rules.choices.deleteMissing === "Fail") throw new StoreFailure("Operation");
  for (const { id } of found) bcs.store.remove("records", id);
  return success(bcs.rules);
}

function list(bcs: Bcs, call: Call, of: Class, view: BcsView): Answer {
  const { rules } = bcs;
  const found = inOrder(matching(bcs, call, of, view), rules.choices.listOrder === "Created");
  const rows = undocumentedPageOf(found, call, bcs).map((record) => recordOnWire(record, rules));
  const field = call.query.get("field");
  return success(
    rules,
    rows.map((row) => selectFields(row, field)),
  );
}

/** What matches and was updated within the times. Nothing to delete is a success. */
function deleteBatch(bcs: Bcs, call: Call, of: Class): Answer {
  const times = bcs.rules.choices.batchTimes === "Query" ? timesInQuery(call, bcs) : timesInBody(call, bcs);
  for (const { id, updatedAt } of matching(bcs, call, of, bcs.store)) {
    if (isWithin(Date.parse(updatedAt), times, bcs.rules)) bcs.store.remove("records", id);
  }
  return success(bcs.rules);
}

function timesInQuery(call: Call, bcs: Bcs): Interval {
  return intervalOf(call, "updateTimeBegin", "updateTimeEnd", bcs);
}

const timesBody = z.object({ updateTimeBegin: z.int().nullish(), updateTimeEnd: z.int().nullish() });

/** A body that is missing or can't be read is no bound: everything that matches goes. */
function timesInBody({ body }: Call, { rules }: Bcs): Interval {
  if (rules.dropDeleteBodies) return {};
  const times = timesBody.safeParse(jsonIn(body)).data;
  return { begin: bound(times?.updateTimeBegin), end: bound(times?.updateTimeEnd) };
}

function jsonIn(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
