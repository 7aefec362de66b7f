// Values made from a structural schema: such that each field fits by itself, and such with one field a little beside it.
import * as fc from "fast-check";
import type { StructuralSchema } from "../../src/schema/structural.ts";

/** Explicit nulls are left out: the API server drops them before it validates, so that no object it returns has one. */
const UNTYPED: readonly unknown[] = ["text", 7, true, [], {}, ["text"], [{}]];
const INTRUDERS: readonly string[] = [" ", "\n", "A", "a", "-", "--", "_", ".", "/", "é", "0", "*", ":", "%"];

/** Keys of maps: some that every rule over keys admits, and some that one or another may refuse. */
const KEYS: readonly string[] = ["app", "Tier_1", "a.b/c", "node.example.com/zone", "7"];
const ODD_KEYS: readonly string[] = [
  ..." |-a|a-|a b|é|/a|a/|a/b/c|A.b/c|a..b/c|yunfan.dev/a|cce.cloud.com/a|yunfan.dev.example/a".split("|"),
  "",
  "a".repeat(63),
  "a".repeat(64),
  `${"a".repeat(189)}/${"b".repeat(63)}`,
  `${"a".repeat(190)}/${"b".repeat(63)}`,
];

/** Chances of an optional field in a hundred. Few, and rules over many fields pass; many, and those over a few are met. */
const SPARSE = 33;
const DENSE = 80;

/** Every field fits by itself; rules over several fields may still refuse the whole. */
export function fitting(schema: StructuralSchema): fc.Arbitrary<unknown> {
  return fc.oneof(fittingWith(schema, SPARSE), focused(schema));
}

/** One optional field at the top, with almost all that it can have below. */
function focused({ properties = {}, required = [] }: StructuralSchema): fc.Arbitrary<unknown> {
  const needed = fittingObject({ properties: pick(properties, required), required }, SPARSE);
  const optional = Object.entries(properties).filter(([name]) => !required.includes(name));
  const members = optional.map(([name, schema]) => fittingWith(schema, DENSE).map((value) => ({ [name]: value })));
  return fc.tuple(needed, fc.oneof(...members)).map(([base, member]) => Object.assign(base, member));
}

function fittingWith(schema: StructuralSchema, chance: number): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "string":
      return fittingString(schema);
    case "integer":
      return fc.integer({ min: schema.minimum!, max: schema.maximum! });
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(fittingWith(schema.items!, chance), { maxLength: Math.min(schema.maxItems!, 3) });
    case "object":
      return fittingObjectOrMap(schema, chance);
    default:
      throw new Error(`no values are known for type ${schema.type}`);
  }
}

/** One fault somewhere below, of which zod and the API server must think alike; some turn out to be none. */
export function almostFitting(schema: StructuralSchema): fc.Arbitrary<unknown> {
  return fc.oneof(fc.constantFrom(...UNTYPED), ...faults(schema));
}

function faults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  if (schema.enum) return [fc.constantFrom(...schema.enum.map((value) => String(value).toLowerCase()), "", "Other")];
  switch (schema.type) {
    case "string":
      return [fc.constantFrom("", "a".repeat(schema.maxLength! + 1), "a".repeat(schema.maxLength!)), intruded(schema)];
    case "integer":
      return [fc.constantFrom(schema.minimum! - 1, schema.maximum! + 1, schema.minimum! + 0.5, String(schema.minimum))];
    case "array":
      return arrayFaults(schema);
    case "object":
      return objectOrMapFaults(schema);
    default:
      return [];
  }
}

function fittingString({ pattern, minLength = 0, maxLength = 0 }: StructuralSchema): fc.Arbitrary<string> {
  if (pattern === undefined) return fc.string({ minLength, maxLength: Math.min(maxLength, 50) });
  return fc.stringMatching(new RegExp(pattern)).filter(({ length }) => length >= minLength && length <= maxLength);
}

function intruded(schema: StructuralSchema): fc.Arbitrary<string> {
  return fc.tuple(fittingString(schema), fc.constantFrom(...INTRUDERS), fc.nat()).map(([text, intruder, place]) => {
    const index = place % (text.length + 1);
    return text.slice(0, index) + intruder + text.slice(index);
  });
}

