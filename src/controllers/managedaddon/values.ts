// Values of an add-on: whether what the cloud shows holds what is declared, and what to send where it does not. Objects are
// compared and merged member by member; a list and everything else is one value. Pure.

import { isSameNumber } from "../../lib/exact-json.ts";

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/**
 * Whether all that is declared is shown; the cloud may show more, also within the members of a list. A declared null is held by a
 * member that is not there.
 */
export function contains(shown: Json, declared: Json): boolean {
  if (Array.isArray(declared)) return containsList(shown, declared);
  if (isObject(declared)) {
    return isObject(shown) && Object.entries(declared).every(([key, value]) => contains(memberOf(shown, key), value));
  }
  return shown === declared || isSameNumber(shown, declared) || (declared === null && shown === undefined);
}

/** The least members that are declared and not shown so, by their path; a list is one value. */
export function differingValues(shown: JsonObject, declared: JsonObject): readonly DifferingValue[] {
  return Object.entries(declared).flatMap(([key, after]) => {
    const before = memberOf(shown, key);
    if (contains(before, after)) return [];
    if (!isObject(before) || !isObject(after)) return [{ path: [key], before, after }];
    return differingValues(before, after).map(({ path, ...values }) => Object.assign(values, { path: [key, ...path] }));
  });
}

interface DifferingValue {
  readonly path: readonly string[];
  readonly before: Json;
  readonly after: Json;
}

/** What the cloud shows with what is declared put over it: what is not named keeps its value, and so does what is as declared. */
export function overlay(shown: JsonObject, declared: JsonObject): JsonObject {
  const changed = Object.entries(declared).map(([key, value]) => [key, overlaid(memberOf(shown, key), value)]);
  const kept = Object.entries(shown).filter(([key]) => !Object.hasOwn(declared, key));
  return Object.fromEntries([...kept, ...changed]) as JsonObject;
}

function overlaid(shown: Json, declared: Json): Json {
  if (isObject(shown) && isObject(declared)) return overlay(shown, declared);
  return shown !== undefined && contains(shown, declared) ? shown : declared;
}

function containsList(shown: Json, declared: readonly Json[]): boolean {
  if (!Array.isArray(shown) || shown.length !== declared.length) return false;
  return declared.every((value, index) => contains(shown[index], value));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Its own alone: "constructor" is a name like any other. */
function memberOf(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
