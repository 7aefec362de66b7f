// The field types that Kubernetes has and zod has not: bounded integers, texts, sets, and lists with keys.
import * as z from "zod";
import { lengthOf } from "../lib/text.ts";
import { withKeywords } from "./enforced.ts";

/** An integer between both bounds, inclusive. */
export function integer({ min, max }: { min: number; max: number }): z.ZodInt {
  return z.int().min(min).max(max);
}

/** A text of at most that many characters, as the API server counts them; where a pattern admits ASCII alone, z.string().max() does. */
export function text({ min = 0, max }: { min?: number; max: number }): z.ZodString {
  const base = min === 0 ? z.string() : z.string().min(min);
  return withKeywords(base, { maxLength: max }, (value) => lengthOf(value) <= max);
}

/** A list that is one value: its order means something, and one applier owns it whole. */
export function listOf<T extends z.ZodType>(item: T, { max }: { max: number }): z.ZodArray<T> {
  return withKeywords(z.array(item).max(max), { "x-kubernetes-list-type": "atomic" }, () => true);
}

/** A list in which no value stands twice; two appliers may each own some of its values. */
export function setOf<T extends z.ZodType<string>>(item: T, { max }: { max: number }): z.ZodArray<T> {
  return withKeywords(z.array(item).max(max), { "x-kubernetes-list-type": "set" }, (values) => allDiffer(values));
}

/** A list of objects in which no two have the same values under `keys`; two appliers may each own some of them. */
export function listMapOf<T extends z.ZodObject>(
  item: T,
  { keys, max }: { keys: readonly (keyof z.output<T> & string)[]; max: number },
): z.ZodArray<T> {
  const keywords = { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys };
  return withKeywords(z.array(item).max(max), keywords, (values) =>
    allDiffer(values.map((value) => JSON.stringify(keys.map((key) => value[key])))),
  );
}

/** An object of whatever members: what somebody else defines and Yunfan only passes on. */
export function anyObject(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return withKeywords(z.record(z.string(), z.unknown()), { "x-kubernetes-preserve-unknown-fields": true }, () => true);
}

/** An object of which these members are known, among whatever others. */
export function openObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$loose> {
  return withKeywords(z.looseObject(shape), { "x-kubernetes-preserve-unknown-fields": true }, () => true);
}

/** Values under keys. What a key may be, a rule has to say: a structural schema can't. */
export function mapOf<T extends z.ZodType>(value: T, { max }: { max: number }): z.ZodRecord<z.ZodString, T> {
  return withKeywords(
    z.record(z.string(), value),
    { maxProperties: max },
    (values) => Object.keys(values).length <= max,
  );
}

function allDiffer(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
