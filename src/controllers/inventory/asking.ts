// A question to an inventory and its answer, row by row: for InventoryQuery and for `yunfan inventory`.
import type {
  AlarmFilter,
  DataPath,
  EventFilter,
  InventoryFacet,
  InventoryQuestion,
  StoredAlarm,
  StoredEvent,
} from "../../cloud/facets/inventory.ts";
import { isStream, type InventoryResourceName } from "../../crds/inventoryquery/resources.ts";
import { withoutSecrets } from "../../lib/redacted.ts";
import { cutTo } from "../../lib/text.ts";

export interface Question {
  readonly clusterId: string;
  readonly environment: InventoryQuestion["environment"];
  readonly resource: InventoryResourceName;
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Of events and alarms. */
  readonly windowSeconds: number;
  /** Members that are wanted, from the row on. */
  readonly paths: readonly string[];
}

export interface AnswerRow {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly row: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly rows: readonly AnswerRow[];
  /** There may be more. */
  readonly isCut: boolean;
}

/** Of events and alarms: 20,000. */
const MOST_PAGES = 40;
const SKEW_MS = 30_000;

/** `nowMs`: by our clock. Resources by namespace and name; events and alarms the newest first. Throws CloudError. */
export async function askInventory(
  facet: InventoryFacet,
  question: Question,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<Answer> {
  const { clusterId, environment, resource, filters } = question;
  if (!isStream(resource)) {
    const fields = question.paths.map(pathOf);
    const { items } = await facet.query({ clusterId, environment, resource, filters, fields }, signal);
    return { rows: items.toSorted((a, b) => compare(placeOf(a), placeOf(b))), isCut: false };
  }
  const ask = (skewMs: number): Promise<Streamed> => {
    const beginSeconds = Math.max(Math.floor((nowMs + skewMs) / 1000) - question.windowSeconds, 1);
    const base = { clusterIds: [clusterId], beginSeconds };
    return resource === "Event" ? eventsOf(facet, filters, base, signal) : alarmsOf(facet, filters, base, signal);
  };
  const first = await ask(0);
  // The first answer tells the store's clock, which alone counts.
  const streamed = Math.abs(first.clockSkewMs) < SKEW_MS ? first : await ask(first.clockSkewMs);
  const newestFirst = streamed.rows.toSorted((a, b) => b.atMs - a.atMs || compare(placeOf(a), placeOf(b)));
  return { rows: newestFirst.map(({ atMs: _at, ...row }) => row), isCut: !streamed.isWhole };
}

/** Its columns by name, as far as the row has them: texts, numbers and truth values, cut to `longest` characters. Pure. */
export function valuesOf(
  { row }: AnswerRow,
  columns: readonly { readonly name: string; readonly path: string }[],
  longest: number,
): Readonly<Record<string, string>> {
  const values = columns.flatMap(({ name, path }) => {
    const value = scalarAt(row, pathOf(path));
    return value === undefined ? [] : [[name, cutTo(plainText(value), longest)] as const];
  });
  return Object.fromEntries(values);
}

interface Streamed {
  readonly rows: readonly (AnswerRow & { readonly atMs: number })[];
  readonly isWhole: boolean;
  readonly clockSkewMs: number;
}

type Base = Pick<EventFilter, "clusterIds" | "beginSeconds">;
type Filters = Question["filters"];

async function eventsOf(facet: InventoryFacet, filters: Filters, base: Base, signal: AbortSignal): Promise<Streamed> {
  const filter: EventFilter = {
    ...base,
    types: filters["type"],
    kinds: filters["kind"],
    levels: filters["level"]?.map((level) => level.toLowerCase()),
    components: filters["component"],
    names: filters["extraInfo.name"],
    namespaces: filters["extraInfo.namespace"],
  };
  const { items, ...listed } = await facet.events.list(filter, { mostPages: MOST_PAGES }, signal);
  // No call of the facet has this filter.
  const wanted = items.filter(({ env }) => filters["env"]?.includes(env) ?? true);
  return { ...listed, rows: wanted.map(rowOfEvent) };
}

async function alarmsOf(facet: InventoryFacet, filters: Filters, base: Base, signal: AbortSignal): Promise<Streamed> {
  const filter: AlarmFilter = {
    ...base,
    types: filters["type"],
    namespaces: filters["namespace"],
    sources: filters["source"],
    modules: filters["module"],
  };
  const { items, ...listed } = await facet.alarms.list(filter, { mostPages: MOST_PAGES }, signal);
  return { ...listed, rows: items.map(rowOfAlarm) };
}

function rowOfEvent({ at, ...event }: StoredEvent): Streamed["rows"][number] {
  const { namespace, name } = event.extraInfo;
  return { namespace: orNone(namespace), name, row: { ...event, eventTime: printed(at) }, atMs: orZero(at.ms) };
}

function rowOfAlarm({ at, ...alarm }: StoredAlarm): Streamed["rows"][number] {
  const { namespace, source: name } = alarm;
  return { namespace: orNone(namespace), name, row: { ...alarm, receivedTime: printed(at) }, atMs: orZero(at.ms) };
}

/** As the store means it: without a zone where it prints none. */
function printed({ ms, zoned }: StoredAlarm["at"]): string {
  if (Number.isNaN(ms)) return "";
  const text = new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  return zoned ? text : text.replace("T", " ").replace("Z", "");
}

function orZero(ms: number): number {
  return Number.isNaN(ms) ? 0 : ms;
}

function orNone(text: string): string | undefined {
  return text === "" ? undefined : text;
}

function placeOf({ namespace, name }: Pick<AnswerRow, "namespace" | "name">): string {
  return `${namespace ?? ""}/${name}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function pathOf(path: string): DataPath {
  return path.split(".");
}

function scalarAt(value: unknown, path: DataPath): string | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) {
    return ["string", "number", "bigint", "boolean"].includes(typeof value) ? String(value) : undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, segment)) {
    return undefined;
  }
  return scalarAt((value as Readonly<Record<string, unknown>>)[segment], rest);
}

/** On one line. */
function plainText(text: string): string {
  return withoutSecrets(text.toWellFormed()).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
