// Events and alarms (事件数据, 告警数据): put one by one, listed by filters and time, pruned by the store itself.
import * as z from "zod";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type {
  AlarmFilter,
  EventFilter,
  InventoryFacet,
  StoredAlarm,
  StoredEvent,
  StreamListing,
} from "../facets/inventory.ts";
import { lenientObject, text } from "../kit/wire.ts";
import type { QueryItem } from "../kit/uri.ts";
import type { BcsClient } from "./client.ts";
import { rowsOf } from "./client.ts";
import { readRows } from "./lists.ts";
import { printedTime, WIDEST_ZONE_MS } from "./rows.ts";

const EVENTS = "/events";
const ALARMS = "/alarms";

/** A query that names more clusters than this at once does not fit in the head of a request everywhere. */
const MOST_CLUSTERS = 200;

const rowId = { _id: text, clusterId: text, type: text, data: z.unknown().optional() };

const eventRow = z.looseObject({
  ...rowId,
  id: text,
  env: text,
  kind: text,
  level: text,
  component: text,
  describe: text,
  eventTime: text,
  extraInfo: lenientObject({ namespace: text, name: text, kind: text }),
});

const alarmRow = z.looseObject({
  ...rowId,
  namespace: text,
  message: text,
  source: text,
  module: text,
  receivedTime: text,
});

export function eventsOf(client: BcsClient): InventoryFacet["events"] {
  return {
    list: (filter, options, signal) =>
      inChunks(filter, async (part) => {
        const query = eventQuery(part);
        const pages = await readRows({
          operation: "ListEvents",
          limit: "length",
          read: (page) => {
            const call = { operation: "ListEvents", method: "GET", path: EVENTS, signal } as const;
            return client.read({ ...call, query: [...query, ...page] }, rowsOf(eventRow));
          },
          keyOf: ({ _id, ...event }) => (_id === "" ? stringifyExactly(event) : _id),
          ...options,
        });
        const items = pages.rows.map(eventOf).filter((event) => isWantedEvent(event, part));
        return { items, isWhole: pages.isWhole, clockSkewMs: pages.clockSkewMs };
      }),
    /** `BcsStorageEventIf`. */
    add: ({ eventTimeSeconds: eventTime, ...event }, { signal }) =>
      client.send({
        operation: "PutEvent",
        method: "PUT",
        path: EVENTS,
        body: { ...event, env: "k8s", eventTime },
        signal,
      }),
  };
}

export function alarmsOf(client: BcsClient): InventoryFacet["alarms"] {
  return {
    list: (filter, options, signal) =>
      inChunks(filter, async (part) => {
        const query = alarmQuery(part);
        const pages = await readRows({
          operation: "ListAlarms",
          limit: "length",
          read: (page) => {
            const call = { operation: "ListAlarms", method: "GET", path: ALARMS, signal } as const;
            return client.read({ ...call, query: [...query, ...page] }, rowsOf(alarmRow));
          },
          keyOf: ({ _id, ...alarm }) => (_id === "" ? stringifyExactly(alarm) : _id),
          ...options,
        });
        const items = pages.rows.map(alarmOf).filter((alarm) => isWantedAlarm(alarm, part));
        return { items, isWhole: pages.isWhole, clockSkewMs: pages.clockSkewMs };
      }),
    /** `BcsStorageAlarmIf`. */
    add: ({ receivedTimeSeconds: receivedTime, ...alarm }, { signal }) =>
      client.send({ operation: "PostAlarm", method: "POST", path: ALARMS, body: { ...alarm, receivedTime }, signal }),
  };
}

async function inChunks<F extends EventFilter | AlarmFilter, T>(
  filter: F,
  read: (part: F) => Promise<StreamListing<T>>,
): Promise<StreamListing<T>> {
  const clusterIds = [...new Set(filter.clusterIds)];
  const parts: StreamListing<T>[] = [];
  for (let at = 0; at < clusterIds.length; at += MOST_CLUSTERS) {
    parts.push(await read({ ...filter, clusterIds: clusterIds.slice(at, at + MOST_CLUSTERS) }));
  }
  return {
    items: parts.flatMap(({ items }) => items),
    isWhole: parts.every(({ isWhole }) => isWhole),
    clockSkewMs: parts.length === 0 ? 0 : Math.max(...parts.map(({ clockSkewMs }) => clockSkewMs)),
  };
}

