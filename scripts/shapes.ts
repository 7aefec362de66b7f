// `node scripts/shapes.ts`: writes src/controllers/manifestset/shapes.json, how the kinds of Kubernetes merge, from the OpenAPI of the
// pinned server. `test/integration/manifest-shapes.test.ts` holds it against that server.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startControlPlane } from "../controlplane/control-plane.ts";
import { kubectlOk } from "../test/support/apiserver/controlplane.ts";
import type { Kubectl } from "../controlplane/kubectl.ts";

const FILE = path.resolve(import.meta.dirname, "../src/controllers/manifestset/shapes.json");
const QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity";
/** Groups of Kubernetes itself: `apps`, `batch`, or anything below k8s.io. */
const BUILT_IN = /^(?:[a-z]+|[a-z.]+\.k8s\.io)$/;

interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly default?: unknown;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; version: string; kind: string }[];
}

type Types = Readonly<Record<string, OpenApiSchema>>;

/** As src/controllers/manifestset/shapes.ts reads it. */
interface FieldEntry {
  readonly as?: "Atomic" | "Set" | "Map" | "Quantity" | "Quantities";
  /** Of a list whose items have keys: each with its default, or null. */
  readonly keys?: Readonly<Record<string, unknown>>;
  readonly of?: string;
}

/** The file's text, from what the server says of itself. */
export async function renderShapes(kubectl: Kubectl): Promise<string> {
  const types = await readTypes(kubectl);
  const kinds = Object.entries(types).flatMap(([name, { "x-kubernetes-group-version-kind": marks = [] }]) =>
    marks.length === 1 && !name.endsWith("List") ? marks.map((mark) => ({ ...mark, name })) : [],
  );
  // Of several versions the newest, whose shape the older ones have too.
  const newest = new Map(kinds.toSorted(byVersion).map(({ group, kind, name }) => [`${group}/${kind}`, name]));
  const entries = new Map(Object.keys(types).map((name) => [name, fieldsOf(name, types)]));
  const telling = tellingTypes(entries);
  const used = new Set<string>();
  const use = (name: string): void => {
    if (used.has(name) || !telling.has(name)) return;
    used.add(name);
    for (const { of } of Object.values(entries.get(name) ?? {})) if (of !== undefined) use(of);
  };
  for (const name of newest.values()) use(name);
  const shown = [...used].toSorted().map((name) => [shortOf(name), shownFields(entries.get(name) ?? {}, telling)]);
  const usedKinds = [...newest].filter(([, name]) => used.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shownKinds = usedKinds.map(([kind, name]) => [kind, shortOf(name)]);
  const shapes = { kinds: Object.fromEntries(shownKinds), types: Object.fromEntries(shown) };
  return `${JSON.stringify(shapes)}\n`;
}

async function readTypes(kubectl: Kubectl): Promise<Types> {
  const read = async <T>(url: string): Promise<T> => JSON.parse(await kubectlOk(kubectl, ["get", "--raw", url])) as T;
  const { paths } = await read<{ paths: Record<string, { serverRelativeURL: string }> }>("/openapi/v3");
  const versions = Object.entries(paths).filter(([name]) => {
    const [root, group = "", version] = name.split("/");
    return name === "api/v1" || (root === "apis" && version !== undefined && BUILT_IN.test(group));
  });
  const all: Record<string, OpenApiSchema> = {};
  for (const [, { serverRelativeURL }] of versions) {
    const { components } = await read<{ components?: { schemas?: Types } }>(serverRelativeURL);
    Object.assign(all, components?.schemas);
  }
  return all;
}

function fieldsOf(name: string, types: Types): Record<string, FieldEntry> {
  const properties = Object.entries(types[name]?.properties ?? {}).filter(([field]) => field !== "status");
  const entries = properties.map(([field, schema]): [string, FieldEntry] => [field, entryOf(schema, types)]);
  return Object.fromEntries(entries.filter(([, entry]) => Object.keys(entry).length > 0));
}

function entryOf(schema: OpenApiSchema, types: Types): FieldEntry {
  const type = refOf(schema);
  if (type === QUANTITY) return { as: "Quantity" };
  const mapType = schema["x-kubernetes-map-type"] ?? (type && types[type]?.["x-kubernetes-map-type"]);
  if (mapType === "atomic") return { as: "Atomic" };
  if (type !== undefined) return { of: type };
  if (schema.items) return listEntry(schema, schema.items, types);
  const values = schema.additionalProperties;
  if (typeof values !== "object") return {};
  return { as: refOf(values) === QUANTITY ? "Quantities" : "Map" };
}

function listEntry(schema: OpenApiSchema, items: OpenApiSchema, types: Types): FieldEntry {
  const listType = schema["x-kubernetes-list-type"];
  if (listType === "set") return { as: "Set" };
  if (listType !== "map") return {};
  const of = refOf(items);
  const defaults = (of && types[of]?.properties) || {};
  const keys = (schema["x-kubernetes-list-map-keys"] ?? []).map((key) => [key, defaults[key]?.default || null]);
  return { keys: Object.fromEntries(keys), ...(of && { of }) };
}

function refOf({ $ref, allOf }: OpenApiSchema): string | undefined {
  const reference = $ref ?? (allOf?.length === 1 ? allOf[0]?.$ref : undefined);
  return reference?.split("/").at(-1);
}

/** Types in which something, at whatever depth, merges otherwise than plain members and lists do. */
function tellingTypes(entries: ReadonlyMap<string, Record<string, FieldEntry>>): Set<string> {
  const telling = new Set<string>();
  const isTelling = ({ as, keys, of }: FieldEntry): boolean =>
    as !== undefined || keys !== undefined || (of !== undefined && telling.has(of));
  for (let before = -1; before !== telling.size;) {
    before = telling.size;
    for (const [name, fields] of entries) if (Object.values(fields).some(isTelling)) telling.add(name);
  }
  return telling;
}

function shownFields(fields: Record<string, FieldEntry>, telling: ReadonlySet<string>): Record<string, FieldEntry> {
  const shown = Object.entries(fields).map(([field, { of, ...entry }]): [string, FieldEntry] => [
    field,
    { ...entry, ...(of !== undefined && telling.has(of) && { of: shortOf(of) }) },
  ]);
  return Object.fromEntries(shown.filter(([, entry]) => Object.keys(entry).length > 0));
}

function shortOf(name: string): string {
  return name.split(".").slice(-3).join(".");
}

/** v1alpha1 before v1beta1 before v1 before v2. */
function byVersion(a: { version: string }, b: { version: string }): number {
  return rankOf(a.version) - rankOf(b.version);
}

function rankOf(version: string): number {
  const [, major = "0", stage = "", minor = "0"] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  const stability = stage === "" ? 2 : Number(stage === "beta");
  return stability * 10_000 + Number(major) * 100 + Number(minor);
}

if (import.meta.main) {
  const plane = await startControlPlane();
  try {
    await writeFile(FILE, await renderShapes(plane.kubectl));
  } finally {
    await plane.stop();
  }
}
