// What makes a CEL rule useless or refused: a field that is not there to blame, a comparison that is skipped.
import type { CelRule } from "./enforced.ts";
import type { StructuralSchema } from "./structural.ts";

/** Findings about the rules of this schema and of its direct children; what lies deeper is asked again from there. */
export function lintRules(schema: StructuralSchema): string[] {
  const own = rulesOf(schema).flatMap((rule) => lintRule(rule, schema));
  return [...own, ...skippedComparisons(schema), ...refusedComparisons(schema)];
}

function lintRule({ rule, message, fieldPath }: CelRule, schema: StructuralSchema): string[] {
  return [
    ...(message === "" || message.includes("\n") ? [`the rule ${rule} needs a message of one line`] : []),
    ...(fieldPath === undefined || resolves(schema, fieldPath)
      ? []
      : [`the rule ${rule} blames ${fieldPath}, which is not there`]),
  ];
}

/** A rule on an optional field is not asked when the field is added or removed: the parent's rules have to say what then. */
function skippedComparisons(schema: StructuralSchema): string[] {
  const { properties = {}, required = [] } = schema;
  const isTold = (name: string): boolean => rulesOf(schema).some(({ rule }) => rule.includes(`has(oldSelf.${name})`));
  return Object.entries(properties)
    .filter(([name, child]) => comparesVersions(child) && !required.includes(name) && child.default === undefined)
    .filter(([name]) => !isTold(name))
    .map(
      ([name]) => `${name} is optional: its rule over oldSelf is skipped when it comes or goes; put it on the parent`,
    );
}

/** The API server can pair old and new items only in a list map. */
function refusedComparisons(schema: StructuralSchema): string[] {
  if (schema.items === undefined || schema["x-kubernetes-list-type"] === "map") return [];
  return anyCompares(schema.items) ? ["oldSelf inside a list that is no map"] : [];
}

function anyCompares(schema: StructuralSchema): boolean {
  const { properties = {}, items, additionalProperties } = schema;
  const below = [...Object.values(properties), ...(items ? [items] : []), additionalProperties].filter(isSchema);
  return comparesVersions(schema) || below.some(anyCompares);
}

function isSchema(value: StructuralSchema | boolean | undefined): value is StructuralSchema {
  return typeof value === "object";
}

function comparesVersions(schema: StructuralSchema): boolean {
  return rulesOf(schema).some(({ rule }) => /\boldSelf\b/.test(rule));
}

function rulesOf(schema: StructuralSchema): readonly CelRule[] {
  return schema["x-kubernetes-validations"] ?? [];
}

function resolves(schema: StructuralSchema, fieldPath: string): boolean {
  const [, ...names] = fieldPath.split(".");
  let place: StructuralSchema | undefined = schema;
  for (const name of names) place = place?.properties?.[name];
  return place !== undefined;
}
