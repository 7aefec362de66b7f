import { expect, it } from "vitest";
import * as z from "zod";
import { withRule } from "./enforced.ts";
import { anyObject, integer, listMapOf, listOf, mapOf, setOf } from "./fields.ts";
import { lintSource } from "./lint-source.ts";

const name = z
  .string()
  .max(63)
  .regex(/^[a-z]+$/);

it("Takes everything that a structural schema can say", () => {
  const schema = withRule(
    z.object({
      name,
      mode: z.enum(["One", "Two"]).default("One"),
      count: integer({ min: 0, max: 9 }).optional(),
      enabled: z.boolean().default(false),
      names: setOf(name, { max: 8 }).optional(),
      ports: listMapOf(z.object({ name }), { keys: ["name"], max: 8 }).optional(),
      labels: mapOf(z.string().max(63), { max: 8 }).optional(),
      values: anyObject().optional(),
      steps: listOf(name, { max: 8 }).optional(),
      nested: z.object({ mode: z.enum(["One"]).default("One") }).prefault({}),
    }),
    { rule: "self.enabled || self.mode == 'One'", message: "Two needs enabled" },
    ({ enabled, mode }) => enabled || mode === "One",
  );
  expect(lintSource(schema)).toEqual([]);
});

it.each<[title: string, field: z.ZodType, finding: string]>([
  ["a refinement without a rule", name.refine((text) => text !== "x"), "a refinement without a rule is lost"],
  ["a superRefine", name.superRefine(() => undefined), "a refinement without a rule is lost"],
  ["a union", z.union([name, z.int()]), "union has no place"],
  ["a discriminated union", z.discriminatedUnion("a", [z.object({ a: z.literal("B") })]), "union has no place"],
  ["an intersection", z.intersection(z.object({ a: name }), z.object({ b: name })), "intersection has no place"],
  ["any", z.any(), "any has no place"],
  ["what is unknown", z.unknown(), "unknown has no place"],
  ["a null", z.nullable(name), "nullable has no place"],
  ["a transformation", name.transform((text) => text.length), "pipe has no place"],
  ["a catch", name.catch("x"), "catch has no place"],
  ["a read-only type", name.readonly(), "readonly has no place"],
  ["a recursion", z.lazy(() => name), "lazy has no place"],
  ["a tuple", z.tuple([name]), "tuple has no place"],
  ["trimming", name.trim(), "the check overwrite is lost"],
  ["coercion", z.coerce.boolean(), "coercion is lost"],
  ["the flag of a pattern", z.string().regex(/^a$/i), "the flags of /^a$/i are lost"],
  ["a format as a type", z.email(), "the API server does not read the format email as zod does"],
  ["a time, which the API server reads in its own way", z.iso.datetime(), "the format datetime"],
  ["a prefix", z.string().startsWith("a"), "the format starts_with"],
  ["a number without bounds", z.int(), "a number without both bounds"],
  ["a number without an upper bound", z.int().min(0), "a number without both bounds"],
  ["a divisor", z.int().min(0).max(9).multipleOf(3), "the check multiple_of is lost"],
  ["a strict object", z.strictObject({ name }), "unknown fields are pruned"],
  ["a loose object", z.looseObject({ name }), "unknown fields are pruned"],
  ["a pattern for keys", z.record(name, name), "what is asked of the keys is lost"],
  ["keys of an enum", z.record(z.enum(["A"]), name), "what is asked of the keys is lost"],
  [
    "a default that skips inner ones",
    z.object({ mode: z.enum(["A"]).default("A") }).default({ mode: "A" }),
    "takes prefault()",
  ],
  ["a check on what may be absent", name.optional().refine(() => true), "a check stands on optional"],
])("Finds what would be lost: %s", (_title, field, finding) => {
  expect(lintSource(z.object({ field }))).toEqual([expect.stringMatching(/^\$\.field: /)]);
  expect(lintSource(z.object({ field })).join("\n")).toContain(finding);
});

it("Names the place, however deep it is", () => {
  const schema = z.object({ list: z.array(z.object({ map: z.record(z.string(), z.any()) })).max(3) });
  expect(lintSource(schema)).toEqual(["$.list[].map{}: any has no place in a structural schema"]);
});

it("Finds a map of what is unknown that does not say that it keeps it", () => {
  const schema = z.object({ values: z.record(z.string(), z.unknown()) });
  expect(lintSource(schema)).toEqual(["$.values{}: unknown has no place in a structural schema"]);
});
