// What can be said of objects before any target is asked: that they are objects, whose names can be, and that no contents of a Secret
// stand where everybody reads them. What a target keeps for itself is left out.
import type { Manifest, ManifestMeta } from "../../cloud/facets/manifests.ts";
import { MARKS } from "../../cloud/manifests/marks.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Said } from "../external/kind.ts";
import { groupOf, holdsData, isSecret, OBJECT_ANNOTATIONS } from "./objects.ts";
import { isObject, type JsonObject } from "./shapes.ts";
import type { RawObject } from "./sources.ts";

/** An object that can be sent somewhere. */
export interface SourceObject {
  readonly origin: string;
  readonly manifest: Manifest;
}

export interface Validated {
  readonly objects: readonly SourceObject[];
  readonly faults: readonly Said[];
}

export function validated(raw: readonly RawObject[]): Validated {
  const checked = raw.map((object) => {
    const problems = problemsOf(object);
    return problems.length > 0
      ? { problems }
      : { problems, object: { origin: object.origin, manifest: normalised(object.value) } };
  });
  return {
    objects: checked.flatMap(({ object }) => object ?? []),
    faults: checked.flatMap(({ problems }) => problems),
  };
}

const VERSION = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[a-z0-9]+$/;
const KIND = /^[A-Za-z][A-Za-z0-9]{0,62}$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function problemsOf({ origin, value, isInline }: RawObject): readonly Said[] {
  const invalid = (what: string): Said => ({ reason: Reason.ManifestInvalid, message: `${origin}: ${what}` });
  if (!isObject(value)) return [invalid("it is no object")];
  const { apiVersion, kind, metadata } = value;
  const problems = [
    ...unless(isText(apiVersion, VERSION), "apiVersion is missing, or is none"),
    ...unless(isText(kind, KIND), "kind is missing, or is none"),
    ...(isObject(metadata) ? metadataProblems(metadata) : ["metadata is missing"]),
  ];
  if (!isObject(metadata) || !isText(apiVersion, VERSION) || !isText(kind, KIND)) return problems.map(invalid);
  const type = { group: groupOf(apiVersion), kind };
  const marks = markProblems(type, metadata);
  const contents = isSecret(type) ? secretProblems(value) : [];
  const isExposed = isInline && isSecret(type) && holdsContents(value);
  return [...[...problems, ...marks, ...contents].map(invalid), ...(isExposed ? [exposed(origin)] : [])];
}

function unless(holds: boolean, problem: string): readonly string[] {
  return holds ? [] : [problem];
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && value.length <= 317 && pattern.test(value);
}

function metadataProblems({
  name,
  namespace = null,
  labels,
  annotations,
  generateName,
}: JsonObject): readonly string[] {
  return [
    ...unless(isPathSegment(name), "metadata.name is missing, or can't be a name"),
    ...unless(generateName === undefined, "metadata.generateName: an object needs a name of its own"),
    ...unless(namespace === null || isText(namespace, NAMESPACE), "metadata.namespace can't be a namespace"),
    ...textsProblems("labels", labels),
    ...textsProblems("annotations", annotations),
  ];
}

function isPathSegment(value: unknown): boolean {
  return isText(value, /^[^/%]{1,253}$/) && value !== "." && value !== "..";
}

function textsProblems(field: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return [`metadata.${field} is no map`];
  const wrong = Object.entries(value).filter(([, text]) => typeof text !== "string" && text !== null);
  return wrong.map(([name]) => `metadata.${field}.${name} is no text: put it in quotes`);
}

/** What is ours to say, and what a person says to us. */
function markProblems(type: { group: string; kind: string }, { labels, annotations }: JsonObject): readonly string[] {
  const told = isObject(annotations) ? annotations : {};
  const reserved = [
    ...(isObject(labels) && MARKS.set in labels ? [`labels.${MARKS.set}`] : []),
    ...[MARKS.name, MARKS.fields].filter((mark) => mark in told).map((mark) => `annotations.${mark}`),
  ];
  return [...reserved.map((field) => `metadata.${field} is Yunfan's own`), ...wishProblems(type, told)];
}

const WAVE = /^-?(?:\d\d?|100)$/;

function wishProblems(type: { group: string; kind: string }, told: JsonObject): readonly string[] {
  const { [OBJECT_ANNOTATIONS.wave]: wave = "0", [OBJECT_ANNOTATIONS.prune]: prune = "Keep" } = told;
  const onImmutable = told[OBJECT_ANNOTATIONS.onImmutable];
  const { kind } = type;
  return [
    ...unless(isText(wave, WAVE), `annotation ${OBJECT_ANNOTATIONS.wave} is a whole number from -100 to 100`),
    ...unless(prune === "Keep", `annotation ${OBJECT_ANNOTATIONS.prune} can be Keep only`),
    ...unless(
      (onImmutable ?? "Recreate") === "Recreate",
      `annotation ${OBJECT_ANNOTATIONS.onImmutable} can be Recreate only`,
    ),
    ...unless(
      onImmutable === undefined || !holdsData(type),
      `annotation ${OBJECT_ANNOTATIONS.onImmutable}: a ${kind} is never made anew, for what goes with it`,
    ),
  ];
}

function secretProblems({ data, stringData }: JsonObject): readonly string[] {
  return [...contentProblems("data", data), ...contentProblems("stringData", stringData)];
}

function contentProblems(field: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) return [`${field} is no map`];
  const wrong = Object.entries(value).filter(([, text]) => typeof text !== "string" && text !== null);
  return wrong.map(([key]) => `${field}.${key} is no text`);
}

function holdsContents({ data, stringData }: JsonObject): boolean {
  return data !== undefined || stringData !== undefined;
}

function exposed(origin: string): Said {
  const message =
    `${origin} holds data or stringData of a Secret, which everybody who may read this resource reads. Put the Secret beside this ` +
    'resource, label it yunfan.dev/manifests: "true", and name it in spec.copies or spec.manifestsFrom; then change what it held';
  return { reason: Reason.SecretInline, message };
}

/** What a target writes itself; from elsewhere it means nothing there. */
const READ_ONLY: ReadonlySet<string> = new Set([
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
]);

/** Without status, without what is the target's own, without nulls; `stringData` as `data`, which is what is kept. */
function normalised(value: unknown): Manifest {
  const { status: _, ...object } = withoutNulls(value) as JsonObject & Manifest;
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([name]) => !READ_ONLY.has(name)));
  const manifest = { ...object, metadata: metadata as ManifestMeta } as Manifest;
  return isSecret({ group: groupOf(manifest.apiVersion), kind: manifest.kind }) ? withData(manifest) : manifest;
}

function withData({ stringData, ...secret }: Manifest): Manifest {
  if (!isObject(stringData)) return secret;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
  const data = isObject(secret["data"]) ? secret["data"] : {};
  return { ...secret, data: { ...data, ...(Object.fromEntries(encoded) as JsonObject) } };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}
