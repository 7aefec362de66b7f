// The envelope of every answer with its codes, and how rows and times are printed.
import { messageOf } from "../../../lib/errors.ts";
import type { Answer, Call, Failed } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { CallShape, Operation } from "./calls.ts";
import { callShapeOf } from "./calls.ts";
import type { Choices } from "./dialect.ts";
import type { Alarm, BcsRules, DynamicRecord, Metric, StoredEvent } from "./state.ts";

/** What an answer shows of one thing, before `field` selects from it. */
export type Row = Readonly<Record<string, unknown>>;

/** Why the store fails a call that it understood: the call as such, because there is nothing, or for the body. */
type FailureReason = "Operation" | "Missing" | "BadBody";

/** A failure of the store, which is HTTP 200 with `result: false`. */
export class StoreFailure extends Refusal {
  readonly reason: FailureReason;

  constructor(reason: FailureReason) {
    super(200, reason);
    this.name = "StoreFailure";
    this.reason = reason;
  }
}

const MESSAGES: Readonly<Record<Operation, string>> = {
  Get: "Get resource failed.",
  Put: "Put resource failed.",
  Delete: "Delete resource failed.",
  List: "List resource failed.",
};

/** As the document prints them. */
const REFERENCE_CODES: Readonly<Record<Operation, number>> = { Put: 10_003, Get: 10_004, Delete: 10_005, List: 10_006 };

/** The store's own. */
const STORE_CODES: Readonly<Record<Operation, number>> = {
  Put: 1_405_082,
  Get: 1_405_083,
  Delete: 1_405_084,
  List: 1_405_085,
};
const STORE_BAD_BODY = 1_405_080;
const STORE_MISSING = 1_405_087;

/** `more` stands beside `data`, such as `total`. Left out, `data` is as empty as the dialect's. */
export function success({ choices }: BcsRules, data?: unknown, more: Row = {}): Answer {
  const empty = choices.envelope === "Store" ? {} : null;
  const shown = data === undefined ? empty : data;
  return { status: 200, body: { result: true, code: 0, message: "Success", data: shown, ...more } };
}

/** What the router says to a path that the store does not have; it is no JSON. */
const NO_SUCH_PATH: Answer = {
  status: 404,
  text: "404: Page Not Found",
  headers: { "content-type": "text/plain; charset=utf-8" },
};

/** An error in the store's envelope; a status of 200 is a failure of the operation. */
export function failure({ choices }: BcsRules): (status: number, message: string, failed: Failed) => Answer {
  return (status, message, { call, error }) => {
    const shape = callShapeOf(call.method, call.path);
    if (shape === undefined) return NO_SUCH_PATH;
    if (error === undefined && status !== 200) return envelope(status, { code: status, message, data: null });
    if (error !== undefined && !(error instanceof Refusal)) {
      return envelope(500, { code: 500, message: messageOf(error), data: null });
    }
    return storeFailure(choices, shape, reasonOf(error));
  };
}

/** A body that the kit could not parse is a `Refusal` as well. */
function reasonOf(error: unknown): FailureReason {
  if (error === undefined) return "Operation";
  return error instanceof StoreFailure ? error.reason : "BadBody";
}

function storeFailure(choices: Choices, { operation, failureData }: CallShape, reason: FailureReason): Answer {
  const message = MESSAGES[operation];
  if (choices.envelope === "Reference") {
    return envelope(200, { code: REFERENCE_CODES[operation], message, data: failureData });
  }
  const codes = { Operation: STORE_CODES[operation], Missing: STORE_MISSING, BadBody: STORE_BAD_BODY };
  return envelope(200, { code: codes[reason], message, data: operation === "List" ? [] : {} });
}

function envelope(status: number, { code, message, data }: { code: number; message: string; data: unknown }): Answer {
  return { status, body: { result: false, code, message, data } };
}

/** A refusal of the gateway before the store. */
export function gatewayRefusal(status: number, code: number, message: string): Answer {
  return envelope(status, { code, message, data: null });
}

