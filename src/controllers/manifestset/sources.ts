// Objects out of texts, as kubectl reads them: YAML 1.1 or JSON, any number of documents, lists taken apart. No message repeats what
// a text says: it may hold secrets.
import { parseAllDocuments, type Document, type Tags } from "yaml";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Said } from "../external/kind.ts";
import { isObject } from "./shapes.ts";

/** A text of a ConfigMap or Secret. */
export interface SourceText {
  /** For messages, with the source and its key. */
  readonly origin: string;
  readonly text: string;
}

/** What may be an object. */
export interface RawObject {
  readonly origin: string;
  readonly value: unknown;
  /** Of spec.manifests, where everybody reads it. */
  readonly isInline: boolean;
}

export interface Parsed {
  readonly objects: readonly RawObject[];
  readonly faults: readonly Said[];
}

/** Aliases may make much out of little. */
const MOST_ALIASES = 1_000;
/** kubectl's parser knows YAML 1.1 less these. */
const NOT_KNOWN = /:(?:timestamp|binary|omap|pairs|set)$/;

export function parseSource({ origin, text }: SourceText): Parsed {
  const documents = parseAllDocuments(text, { version: "1.1", intAsBigInt: true, customTags: known });
  const list: readonly Document.Parsed[] = Array.isArray(documents) ? documents : [];
  const parsed = list.map((document, index) =>
    parseDocument(document, list.length > 1 ? `${origin}, document ${index + 1}` : origin),
  );
  return { objects: parsed.flatMap(({ objects }) => objects), faults: parsed.flatMap(({ faults }) => faults) };
}

function known(tags: Tags): Tags {
  return tags.filter(
    (tag) => typeof tag === "string" || !(NOT_KNOWN.test(tag.tag) || ("format" in tag && tag.format === "TIME")),
  );
}

function parseDocument(document: Document.Parsed, origin: string): Parsed {
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const line = problem.linePos?.[0].line;
    return fault(`${origin}${line === undefined ? "" : `, line ${line}`}: not YAML (${problem.code})`);
  }
  try {
    return {
      objects: apart(plain(document.toJS({ maxAliasCount: MOST_ALIASES })), { origin, isInline: false }),
      faults: [],
    };
  } catch {
    return fault(`${origin}: not YAML (aliases that lead nowhere, or too far)`);
  }
}

function fault(message: string): Parsed {
  return { objects: [], faults: [{ reason: Reason.ManifestInvalid, message }] };
}

/** An empty document is none. A List is its items. */
function apart(value: unknown, from: Omit<RawObject, "value">): readonly RawObject[] {
  if (value === null || value === undefined) return [];
  if (isObject(value) && value["apiVersion"] === "v1" && value["kind"] === "List" && Array.isArray(value["items"])) {
    const items: readonly unknown[] = value["items"];
    return items.flatMap((item, index) => apart(item, { ...from, origin: `${from.origin}, item ${index + 1}` }));
  }
  return [{ ...from, value }];
}

/** Whole numbers are doubles where those hold them. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return isSafe(value) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function isSafe(value: bigint): boolean {
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER;
}

/** spec.manifests, as the API server keeps them. */
export function inlineObjects(manifests: readonly unknown[]): readonly RawObject[] {
  return manifests.flatMap((value, index) => apart(value, { origin: `spec.manifests[${index}]`, isInline: true }));
}

const MANIFEST_KEY = /\.(?:ya?ml|json)$/;

/** The key that is named, or all that hold manifests, in their order. */
export function textsIn(
  { kind, name, key }: { readonly kind: string; readonly name: string; readonly key?: string | undefined },
  data: Readonly<Record<string, string>>,
): readonly SourceText[] {
  const keys = Object.keys(data)
    .filter((each) => (key === undefined ? MANIFEST_KEY.test(each) : each === key))
    .toSorted();
  return keys.map((each) => ({ origin: `${kind} ${name}, key ${each}`, text: data[each] ?? "" }));
}