function eventQuery(filter: EventFilter): readonly QueryItem[] {
  // Written in lower case as documented, capitalised by the reporters of Kubernetes.
  const levels = filter.levels?.flatMap((level) => [level, `${level.slice(0, 1).toUpperCase()}${level.slice(1)}`]);
  return [
    ...streamQuery(filter),
    ...anyOf("kind", filter.kinds),
    ...anyOf("level", levels),
    ...anyOf("component", filter.components),
    ...anyOf("extraInfo.name", filter.names),
    ...anyOf("extraInfo.namespace", filter.namespaces),
  ];
}

function alarmQuery(filter: AlarmFilter): readonly QueryItem[] {
  return [
    ...streamQuery(filter),
    ...anyOf("namespace", filter.namespaces),
    ...anyOf("source", filter.sources),
    ...anyOf("module", filter.modules),
  ];
}

function streamQuery({ clusterIds, types, beginSeconds, endSeconds }: EventFilter | AlarmFilter): readonly QueryItem[] {
  return [
    ...anyOf("clusterId", clusterIds),
    ...anyOf("type", types),
    ...anyOf("timeBegin", beginSeconds === undefined ? [] : [String(beginSeconds)]),
    ...anyOf("timeEnd", endSeconds === undefined ? [] : [String(endSeconds)]),
  ];
}

function anyOf(name: string, values: readonly string[] = []): readonly QueryItem[] {
  return values.length === 0 ? [] : [[name, values.join(",")]];
}

function eventOf({ _id, eventTime, level, ...row }: z.output<typeof eventRow>): StoredEvent {
  const { clusterId, id, env, kind, component, type, describe, extraInfo, data } = row;
  const at = printedTime(eventTime);
  return { clusterId, id, env, kind, level: level.toLowerCase(), component, type, describe, extraInfo, data, at };
}

function alarmOf({ receivedTime, ...row }: z.output<typeof alarmRow>): StoredAlarm {
  const { clusterId, namespace, message, source, module, type, data } = row;
  return { clusterId, namespace, message, source, module, type, data, at: printedTime(receivedTime) };
}

function isWantedEvent(event: StoredEvent, filter: EventFilter): boolean {
  return (
    isOfStream(event, filter) &&
    isIn(event.type, filter.types) &&
    isIn(event.kind, filter.kinds) &&
    isIn(event.level, filter.levels) &&
    isIn(event.component, filter.components) &&
    isIn(event.extraInfo.name, filter.names) &&
    isIn(event.extraInfo.namespace, filter.namespaces)
  );
}

/** A type is looked for anywhere in the text by servers, since one alarm may have several: `rtx|weixin|sms`. */
function isWantedAlarm(alarm: StoredAlarm, filter: AlarmFilter): boolean {
  const types = alarm.type.split("|");
  return (
    isOfStream(alarm, filter) &&
    (filter.types === undefined || filter.types.length === 0 || filter.types.some((type) => types.includes(type))) &&
    isIn(alarm.namespace, filter.namespaces) &&
    isIn(alarm.source, filter.sources) &&
    isIn(alarm.module, filter.modules)
  );
}

function isOfStream({ clusterId, at }: StoredAlarm | StoredEvent, filter: AlarmFilter | EventFilter): boolean {
  const { beginSeconds = 0, endSeconds = Number.POSITIVE_INFINITY } = filter;
  if (!filter.clusterIds.includes(clusterId)) return false;
  // A time that can't be read is the server's to judge.
  if (Number.isNaN(at.ms)) return true;
  const marginMs = at.zoned ? 0 : WIDEST_ZONE_MS;
  return at.ms + marginMs >= beginSeconds * 1000 && at.ms - marginMs <= endSeconds * 1000;
}

function isIn(value: string, wanted: readonly string[] | undefined): boolean {
  return wanted === undefined || wanted.length === 0 || wanted.includes(value);
}
