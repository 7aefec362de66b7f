import { RE2JS } from "re2js";
import { expect, it } from "vitest";
import { lintStructural } from "./lint-structural.ts";
import type { StructuralSchema } from "./structural.ts";

const description = "What it is.";
const text: StructuralSchema = { type: "string", maxLength: 9, description };
const count: StructuralSchema = { type: "integer", minimum: 0, maximum: 9, description };
const item: StructuralSchema = { type: "object", properties: { name: text, count }, required: ["name"], description };
const list: StructuralSchema = {
  type: "array",
  items: text,
  maxItems: 3,
  "x-kubernetes-list-type": "set",
  description,
};
const listMap: StructuralSchema = {
  ...list,
  items: item,
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
};
const anything: StructuralSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true, description };
const map: StructuralSchema = { type: "object", additionalProperties: text, maxProperties: 3, description };

it("Takes a schema that says all it should", () => {
  const choice: StructuralSchema = { type: "string", enum: ["One", "Two"], default: "One", description };
  const some: StructuralSchema = { ...anything, properties: { text } };
  expect(lint({ text: { ...text, pattern: "^[a-z]+$" }, count, list, listMap, map, anything, some, choice })).toEqual(
    [],
  );
});

it.each<[title: string, field: StructuralSchema, finding: string]>([
  ["a string without a bound", { type: "string", description }, "no maxLength"],
  ["an integer without bounds", { type: "integer", description }, "no minimum"],
  ["a float", { type: "number", minimum: 0, maximum: 1, description }, "the type number"],
  ["no type", { description }, "no type"],
  ["no description", { type: "boolean" }, "no description"],
  ["a pattern that is not RE2", { ...text, pattern: "^(?!a)b" }, "RE2 refuses the pattern"],
  ["an enum value that is not CamelCase", { type: "string", enum: ["one-two"], description }, "the enum value one-two"],
  ["a format", { ...text, format: "date-time" } as StructuralSchema, "the keyword format"],
  ["a junctor", { ...text, anyOf: [] } as StructuralSchema, "the keyword anyOf"],
  ["nullable", { ...text, nullable: true } as StructuralSchema, "the keyword nullable"],
  ["an object of nothing", { type: "object", description }, "an object without properties"],
  ["a map without a bound", without(map, "maxProperties"), "no maxProperties"],
  ["a map of anything", { ...map, additionalProperties: true }, "additionalProperties is no schema"],
  ["a map that is an object too", { ...map, properties: { text } }, "properties and additionalProperties together"],
  ["a list without a bound", without(list, "maxItems"), "no maxItems"],
  ["a list without a type", without(list, "x-kubernetes-list-type"), "no x-kubernetes-list-type"],
  ["a list of nothing", without(list, "items"), "no items"],
  ["a set of objects", { ...list, items: item }, "a set of what is no scalar"],
  ["a list map without keys", without(listMap, "x-kubernetes-list-map-keys"), "a list map without keys"],
  ["an optional key", { ...listMap, "x-kubernetes-list-map-keys": ["count"] }, "count is not a required scalar"],
  ["a default inside a list item", { ...list, items: { ...text, default: "a" } }, "a default inside a list item"],
  ["a rule that blames what is not there", withRule(item, { fieldPath: ".size" }), "blames .size, which is not there"],
  ["a rule without a message", withRule(item, { message: "" }), "needs a message of one line"],
  [
    "a comparison on an optional field",
    withRule(text, { rule: "self == oldSelf" }),
    "is skipped when it comes or goes",
  ],
  [
    "a comparison in a list without keys",
    { ...list, items: withRule(text, { rule: "self == oldSelf" }) },
    "a list that is no map",
  ],
])("Finds %s", (_title, field, finding) => {
  expect(lint({ field }).join("\n")).toContain(finding);
});

it("Takes a cloud's own words in its own block alone", () => {
  const mode: StructuralSchema = { type: "string", enum: ["vpc-router"], description };
  const member = (name: string): StructuralSchema => ({ type: "object", properties: { [name]: mode }, description });
  const block = { type: "object", properties: { deep: member("mode") }, description };
  const inSpec = (name: string): string[] =>
    lint({ spec: { type: "object", properties: { [name]: block }, description } });
  expect(inSpec("huawei")).toEqual([]);
  expect(inSpec("network")).toEqual(["$.spec.network.deep.mode: the enum value vpc-router is not CamelCase"]);
  expect(lint({ status: member("huawei") })).toEqual(["$.status.huawei: the enum value vpc-router is not CamelCase"]);
});

it("Takes a comparison where the API server can make it", () => {
  const required = withRule(text, { rule: "self == oldSelf" });
  const defaulted = { ...required, default: "a" };
  const paired = { ...listMap, items: { ...item, properties: { name: required, count } } };
  expect(lint({ required, defaulted, paired }, ["required"])).toEqual([]);
});

it("Finds a rule on the root, where it would hold finalizers", () => {
  expect(lintStructural(withRule(item, {}), { isRe2, blocks: ["huawei"] })).toEqual([
    expect.stringMatching(/^\$: a rule on the root/),
  ]);
});

function lint(properties: Record<string, StructuralSchema>, required: string[] = []): string[] {
  return lintStructural({ type: "object", properties, required, description }, { isRe2, blocks: ["huawei"] });
}

function withRule(
  schema: StructuralSchema,
  rule: { rule?: string; message?: string; fieldPath?: string },
): StructuralSchema {
  return { ...schema, "x-kubernetes-validations": [{ rule: "true", message: "So it is", ...rule }] };
}

function without(schema: StructuralSchema, keyword: keyof StructuralSchema): StructuralSchema {
  const { [keyword]: _, ...rest } = schema;
  return rest;
}

function isRe2(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}
