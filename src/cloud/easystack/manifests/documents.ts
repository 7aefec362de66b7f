// Objects on the wire of view, edit and create (1.16), of which the reference prints neither: in what a request carries one, and what
// an answer may show one as. And `failed`: the refusals that come with a 200.
import { parseDocument, type Tags } from "yaml";
import * as z from "zod";
import { parseExactly, stringifyExactly } from "../../../lib/exact-json.ts";
import { CloudError, type RefusalCause } from "../../errors.ts";
import { presentable, redactor } from "../../http/message.ts";
import type { LiveObject, Manifest } from "../../facets/manifests.ts";
import { jsonOrUndefined, unreadable } from "../../kit/json.ts";
import { listOf, text } from "../../kit/wire.ts";
import { isOfNodePort, NAMESPACE_NOT_FOUND, NODE_PORT_TAKEN } from "../../manifests/status-error.ts";

export type YamlBody = "Field" | "Document";

/** JSON is YAML, and in it a text can't be taken for a number, whichever YAML the server reads. */
export function bodyOf(manifest: Manifest, form: YamlBody): unknown {
  return form === "Document" ? manifest : { yaml: stringifyExactly(manifest) };
}

const liveObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
});

const inField = z.object({ yaml: z.string() });

/** YAML, a JSON text of it, a member `yaml`, or the object itself. Throws CloudError Unavailable, which repeats nothing of it. */
export function objectIn(operation: string, body: string): LiveObject {
  const found = liveObject.safeParse(valueIn(body));
  if (!found.success) throw unreadable(operation, `unexpected ${found.error.issues[0]?.path.join(".") ?? ""}`);
  return found.data;
}

/** The same for what need not be an object that is there. */
export function valueIn(body: string): unknown {
  const json = jsonOrUndefined(body);
  if (json === undefined) return yamlIn(body);
  if (typeof json === "string") return yamlIn(json);
  const field = inField.safeParse(json);
  return field.success ? yamlIn(field.data.yaml) : json;
}

/** Undefined where it is none. */
function yamlIn(body: string): unknown {
  const json = jsonOrUndefined(body);
  if (typeof json === "object") return json;
  const document = parseDocument(body, { intAsBigInt: true, customTags: withoutPowers });
  if (document.errors.length > 0) return undefined;
  try {
    // Whole numbers as JSON has them.
    return parseExactly(stringifyExactly(document.toJS({ maxAliasCount: 100 })));
  } catch {
    return undefined;
  }
}

/** PyYAML writes a text such as 1e3 without quotes, because YAML 1.1 wants a dot in a number with a power. */
function withoutPowers(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || !("format" in tag) || tag.format !== "EXP");
}

const outcome = z.object({
  failed: listOf(z.object({ name: text, reason: text })).catch([]),
});

interface Written {
  /** In messages, such as: Create Deployment shop/web. */
  readonly operation: string;
  /** Nothing of a Secret's contents may show: then no word of the reason does. */
  readonly isSecret: boolean;
}

/** Throws CloudError where an entry of `failed` says that nothing was written. */
export function assertWritten(body: string, written: Written): void {
  const said = outcome.safeParse(jsonOrUndefined(body));
  const [refused] = said.success ? said.data.failed : [];
  if (refused !== undefined) throw refusalOf(refused.reason, written);
}

/** Kubernetes' words, which is all that there is of its reasons. */
const MEANINGS: readonly (readonly [words: RegExp, kind: CloudError["kind"]])[] = [
  [/already exists/i, "AlreadyExists"],
  [/object has been modified|precondition failed|uid mismatch/i, "Conflict"],
  [/does not match the namespace/i, "PlaceNotConfirmed"],
  [/being terminated|is terminating/i, "Busy"],
  [/exceeded quota/i, "QuotaExceeded"],
  [/is forbidden/i, "Forbidden"],
  [/not found/i, "NotFound"],
];

function refusalOf(reason: string, { operation, isSecret }: Written): CloudError {
  const kind = MEANINGS.find(([words]) => words.test(reason))?.[1] ?? "Rejected";
  const causes = causesIn(reason);
  const words = isSecret ? causes.map(({ field }) => field).join(", ") : wordsOf(reason, causes);
  return new CloudError(kind, {
    message: [`${operation} was refused`, presentable(words, redactor([]))].filter((part) => part !== "").join(": "),
    codes: [codeOf(reason)],
    causes: isSecret ? causes.map(({ field }) => ({ field, message: "" })) : causes,
    advice: "",
  });
}

function codeOf(reason: string): string {
  if (/^namespaces? ".*" not found/i.test(reason.trim())) return NAMESPACE_NOT_FOUND;
  return isOfNodePort(reason) ? NODE_PORT_TAKEN : "failed";
}

const CAUSE =
  /([A-Za-z][\w./-]*(?:\[[^\]]*\][\w./-]*)*): (Invalid value|Required value|Forbidden|Unsupported value|Duplicate value|Not found|Too long|Too many)(?:: )?/g;

/** As an API server writes what it found to be wrong (field.Error of apimachinery): field, kind, value, detail. */
function causesIn(reason: string): readonly RefusalCause[] {
  const found = [...reason.matchAll(CAUSE)];
  return found.map((match, at) => {
    const [whole, field = "", sort = ""] = match;
    const detail = reason.slice(match.index + whole.length, found[at + 1]?.index ?? reason.length);
    const said = detail.replace(/[\],\s]+$/, "");
    return { field, message: presentable(shownDetail(sort, said), redactor([])) };
  });
}

/** Without the value, which stands before the detail where there is one. */
function shownDetail(sort: string, detail: string): string {
  if (sort === "Unsupported value") return /supported values: .*$/s.exec(detail)?.[0] ?? sort;
  if (sort === "Duplicate value" || sort === "Not found") return sort;
  if (sort !== "Invalid value") return detail === "" ? sort : detail;
  return detail.replace(/^(?:"(?:[^"\\]|\\.)*"|.*?\}|[^\s:]*): /s, "");
}

/** An API server repeats values, whole pod templates among them: where it names fields, these and what is wrong with them. */
function wordsOf(reason: string, causes: readonly RefusalCause[]): string {
  if (causes.length === 0) return reason;
  return causes.map(({ field, message }) => `${field}: ${message}`).join("; ");
}
