// Whether two values mean the same to an API server, however they are written.
import { isDeepStrictEqual } from "node:util";
import { isSameNumber } from "../../lib/exact-json.ts";
import { isSameQuantity } from "../../lib/quantity.ts";
import type { Shape } from "./shapes.ts";

/** What an API server may leave out when it writes an object. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** As one value: lists item by item in their order, objects member by member. */
export function isSame(a: unknown, b: unknown, shape: Shape): boolean {
  if (isSameNumber(a, b) || isDeepStrictEqual(a, b)) return true;
  if (shape.as === "Quantity") return isSameQuantity(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => isSame(read(a, name), read(b, name), {}));
}

function read(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
