// What z.toJSONSchema would drop without a word, found in the zod schema itself. Everything not known to survive is refused.
import type * as z from "zod";
import { enforcementOf } from "./enforced.ts";

type Source = z.core.$ZodTypes;

/** The checks that arrive in the CRD, by type. */
const SURVIVING_CHECKS: Readonly<Record<string, readonly string[]>> = {
  string: ["min_length", "max_length", "length_equals", "string_format"],
  number: ["number_format", "greater_than", "less_than"],
  array: ["min_length", "max_length"],
  object: [],
  record: [],
  enum: [],
  boolean: [],
};

/** One line per finding, with the path of the field; empty where the CRD will say all that the schema says. */
export function lintSource(schema: z.ZodType, path = "$"): string[] {
  return lint(schema as unknown as Source, path);
}

function lint(schema: Source, path: string): string[] {
  const { def } = schema._zod;
  if (def.type === "optional") return [...lintWrapper(schema, path), ...lint(def.innerType as Source, path)];
  if (def.type === "default" || def.type === "prefault") {
    return [...lintWrapper(schema, path), ...lintDefault(def, path), ...lint(def.innerType as Source, path)];
  }
  const surviving = SURVIVING_CHECKS[def.type];
  if (surviving === undefined) return [`${path}: ${def.type} has no place in a structural schema`];
  return [...lintChecks(schema, surviving, path), ...lintType(schema, path)];
}

/** A check on a wrapper sees the value that is absent, a CEL rule in its place does not. */
function lintWrapper(schema: Source, path: string): string[] {
  const { def } = schema._zod;
  return def.checks?.length ? [`${path}: a check stands on ${def.type}; put it on what is inside`] : [];
}

/** The API server fills the defaults inside a default, as prefault does; default would skip them. */
function lintDefault(def: z.core.$ZodDefaultDef | z.core.$ZodPrefaultDef, path: string): string[] {
  const isObject = (def.innerType as Source)._zod.def.type === "object";
  return isObject && def.type === "default" ? [`${path}: an object takes prefault(), not default()`] : [];
}

function lintChecks(schema: Source, surviving: readonly string[], path: string): string[] {
  return (schema._zod.def.checks ?? []).flatMap((check) => {
    const name = check._zod.def.check;
    if (name === "custom") return enforcementOf(check) ? [] : [`${path}: a refinement without a rule is lost`];
    return surviving.includes(name) ? lintFormat(check, path) : [`${path}: the check ${name} is lost`];
  });
}

function lintFormat(check: z.core.$ZodCheck, path: string): string[] {
  const { check: name, format, pattern } = check._zod.def as Partial<z.core.$ZodCheckStringFormatDef>;
  if (name !== "string_format") return [];
  return [
    ...(format === "regex"
      ? []
      : [`${path}: the API server does not read the format ${format} as zod does: write a pattern`]),
    ...(pattern?.flags ? [`${path}: the flags of /${pattern.source}/${pattern.flags} are lost`] : []),
  ];
}

function lintType(schema: Source, path: string): string[] {
  const { def } = schema._zod;
  switch (def.type) {
    case "string":
      return [...lintCoercion(def, path), ...lintOwnFormat(schema, path)];
    case "number":
      return [...lintCoercion(def, path), ...lintBounds(def, path)];
    case "boolean":
      return lintCoercion(def, path);
    case "array":
      return lint(def.element as Source, `${path}[]`);
    case "object":
      return lintObject(def, path);
    case "record":
      return lintRecord(def, path);
    default:
      return [];
  }
}

function lintCoercion(def: { coerce?: boolean }, path: string): string[] {
  return def.coerce ? [`${path}: coercion is lost`] : [];
}

/** z.int() alone emits the bounds of JavaScript's integers, which bound nothing. */
function lintBounds({ checks = [] }: z.core.$ZodNumberDef, path: string): string[] {
  const names = new Set(checks.map((check) => check._zod.def.check));
  const isBounded = names.has("greater_than") && names.has("less_than");
  return isBounded ? [] : [`${path}: a number without both bounds`];
}

/** z.email() and its kind are schemas that are their own check. */
function lintOwnFormat(schema: Source, path: string): string[] {
  return lintFormat(schema as unknown as z.core.$ZodCheck, path);
}

function lintObject(def: z.core.$ZodObjectDef, path: string): string[] {
  const strictness =
    def.catchall && !keepsAnything(def)
      ? [`${path}: unknown fields are pruned, neither refused nor kept: use z.object()`]
      : [];
  const fields = Object.entries(def.shape).flatMap(([name, field]) => lint(field as Source, `${path}.${name}`));
  return [...strictness, ...fields];
}

function lintRecord(def: z.core.$ZodRecordDef, path: string): string[] {
  const key = (def.keyType as Source)._zod.def;
  const isPlain = key.type === "string" && !key.checks?.length;
  const keys = isPlain ? [] : [`${path}: what is asked of the keys is lost: write a CEL rule`];
  return [...keys, ...(keepsAnything(def) ? [] : lint(def.valueType as Source, `${path}{}`))];
}

function keepsAnything({ checks = [] }: z.core.$ZodRecordDef | z.core.$ZodObjectDef): boolean {
  return checks.some((check) => enforcementOf(check)?.keywords?.["x-kubernetes-preserve-unknown-fields"]);
}
