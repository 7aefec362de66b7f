// The fields of a structural schema as the rows of a table: path, type, default, what the API server checks, description.
import type { CelRule } from "../src/schema/enforced.ts";
import type { StructuralSchema } from "../src/schema/structural.ts";

export interface Field {
  /** From spec or status: `pullSecrets[].name`, `labels.*`. */
  readonly path: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** As JSON; undefined where there is none. */
  readonly default: string | undefined;
  /** Each in words, in Markdown. */
  readonly constraints: readonly string[];
  readonly description: string;
}

/** Fields that a schema has on every kind and that need no rows for what is in them. */
const OPAQUE: ReadonlySet<string> = new Set(["conditions"]);

/** Rules in words, by the field that they blame; "" for the whole. */
type Rules = ReadonlyMap<string, readonly string[]>;

/** Depth first, by name, so that equal schemas give equal tables. Rules with a `fieldPath` show on the field that they blame. */
export function fieldsOf(schema: StructuralSchema): Field[] {
  return below(schema, "", rulesOf(schema));
}

/** What holds for the whole and blames no field. */
export function rulesOfWhole(schema: StructuralSchema): readonly string[] {
  return rulesOf(schema).get("") ?? [];
}

function rulesOf(schema: StructuralSchema): Rules {
  const placed = Map.groupBy(placedRules(schema, ""), ({ path }) => path);
  return new Map([...placed].map(([path, entries]) => [path, entries.map(({ rule }) => wordsOf(rule))]));
}

function below(schema: StructuralSchema, path: string, rules: Rules): Field[] {
  const members = Object.entries(schema.properties ?? {}).sort(([a], [b]) => a.localeCompare(b, "en"));
  return members.flatMap(([name, member]) => {
    const at = path === "" ? name : `${path}.${name}`;
    const field = fieldOf(member, { path: at, isRequired: schema.required?.includes(name) ?? false, rules });
    return OPAQUE.has(at) ? [field] : [field].concat(contents(member, at, rules));
  });
}

/** Of an object its members; of a list or a map those of its values. */
function contents(schema: StructuralSchema, path: string, rules: Rules): Field[] {
  if (schema.items) return below(schema.items, `${path}[]`, rules);
  const values = schema.additionalProperties;
  return typeof values === "object" ? below(values, `${path}.*`, rules) : below(schema, path, rules);
}

interface Placement {
  readonly path: string;
  readonly isRequired: boolean;
  readonly rules: Rules;
}

function fieldOf(schema: StructuralSchema, { path, isRequired, rules }: Placement): Field {
  return {
    path,
    isRequired,
    type: typeOf(schema),
    default: schema.default === undefined ? undefined : JSON.stringify(schema.default),
    constraints: [...constraintsOf(schema), ...(rules.get(path) ?? [])],
    description: schema.description ?? "",
  };
}

function typeOf({ type = "any", items, additionalProperties, ...rest }: StructuralSchema): string {
  if (items) return `list of ${typeOf(items)}`;
  if (typeof additionalProperties === "object") return `map of ${typeOf(additionalProperties)}`;
  return rest["x-kubernetes-preserve-unknown-fields"] ? "any object" : type;
}

function constraintsOf(schema: StructuralSchema): string[] {
  const { items, additionalProperties } = schema;
  const values = items ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
  const ofValues = values?.type === "object" ? [] : (values ? keywordsOf(values) : []).map((text) => `each: ${text}`);
  return [...keywordsOf(schema), ...listOf(schema), ...ofValues];
}

function keywordsOf(schema: StructuralSchema): string[] {
  return [
    ...(schema.enum ? [schema.enum.map((value) => `\`${String(value)}\``).join(", ")] : []),
    ...range(schema.minimum, schema.maximum, ""),
    ...range(schema.minLength, schema.maxLength, " characters"),
    ...range(schema.minItems, schema.maxItems, " entries"),
    ...range(undefined, schema.maxProperties, " members"),
    ...(schema.pattern === undefined ? [] : [`\`${schema.pattern}\``]),
  ];
}

function listOf(schema: StructuralSchema): string[] {
  const keys = schema["x-kubernetes-list-map-keys"];
  if (keys) return [`unique by ${keys.map((key) => `\`${key}\``).join(" and ")}`];
  return schema["x-kubernetes-list-type"] === "set" ? ["no value twice"] : [];
}

/** JavaScript's largest integer is no bound that anybody meant. */
function range(least: number | undefined, most: number | undefined, unit: string): string[] {
  const upper = most === Number.MAX_SAFE_INTEGER ? undefined : most;
  if (least === undefined && upper === undefined) return [];
  if (upper === undefined) return [`${least}${unit} or more`];
  return [least === undefined ? `at most ${upper}${unit}` : `${least} to ${upper}${unit}`];
}

interface PlacedRule {
  readonly path: string;
  readonly rule: CelRule;
}

function placedRules(schema: StructuralSchema, path: string): PlacedRule[] {
  const own = (schema["x-kubernetes-validations"] ?? []).map((rule) => ({ path: blamed(path, rule), rule }));
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    placedRules(member, path === "" ? name : `${path}.${name}`),
  );
  const values = schema.additionalProperties;
  const ofItems = schema.items ? placedRules(schema.items, `${path}[]`) : [];
  return [...own, ...members, ...ofItems, ...(typeof values === "object" ? placedRules(values, `${path}.*`) : [])];
}

/** A rule on the entries of a list shows on the list: they have no row of their own. */
function blamed(path: string, { fieldPath = "" }: CelRule): string {
  return `${path}${fieldPath}`.replace(/^\.|\[\]$/g, "");
}

/** Immutability is a rule about the change, marked as such. */
function wordsOf({ rule, message }: CelRule): string {
  return rule.includes("oldSelf") ? `**on change:** ${message}` : message;
}
