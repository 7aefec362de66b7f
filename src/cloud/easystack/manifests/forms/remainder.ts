// What no form carries, and follows as YAML (pure): labels and annotations, of an object and of its templates, and contents that a cloud which
// merges has left over or written in words of its own.
import { isDeepStrictEqual } from "node:util";
import type { LiveObject, Manifest } from "../../../facets/manifests.ts";

type Members = Readonly<Record<string, unknown>>;

const METADATA: readonly (readonly string[])[] = [
  ["metadata"],
  ["spec", "template", "metadata"],
  ["spec", "jobTemplate", "metadata"],
  ["spec", "jobTemplate", "spec", "template", "metadata"],
];

const WORDS = ["labels", "annotations"] as const;
const CONTENTS: ReadonlySet<string> = new Set(["ConfigMap", "Secret"]);

/** The object as it is to be; undefined where nothing is left to do. `patch`: the declared manifest where it was just made. */
export function remainderOf(live: LiveObject, wanted: Manifest, patch: Members): LiveObject | undefined {
  const edited = structuredClone(live) as LiveObject & Record<string, unknown>;
  for (const path of METADATA) {
    const asked = at(patch, path);
    for (const word of WORDS) if (isMembers(asked[word])) amend(edited, [...path, word], asked[word]);
  }
  if (CONTENTS.has(live.kind)) {
    if (wanted["data"] === undefined) delete edited["data"];
    else edited["data"] = wanted["data"];
  }
  return isDeepStrictEqual(edited, live) ? undefined : edited;
}

function amend(root: Record<string, unknown>, path: readonly string[], texts: Members): void {
  let holder = root;
  for (const name of path) {
    const below = holder[name];
    const next: Record<string, unknown> = isMembers(below) ? { ...below } : {};
    holder[name] = next;
    holder = next;
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text === null) delete holder[name];
    else holder[name] = text;
  }
}

function at(value: unknown, path: readonly string[]): Members {
  const found = path.reduce<unknown>((holder, name) => (isMembers(holder) ? holder[name] : undefined), value);
  return isMembers(found) ? found : {};
}

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
