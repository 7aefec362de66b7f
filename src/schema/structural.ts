// From a zod schema to the structural OpenAPI v3 schema of a CRD. lint-source.ts names what this would lose.
import * as z from "zod";
import { enforcementOf, type CelRule } from "./enforced.ts";

/** The keywords of JSONSchemaProps that Yunfan uses; others are a finding of lint-structural.ts. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  maxProperties?: number;
  required?: readonly string[];
  properties?: Readonly<Record<string, StructuralSchema>>;
  additionalProperties?: StructuralSchema | boolean;
  items?: StructuralSchema;
  "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  "x-kubernetes-list-map-keys"?: readonly string[];
  "x-kubernetes-preserve-unknown-fields"?: true;
  "x-kubernetes-validations"?: readonly CelRule[];
}

/**
 * Converts what an author may write (`io: "input"`: a field with a default is optional), everything inline.
 * Throws where zod knows no JSON schema; what it would drop silently is for lintSource to find.
 */
export function toStructural(schema: z.ZodType): StructuralSchema {
  const json = z.toJSONSchema(schema, {
    target: "openapi-3.0",
    io: "input",
    reused: "inline",
    cycles: "throw",
    unrepresentable: "throw",
    override: ({ zodSchema, jsonSchema }) => emitEnforcements(zodSchema, jsonSchema as Record<string, unknown>),
  });
  return json as StructuralSchema;
}

function emitEnforcements(zodSchema: z.core.$ZodTypes, json: Record<string, unknown>): void {
  const checks = zodSchema._zod.def.checks ?? [];
  const enforcements = checks.flatMap((check) => enforcementOf(check) ?? []);
  for (const { keywords } of enforcements) Object.assign(json, keywords);
  const rules = enforcements.flatMap(({ rule }) => rule ?? []);
  if (rules.length > 0) json["x-kubernetes-validations"] = rules;
  // What zod says of a record's keys, a structural schema has no word for; of unknown values, nothing is said.
  delete json["propertyNames"];
  if (json["x-kubernetes-preserve-unknown-fields"]) delete json["additionalProperties"];
  // Slashes are escaped in a JavaScript literal only, and kubectl shows the pattern to people.
  if (typeof json["pattern"] === "string") json["pattern"] = json["pattern"].replaceAll(String.raw`\/`, "/");
}
