// Events (事件数据): put one by one, listed by filters and time.
import type { Answer, Call } from "../../simulation/cloud.ts";
import { eventIn } from "./bodies.ts";
import { pruneCluster } from "./pruning.ts";
import type { Handlers } from "./routes.ts";
import type { Condition } from "./selection.ts";
import { extraConditions, intervalOf, isAnyOf, isWithin, meets, pageOf, valuesAt } from "./selection.ts";
import type { Bcs, BcsView, StoredEvent } from "./state.ts";
import { idOf, isoNow } from "./state.ts";
import { eventOnWire, eventRow, StoreFailure, success } from "./wire.ts";

const FILTERS = [
  "env",
  "kind",
  "level",
  "component",
  "type",
  "clusterId",
  "extraInfo.name",
  "extraInfo.namespace",
] as const;

const FURTHER_FILTERS = ["id", "extraInfo.kind"] as const;

export function eventHandlers(bcs: Bcs) {
  return {
    listEvents: { emptyList: answerOf(bcs, [], 0), handle: (call, view) => list(bcs, call, view) },
    putEvents: {
      handle(call) {
        const { id: eventId, ...event } = eventIn(call, bcs);
        const { isComplete } = addEvent(bcs, { eventId, ...event });
        if (!isComplete && bcs.rules.choices.eventMetadata === "Required") return "Drop";
        return success(bcs.rules);
      },
    },
  } satisfies Handlers;
}

type NewEvent = Omit<StoredEvent, "id" | "name" | "createdAt">;

/** Adds an event, unless the dialect has it already. It is complete where the Event in `data` has name and namespace. */
export function addEvent(bcs: Bcs, event: NewEvent): { event: StoredEvent; isComplete: boolean } {
  const isComplete = !isObject(event.data) || ["name", "namespace"].every((key) => metadata(event, key) !== undefined);
  const { store } = bcs;
  const known = bcs.rules.choices.events === "Unique" ? store.get("events", uniqueId(event)) : undefined;
  if (known !== undefined) return { event: known, isComplete: true };
  const id = bcs.rules.choices.events === "Unique" ? uniqueId(event) : idOf("event", store.nextId("events"));
  const added = { id, name: event.eventId, createdAt: isoNow(bcs), ...event };
  store.put("events", added);
  pruneCluster(bcs, "events", event.clusterId);
  return { event: added, isComplete };
}

/** Those that lack both share one key too. */
function uniqueId(event: NewEvent): string {
  const key = ["name", "resourceVersion"].map((part) => JSON.stringify(metadata(event, part) ?? null));
  return idOf("event of", event.clusterId, ...key);
}

function metadata({ data }: NewEvent, key: string): unknown {
  return isObject(data) ? valuesAt({ data }, ["data", "metadata", key])[0] : undefined;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(bcs: Bcs, call: Call, view: BcsView): Answer {
  const { rules, store } = bcs;
  const clusterIds = (call.query.get("clusterId") ?? "").split(",").filter((id) => id !== "");
  if (clusterIds.length === 0 && rules.choices.eventCluster === "Required") throw new StoreFailure("Operation");
  const source = view === store && rules.readLagMs > 0 ? store.asOf(rules.readLagMs) : view;
  const conditions = conditionsOf(bcs, call);
  const found = source.list("events").filter((event) => conditions.every((condition) => condition(event)));
  if (rules.choices.eventClusters === "Each" && clusterIds.length > 0) {
    return answerOf(bcs, eachCluster(bcs, call, found, clusterIds), found.length);
  }
  return answerOf(bcs, pageOf(ordered(bcs, found), call, bcs, "length"), found.length);
}

/** A page of each cluster, one after the other, cut to `length`: nothing where that is left out. */
function eachCluster(bcs: Bcs, call: Call, found: StoredEvent[], clusterIds: readonly string[]): StoredEvent[] {
  const pages = clusterIds.flatMap((clusterId) =>
    pageOf(
      ordered(
        bcs,
        found.filter((event) => event.clusterId === clusterId),
      ),
      call,
      bcs,
      "length",
    ),
  );
  const length = Number(call.query.get("length") ?? "");
  return pages.slice(0, Math.max(length, 0));
}

function ordered({ rules }: Bcs, events: readonly StoredEvent[]): StoredEvent[] {
  const isNewestFirst = rules.choices.eventOrder === "NewestFirst";
  return events.toSorted(
    (left, right) => (isNewestFirst ? right.eventTime - left.eventTime : 0) || (left.id < right.id ? -1 : 1),
  );
}

type EventCondition = (event: StoredEvent) => boolean;

function conditionsOf(bcs: Bcs, call: Call): EventCondition[] {
  const { choices } = bcs.rules;
  const extra = choices.eventExtra === "Alone" ? extraConditions(call, bcs, "AnyOf") : [];
  if (extra.length > 0) return [(event) => isOfClusters(event, call) && meets(eventRow(event), extra)];
  const times = intervalOf(call, "timeBegin", "timeEnd", bcs);
  const names = [...FILTERS, ...(choices.eventIdFilter === "Honour" ? FURTHER_FILTERS : [])];
  const filters: Condition[] = names.flatMap((name) => {
    const value = call.query.get(name) ?? "";
    return value === "" ? [] : [isAnyOf(name, value.split(","))];
  });
  return [(event) => isWithin(event.eventTime * 1000, times, bcs.rules) && meets(eventRow(event), filters)];
}

/** Each cluster has a table of its own where a list needs to name it, whatever else counts. */
function isOfClusters({ clusterId }: StoredEvent, { query }: Call): boolean {
  const wanted = query.get("clusterId") ?? "";
  return wanted === "" || wanted.split(",").includes(clusterId);
}

function answerOf({ rules }: Bcs, page: readonly StoredEvent[], total: number): Answer {
  const rows = page.map((event) => eventOnWire(event, rules));
  return success(rules, rows, rules.choices.eventTotal === "Shown" ? { total } : {});
}