function fittingObjectOrMap(schema: StructuralSchema, chance: number): fc.Arbitrary<unknown> {
  const isOpen = schema["x-kubernetes-preserve-unknown-fields"];
  if (isOpen) return schema.properties ? openObject(schema, chance) : anything();
  return schema.additionalProperties === undefined ? fittingObject(schema, chance) : fittingMap(schema, chance);
}

/** An object of whatever JSON, as it comes back from the wire: without a negative zero. */
function anything(): fc.Arbitrary<unknown> {
  const whatever = fc.dictionary(fc.constantFrom(...KEYS, ...ODD_KEYS), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
  return whatever.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
}

/** Known members among whatever others. */
function openObject(schema: StructuralSchema, chance: number): fc.Arbitrary<unknown> {
  return fc.tuple(anything(), fittingObject(schema, chance)).map(([others, known]) => Object.assign({}, others, known));
}

function fittingMap(schema: StructuralSchema, chance: number): fc.Arbitrary<Record<string, unknown>> {
  const maxKeys = Math.min(schema.maxProperties!, 3);
  return fc.dictionary(fc.constantFrom(...KEYS), fittingWith(valuesOf(schema), chance), { maxKeys });
}

function valuesOf({ additionalProperties }: StructuralSchema): StructuralSchema {
  return additionalProperties as StructuralSchema;
}

function fittingObject(schema: StructuralSchema, chance: number): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = schema;
  const absent = Symbol("absent");
  const members = Object.entries(properties).map(([name, property]) => {
    const value = fittingWith(property, chance);
    const optional = fc.oneof(
      { weight: 100 - chance, arbitrary: fc.constant(absent) },
      { weight: chance, arbitrary: value },
    );
    const member = required.includes(name) ? value : optional;
    return member.map((chosen) => [name, chosen] as const);
  });
  return fc.tuple(...members).map((chosen) => Object.fromEntries(chosen.filter(([, value]) => value !== absent)));
}

function arrayFaults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  const item = fittingWith(schema.items!, SPARSE);
  const tooMany = item.map((value) => Array.from({ length: schema.maxItems! + 1 }, () => value));
  return [tooMany, item.map((value) => [value, value]), fc.tuple(item, almostFitting(schema.items!))];
}

function objectOrMapFaults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  if (schema["x-kubernetes-preserve-unknown-fields"]) return schema.properties ? openFaults(schema) : [];
  return schema.additionalProperties === undefined ? objectFaults(schema) : mapFaults(schema);
}

/** As those of an object; a member that is not known is none. */
function openFaults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  const { "x-kubernetes-preserve-unknown-fields": _, ...closed } = schema;
  return objectFaults(closed);
}

function mapFaults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  const value = fittingWith(valuesOf(schema), SPARSE);
  const keys = Array.from({ length: schema.maxProperties! + 1 }, (_, index) => `key${index}`);
  return [
    value.map((one) => Object.fromEntries(keys.map((key) => [key, one]))),
    fc.tuple(fc.constantFrom(...ODD_KEYS), value).map(([key, one]) => ({ [key]: one })),
    almostFitting(valuesOf(schema)).map((fault) => ({ app: fault })),
  ];
}

function objectFaults(schema: StructuralSchema): fc.Arbitrary<unknown>[] {
  const { properties = {}, required = [] } = schema;
  const whole = fittingObject(schema, SPARSE);
  const without = required.map((name) => whole.map((value) => withoutMember(value, name)));
  const spoiled = Object.entries(properties).map(([name, property]) =>
    fc.tuple(whole, almostFitting(property)).map(([value, fault]) => withMember(value, name, fault)),
  );
  const withUnknown = whole.map((value) => withMember(value, "unknownField", 1));
  return [...without, withUnknown, ...spoiled, ...spoiled];
}

function withMember(value: Record<string, unknown>, name: string, member: unknown): Record<string, unknown> {
  return { ...value, [name]: member };
}

function pick<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

function withoutMember(value: Record<string, unknown>, name: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}
