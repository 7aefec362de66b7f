import { expect, it } from "vitest";
import * as z from "zod";
import { withRule, withTransitionRule } from "./enforced.ts";
import { anyObject, integer, listMapOf, listOf, mapOf, setOf } from "./fields.ts";
import { toStructural } from "./structural.ts";

const text = z.string().max(9);

it("Fields with a default are optional and carry it; nested defaults stay where they are", () => {
  const nested = z.object({ mode: z.enum(["One", "Two"]).default("One") }).prefault({});
  expect(toStructural(z.object({ text, count: integer({ min: 0, max: 9 }).default(3), nested }))).toEqual({
    type: "object",
    required: ["text"],
    properties: {
      text: { type: "string", maxLength: 9 },
      count: { type: "integer", minimum: 0, maximum: 9, default: 3 },
      nested: {
        type: "object",
        default: {},
        properties: { mode: { type: "string", enum: ["One", "Two"], default: "One" } },
      },
    },
  });
});

it("Lists carry their type and keys, which zod enforces too", () => {
  const schema = z.object({
    names: setOf(text, { max: 2 }),
    ports: listMapOf(z.object({ name: text, port: text }), { keys: ["name", "port"], max: 2 }),
  });
  expect(toStructural(schema).properties).toMatchObject({
    names: { type: "array", maxItems: 2, "x-kubernetes-list-type": "set" },
    ports: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"] },
  });
  expect(schema.safeParse({ names: ["a", "a"], ports: [] }).success).toBe(false);
  expect(
    schema.safeParse({
      names: [],
      ports: [
        { name: "a", port: "b" },
        { name: "a", port: "b" },
      ],
    }).success,
  ).toBe(false);
  expect(
    schema.safeParse({
      names: ["a"],
      ports: [
        { name: "a", port: "b" },
        { name: "a", port: "c" },
      ],
    }).success,
  ).toBe(true);
});

it("Maps carry their bound, which zod enforces too, and say nothing of their keys", () => {
  const schema = mapOf(text, { max: 1 });
  expect(toStructural(schema)).toEqual({
    type: "object",
    maxProperties: 1,
    additionalProperties: { type: "string", maxLength: 9 },
  });
  expect(schema.safeParse({ a: "x" }).success).toBe(true);
  expect(schema.safeParse({ a: "x", b: "y" }).success).toBe(false);
});

it("An object of anything keeps what it holds", () => {
  expect(toStructural(anyObject())).toEqual({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
  const value = { a: [1, { b: null }], c: "x" };
  expect(anyObject().parse(value)).toEqual(value);
});

it("A list that is one value takes the same item twice", () => {
  const schema = listOf(text, { max: 2 });
  expect(toStructural(schema)).toMatchObject({ maxItems: 2, "x-kubernetes-list-type": "atomic" });
  expect(schema.safeParse(["a", "a"]).success).toBe(true);
  expect(schema.safeParse(["a", "a", "a"]).success).toBe(false);
});

it("Rules arrive in their order, also below optional() and describe(), and zod blames the same field", () => {
  const cel = { rule: "self.a != self.b", message: "a and b must differ", fieldPath: ".b" };
  const comparison = { rule: "self == oldSelf", message: "it is immutable" };
  const inner = withTransitionRule(
    withRule(z.object({ a: text, b: text }), cel, ({ a, b }) => a !== b),
    comparison,
  );
  const schema = z.object({ pair: inner.describe("Two.").optional() });
  expect(toStructural(schema).properties!["pair"]).toMatchObject({
    description: "Two.",
    "x-kubernetes-validations": [cel, comparison],
  });
  const { error } = schema.safeParse({ pair: { a: "x", b: "x" } });
  expect(error?.issues).toMatchObject([{ path: ["pair", "b"], message: cel.message }]);
});

it("Patterns are shown without the slashes' escapes of a JavaScript literal", () => {
  expect(toStructural(z.string().regex(/^https?:\/\/[^/]+$/)).pattern).toBe("^https?://[^/]+$");
});

it("Throws at what has no representation", () => {
  expect(() => toStructural(z.date())).toThrow("cannot be represented");
});
