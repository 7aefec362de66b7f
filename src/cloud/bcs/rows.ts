// Rows as the store prints them: paths in them, conditions on them, and times, which older servers print without a zone.
import * as z from "zod";
import type { DataPath, StoredAlarm, Where } from "../facets/inventory.ts";
import { text } from "../kit/wire.ts";
import type { QueryItem } from "../kit/uri.ts";

export type Row = Readonly<Record<string, unknown>>;

/** A dot within a key is written so in paths of `extra` and `field` (API document, parameter `extra`). */
const DOT_IN_KEY = "\uff0e";

function pathText(path: DataPath): string {
  return path.map((segment) => segment.replaceAll(".", DOT_IN_KEY)).join(".");
}

/** `extra`: conditions as base64 of JSON. Nothing where there are none: an empty one is not decodable everywhere. */
export function extraQuery(where: readonly Where[] = []): readonly QueryItem[] {
  if (where.length === 0) return [];
  const conditions = Object.fromEntries(where.map(({ path, value }) => [pathText(path), value]));
  return [["extra", Buffer.from(JSON.stringify(conditions)).toString("base64")]];
}

/** `field`: the members that are wanted. Nothing where all are. */
export function fieldQuery(fields: readonly DataPath[] = []): readonly QueryItem[] {
  return fields.length === 0 ? [] : [["field", [...new Set(fields.map(pathText))].join(",")]];
}

/** What stands at a path; a list on the way stands for its elements, as it does for the store's database. */
export function valuesAt(value: unknown, path: DataPath): readonly unknown[] {
  const [segment, ...rest] = path;
  if (segment === undefined) return Array.isArray(value) ? [value, ...value] : [value];
  if (Array.isArray(value)) return value.flatMap((element) => valuesAt(element, path));
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return [];
  return valuesAt((value as Row)[segment], rest);
}

/** Servers may know no `extra`, or ignore one that they can't read: what comes back is judged here again. */
export function meets(row: Row, where: readonly Where[] = []): boolean {
  return where.every(({ path, value }) => valuesAt(row, path).includes(value));
}

const ZONELESS = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)$/;

/** `2017-09-26 16:59:39` in the server's zone, which nobody tells, or RFC 3339 (docs/clouds/bcs.md, `times`). */
export function printedTime(printed: string): StoredAlarm["at"] {
  const zoneless = ZONELESS.exec(printed);
  if (zoneless) return { ms: Date.parse(`${zoneless[1]}T${zoneless[2]}Z`), zoned: false };
  return { ms: Date.parse(printed), zoned: true };
}

/** East and west of Greenwich; what a printed time without a zone may be off by. */
export const WIDEST_ZONE_MS = 14 * 3_600_000;

/** Members that every row may have. */
export const rowKey = z.looseObject({ clusterId: text, namespace: z.string().optional().catch(undefined) });