/** 动态数据: what conditions look at. The class of a cluster has no namespace. */
export function recordRow({ clusterId, namespace, resourceType, resourceName, data }: DynamicRecord): Row {
  return { clusterId, ...(namespace === undefined ? {} : { namespace }), resourceType, resourceName, data };
}

/** What a list of dynamic data prints. */
export function recordOnWire(record: DynamicRecord, rules: BcsRules): Row {
  const { id, createdAt, updatedAt } = record;
  const times = { createTime: printTime(createdAt, rules), updateTime: printTime(updatedAt, rules) };
  return recovered({ _id: id, ...recordRow(record), ...times }, rules);
}

/** Metric数据. */
export function metricOnWire(metric: Metric, rules: BcsRules): Row {
  const { id, clusterId, namespace, type, name, data, createdAt, updatedAt } = metric;
  const times = { createTime: printTime(createdAt, rules), updateTime: printTime(updatedAt, rules) };
  return recovered({ _id: id, clusterId, namespace, type, name, data, ...times }, rules);
}

/** 事件数据: what conditions look at. */
export function eventRow(event: StoredEvent): Row {
  const { eventId: id, env, kind, level, component, type, describe, clusterId, extraInfo, data } = event;
  return { id, env, kind, level, component, type, describe, clusterId, extraInfo, data };
}

export function eventOnWire(event: StoredEvent, rules: BcsRules): Row {
  const { id: _eventId, ...row } = eventRow(event);
  const shown = rules.choices.eventId === "Shown" ? { id: event.eventId } : {};
  const eventTime = printSeconds(event.eventTime, rules);
  const times = { createTime: printTime(event.createdAt, rules), eventTime };
  return recovered({ _id: event.id, ...shown, ...row, ...times }, rules);
}

/** 告警数据. */
export function alarmOnWire(alarm: Alarm, rules: BcsRules): Row {
  const { id, clusterId, namespace, message, source, module, type, data } = alarm;
  const receivedTime = printSeconds(alarm.receivedTime, rules);
  const times = { createTime: printTime(alarm.createdAt, rules), receivedTime };
  return recovered({ _id: id, clusterId, namespace, message, source, module, type, data, ...times }, rules);
}

/** The driver of 2019 keeps a dot in a key as a full-width one, and turns every full-width one back, in values too. */
function recovered(row: Row, { choices }: BcsRules): Row {
  if (choices.dataKeys === "Any") return row;
  const text = JSON.stringify(row);
  return text.includes("\uff0e") ? (JSON.parse(text.replaceAll("\uff0e", ".")) as Row) : row;
}

function printSeconds(seconds: number, rules: BcsRules): string {
  return printTime(new Date(seconds * 1000).toISOString(), rules);
}

/** In the server's zone. */
function printTime(iso: string, { choices, zoneMinutes }: BcsRules): string {
  const local = localTime(Date.parse(iso), zoneMinutes);
  if (choices.times === "Plain") return local.slice(0, 19).replace("T", " ");
  return `${local.replace(/\.?0*$/, "")}${zoneMinutes === 0 ? "Z" : zoneText(zoneMinutes, ":")}`;
}

/** `2017-09-13T19:40:36.000`, as clocks in the zone show it. */
export function localTime(ms: number, zoneMinutes: number): string {
  return new Date(ms + zoneMinutes * 60_000).toISOString().slice(0, -1);
}

/** `+08:00`, with any separator. */
export function zoneText(zoneMinutes: number, separator: string): string {
  const minutes = Math.abs(zoneMinutes);
  const digits = (value: number): string => String(value).padStart(2, "0");
  return `${zoneMinutes < 0 ? "-" : "+"}${digits(Math.floor(minutes / 60))}${separator}${digits(minutes % 60)}`;
}

/** The parameter of a call's path; the routes have it. */
export function pathPart({ params }: Call, name: string): string {
  return params[name] ?? "";
}
