// What calls select by: `extra`, `field`, paging and times. Paths and equality are MongoDB's.
import { isDeepStrictEqual } from "node:util";
import type { Call } from "../../simulation/cloud.ts";
import type { Bcs, BcsRules } from "./state.ts";
import type { Row } from "./wire.ts";
import { StoreFailure } from "./wire.ts";

export type Condition = (row: Row) => boolean;

/** Whether a list as `extra` means itself, or any of its elements. */
export type ExtraLists = "Equal" | "AnyOf";

/** A dot inside of a key is written full-width (`extra` in 动态数据). */
export function segmentsOf(path: string): string[] {
  return path.split(".").map((segment) => segment.replaceAll("\uff0e", "."));
}

/** All values at a path; a list on the way stands for each of its elements. */
export function valuesAt(value: unknown, segments: readonly string[]): unknown[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [value];
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, segments));
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return [];
  return valuesAt((value as Row)[segment], rest);
}

/** Equality at a path: a list equals what it contains too, and null what is not there. */
function equals(path: string, wanted: unknown): Condition {
  const segments = segmentsOf(path);
  return (row) => {
    const found = valuesAt(row, segments);
    if (found.length === 0) return wanted === null;
    return found.some(
      (value) =>
        isDeepStrictEqual(value, wanted) ||
        (Array.isArray(value) && value.some((element) => isDeepStrictEqual(element, wanted))),
    );
  };
}

export function isAnyOf(path: string, wanted: readonly unknown[]): Condition {
  const conditions = wanted.map((value) => equals(path, value));
  return (row) => conditions.some((condition) => condition(row));
}

export function meets(row: Row, conditions: readonly Condition[]): boolean {
  return conditions.every((condition) => condition(row));
}

/** The conditions of `extra`; none where there is none. Undecodable: a failure or none, as the dialect has it. */
export function extraConditions(call: Call, { rules }: Bcs, lists: ExtraLists): Condition[] {
  const text = call.query.get("extra") ?? "";
  if (text === "" || rules.ignoreExtra) return [];
  const extra = decodeExtra(text);
  if (extra === undefined) return refusedUnless(rules.choices.badExtra === "Ignore", []);
  return Object.entries(extra).map(([path, wanted]) =>
    lists === "AnyOf" && Array.isArray(wanted) ? isAnyOf(path, wanted) : equals(path, wanted),
  );
}

/** Standard base64 with its padding, and nothing else. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeExtra(text: string): Record<string, unknown> | undefined {
  if (!BASE64.test(text)) return undefined;
  try {
    const extra: unknown = JSON.parse(Buffer.from(text, "base64").toString("utf8"));
    return typeof extra === "object" && extra !== null && !Array.isArray(extra) ? { ...extra } : undefined;
  } catch {
    return undefined;
  }
}

function refusedUnless<Value>(isIgnored: boolean, value: Value): Value {
  if (isIgnored) return value;
  throw new StoreFailure("Operation");
}

/** Only what `field` asks for, with `_id`; all where it asks for nothing. */
export function selectFields(row: Row, field: string | null): Row {
  const paths = (field ?? "").split(",").filter((path) => path !== "");
  if (paths.length === 0) return row;
  const selected = paths.map((path) => projected(row, segmentsOf(path)));
  return selected.reduce<Row>((merged, part) => merge(merged, part) as Row, { _id: row["_id"] });
}

function projected(value: unknown, segments: readonly string[]): unknown {
  const [segment, ...rest] = segments;
  if (segment === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => projected(element, segments) ?? {});
  if (typeof value !== "object" || value === null) return undefined;
  if (!Object.hasOwn(value, segment)) return {};
  const inner = projected((value as Row)[segment], rest);
  return inner === undefined ? {} : { [segment]: inner };
}

function merge(left: unknown, right: unknown): unknown {
  if (Array.isArray(left) && Array.isArray(right)) return left.map((element, index) => merge(element, right[index]));
  if (!isObject(left) || !isObject(right)) return right ?? left;
  const merged: Record<string, unknown> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    merged[key] = Object.hasOwn(left, key) ? merge(left[key], value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A page of what matches, by `offset` and the parameter named `limit`; the cap of the dialect where that says nothing. */
export function pageOf<Item>(items: readonly Item[], call: Call, { rules }: Bcs, limit: "limit" | "length"): Item[] {
  const offset = Math.max(wholeNumber(call, "offset", rules) ?? 0, 0);
  const asked = wholeNumber(call, limit, rules) ?? 0;
  const cap = rules.choices.listCap === "None" ? items.length : Number(rules.choices.listCap);
  return items.slice(offset, offset + (asked > 0 ? asked : cap));
}

/** The same for lists without paging in the document. */
export function undocumentedPageOf<Item>(items: readonly Item[], call: Call, bcs: Bcs): Item[] {
  if (bcs.rules.choices.paging === "Honour") return pageOf(items, call, bcs, "limit");
  return pageOf(items, { ...call, query: new URLSearchParams() }, bcs, "limit");
}

/** A whole number of the query; undefined where there is none. No number: a failure or none, as the dialect has it. */
function wholeNumber({ query }: Call, name: string, { choices }: BcsRules): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  return refusedUnless(choices.badNumber === "Ignore", undefined);
}

/** An interval of Unix seconds; a side that is left out is open. */
export interface Interval {
  readonly begin?: number | undefined;
  readonly end?: number | undefined;
}

/** The interval that two parameters of the query name. Zero and less are no bound. */
export function intervalOf(call: Call, begin: string, end: string, { rules }: Bcs): Interval {
  return { begin: bound(wholeNumber(call, begin, rules)), end: bound(wholeNumber(call, end, rules)) };
}

export function bound(seconds: number | null | undefined): number | undefined {
  return typeof seconds === "number" && seconds > 0 ? seconds : undefined;
}

export function isWithin(ms: number, { begin, end }: Interval, { choices }: BcsRules): boolean {
  if (choices.bounds === "Exclusive") {
    return (begin === undefined || ms > begin * 1000) && (end === undefined || ms < end * 1000);
  }
  const seconds = Math.floor(ms / 1000);
  return (begin === undefined || seconds >= begin) && (end === undefined || seconds <= end);
}

/** In the order of a list: as they came, or in none. */
export function inOrder<Item extends { readonly id: string }>(items: readonly Item[], isCreated: boolean): Item[] {
  return isCreated ? [...items] : items.toSorted(({ id: left }, { id: right }) => (left < right ? -1 : 1));
}
