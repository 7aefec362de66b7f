// What the API server would refuse, warn about or evaluate badly, found in a structural schema before it is installed.
// The rules: apiextensions-apiserver pkg/apiserver/schema/validation.go, and Kubernetes' API conventions (kubernetes/community).
import { lintRules } from "./lint-rules.ts";
import type { StructuralSchema } from "./structural.ts";

export interface StructuralLintOptions {
  /** Whether RE2, the API server's engine, takes the pattern. Injected: the check's engine is no part of the product. */
  readonly isRe2: (pattern: string) => boolean;
  /** Names of members of the spec that hold one cloud's words. */
  readonly blocks: readonly string[];
}

/** Where a schema stands. */
interface Place {
  readonly path: string;
  /** Below the items of a list, where a default makes GitOps tools see a difference for ever. */
  readonly inList: boolean;
  /** In the block of one cloud, where words are the cloud's own. */
  readonly inBlock: boolean;
}

/** Not among them: format. Where it stands, the API server takes a list in place of a string, and reads formats its own way. */
const KEYWORDS: ReadonlySet<string> = new Set([
  "additionalProperties",
  "default",
  "description",
  "enum",
  "items",
  "maxItems",
  "maxLength",
  "maxProperties",
  "maximum",
  "minItems",
  "minLength",
  "minimum",
  "pattern",
  "properties",
  "required",
  "type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
]);
const SCALARS: ReadonlySet<string | undefined> = new Set(["string", "integer", "boolean"]);

/** One line per finding; `schema` is that of a whole object, with `spec` and `status` below it. */
export function lintStructural(schema: StructuralSchema, options: StructuralLintOptions): string[] {
  const rootRules = schema["x-kubernetes-validations"]
    ? ["$: a rule on the root keeps an object that became invalid from losing its finalizer: put it on spec"]
    : [];
  return [...rootRules, ...lint(schema, { path: "$", inList: false, inBlock: false }, options)];
}

function lint(schema: StructuralSchema, place: Place, options: StructuralLintOptions): string[] {
  const findings = [...lintKeywords(schema, place), ...lintType(schema, place, options), ...lintRules(schema)];
  return [...findings.map((finding) => `${place.path}: ${finding}`), ...lintChildren(schema, place, options)];
}

function lintKeywords(schema: StructuralSchema, { inList }: Place): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.has(keyword));
  return [
    ...unknown.map((keyword) => `the keyword ${keyword} has no place in a structural schema`),
    ...(schema.description ? [] : ["no description for kubectl explain"]),
    ...(inList && "default" in schema ? ["a default inside a list item"] : []),
  ];
}

function lintType(schema: StructuralSchema, place: Place, options: StructuralLintOptions): string[] {
  switch (schema.type) {
    case "string":
      return [...lintString(schema, options), ...lintWords(schema, place)];
    case "integer":
      return missing(schema, ["minimum", "maximum"]);
    case "array":
      return lintArray(schema);
    case "object":
      return lintObject(schema);
    case "boolean":
      return [];
    case undefined:
      return ["no type"];
    default:
      return [`the type ${schema.type}, which has no exact representation everywhere`];
  }
}

function lintString(schema: StructuralSchema, { isRe2 }: StructuralLintOptions): string[] {
  return [
    ...(schema.enum ? [] : missing(schema, ["maxLength"])),
    ...(schema.pattern === undefined || isRe2(schema.pattern) ? [] : [`RE2 refuses the pattern ${schema.pattern}`]),
  ];
}

function lintWords({ enum: words = [] }: StructuralSchema, { inBlock }: Place): string[] {
  const badWords = inBlock ? [] : words.filter((word) => !/^[A-Z][A-Za-z0-9]*$/.test(String(word)));
  return badWords.map((word) => `the enum value ${String(word)} is not CamelCase`);
}

function lintObject(schema: StructuralSchema): string[] {
  const { properties, additionalProperties, maxProperties } = schema;
  if (schema["x-kubernetes-preserve-unknown-fields"]) return [];
  if (additionalProperties === undefined) return properties ? [] : ["an object without properties"];
  return [
    ...(properties ? ["properties and additionalProperties together"] : []),
    ...(typeof additionalProperties === "boolean" ? ["additionalProperties is no schema"] : []),
    ...(maxProperties === undefined ? ["no maxProperties"] : []),
  ];
}

function lintArray(schema: StructuralSchema): string[] {
  return [
    ...missing(schema, ["maxItems", "x-kubernetes-list-type"]),
    ...(schema.items ? lintItems(schema, schema.items) : ["no items"]),
  ];
}

function lintItems(schema: StructuralSchema, items: StructuralSchema): string[] {
  const listType = schema["x-kubernetes-list-type"];
  if (listType === "set") return SCALARS.has(items.type) ? [] : ["a set of what is no scalar"];
  if (listType !== "map") return [];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return [
    ...(keys.length > 0 ? [] : ["a list map without keys"]),
    ...keys
      .filter((key) => !SCALARS.has(items.properties?.[key]?.type) || !items.required?.includes(key))
      .map((key) => `the list map's key ${key} is not a required scalar`),
  ];
}

function lintChildren(schema: StructuralSchema, place: Place, options: StructuralLintOptions): string[] {
  const { properties = {}, items, additionalProperties } = schema;
  const { path } = place;
  return [
    ...Object.entries(properties).flatMap(([name, child]) => lint(child, memberOf(place, name, options), options)),
    ...(items ? lint(items, { ...place, path: `${path}[]`, inList: true }, options) : []),
    ...(typeof additionalProperties === "object"
      ? lint(additionalProperties, { ...place, path: `${path}{}` }, options)
      : []),
  ];
}

function memberOf({ path, inList, inBlock }: Place, name: string, { blocks }: StructuralLintOptions): Place {
  return { path: `${path}.${name}`, inList, inBlock: inBlock || (path === "$.spec" && blocks.includes(name)) };
}

function missing(schema: StructuralSchema, keywords: readonly (keyof StructuralSchema)[]): string[] {
  return keywords.filter((keyword) => schema[keyword] === undefined).map((keyword) => `no ${keyword}`);
}
