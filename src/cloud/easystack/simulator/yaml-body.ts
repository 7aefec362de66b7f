// The documents of `_raw` (1.16): what a request may carry them in, and in what an answer shows one. The reference prints neither.
import { parseAllDocuments, stringify } from "yaml";
import { messageOf } from "../../../lib/errors.ts";
import type { Answer, Call } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { EcnsRules } from "./state.ts";
import { ok } from "./wire.ts";

/** As the rule wants it: `{"yaml": text}`, the document itself as YAML or JSON, or any of these. Throws 400. */
export function documentsIn(call: Call, { yamlBody }: EcnsRules): unknown[] {
  const text = call.body.toString("utf8");
  const sent = parse(text);
  const field = fieldOf(sent);
  if (field !== undefined && yamlBody !== "Document") return parse(field);
  if (field === undefined && yamlBody !== "Field") return sent;
  const wanted = yamlBody === "Field" ? 'an object with one text, "yaml"' : "the document itself";
  throw new Refusal(400, `the body must be ${wanted}`);
}

function fieldOf(sent: readonly unknown[]): string | undefined {
  const [only] = sent;
  const field = typeof only === "object" && only !== null && "yaml" in only ? only.yaml : undefined;
  return typeof field === "string" ? field : undefined;
}

function parse(text: string): unknown[] {
  try {
    const documents = parseAllDocuments(text);
    const all = Array.isArray(documents) ? documents : [];
    const broken = all.flatMap(({ errors }) => errors)[0];
    if (broken !== undefined) throw broken;
    return all.map((document) => document.toJS() as unknown).filter((document) => document !== null);
  } catch (error) {
    throw new Refusal(400, `the body is no YAML: ${messageOf(error)}`);
  }
}

/** One object, as a text in a member, as a JSON text, as YAML, or as it is. */
export function yamlAnswer({ yamlAnswer: form }: EcnsRules, object: unknown): Answer {
  if (form === "Object") return ok(object);
  const text = yamlText(object);
  if (form === "Field") return ok({ yaml: text });
  if (form === "String") return ok(text);
  return { status: 200, text, headers: { "content-type": "text/plain; charset=utf-8" } };
}

export function yamlText(object: unknown): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
}
