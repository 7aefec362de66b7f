// The declared objects as a target is to have them: of which kind there, in which namespace and spelling, and whether its channel can
// express them at all. Asked of all before the first write of any.
import type {
  KindAbility,
  Manifest,
  ManifestChannel,
  ManifestRefusal,
  ObjectKey,
} from "../../cloud/facets/manifests.ts";
import { lostIn, spelled } from "../../cloud/manifests/spellings.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { groupOf, keyOfObject, refOfKey, shownKey, versionOf } from "./objects.ts";
import { isObject, shapeOf, type Shape } from "./shapes.ts";
import type { Declaration } from "./source-reader.ts";
import type { SourceObject } from "./validation.ts";

export interface DeclaredObject extends SourceObject {
  /** In its own spelling, with its namespace. */
  readonly manifest: Manifest;
  readonly key: ObjectKey;
  /** As status.inventory has it. */
  readonly ref: string;
  readonly shape: Shape;
  /** JSON pointers to fields that are others' after it was made. */
  readonly ignored: readonly string[];
  /** Undefined where the target knows none now: a definition in the set may bring it. */
  readonly kind: KindAbility | undefined;
}

/** `told`: what the status keeps for the target's cloud. Throws TerminalError NotSupportedByCloud, ManifestInvalid or DuplicateObject. */
export async function declaredIn(
  { spec, objects }: Declaration,
  channel: ManifestChannel,
  { told, signal }: { told: object; signal: AbortSignal },
): Promise<readonly DeclaredObject[]> {
  const scopes = definedScopes(objects);
  const resolved: Resolved[] = [];
  for (const object of objects) resolved.push({ object, kind: await kindOf(object.manifest, channel, signal) });
  const placed = resolved.map((each) => completed(placedIn(spec.targetNamespace, each, scopes), channel));
  assertExpressible(resolved, placed, channel);
  assertDistinct(placed);
  assertOperable(placed, channel);
  const scaled = scaledByAutoscalers(placed);
  const ignored = ({ key, ref }: PlacedObject): readonly string[] => [
    ...ignoredOf(key, spec),
    ...(scaled.has(ref) ? [REPLICAS] : []),
    ...(channel.operations?.spared(key, told) ?? []),
  ];
  return placed.map((object) => Object.assign(object, { ignored: ignored(object) }));
}

type PlacedObject = Omit<DeclaredObject, "ignored">;

function placedIn(namespace: string, { object, kind }: Resolved, scopes: ReadonlyMap<string, boolean>): PlacedObject {
  const isNamed = object.manifest.metadata.namespace !== undefined;
  const hasNamespace = kind?.namespaced ?? scopes.get(kindText(object.manifest)) ?? isNamed;
  const manifest = inNamespace(object.manifest, hasNamespace ? namespace : undefined);
  const key = keyOfObject(manifest);
  return { origin: object.origin, manifest, key, ref: refOfKey(key), shape: shapeOf(key), kind };
}

/** With what the set's own block says of it. */
function completed(object: PlacedObject, { completed: complete }: ManifestChannel): PlacedObject {
  return complete === undefined ? object : { ...object, manifest: complete(object.manifest) };
}

export function kindOf(
  manifest: Manifest,
  channel: ManifestChannel,
  signal: AbortSignal,
): Promise<KindAbility | undefined> {
  const { apiVersion, kind } = manifest;
  return channel.kindOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind }, signal);
}

function kindText({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

/** Whether kinds that the set itself defines have namespaces. */
function definedScopes(objects: readonly SourceObject[]): ReadonlyMap<string, boolean> {
  const definitions = objects.filter(({ manifest: { kind } }) => kind === "CustomResourceDefinition");
  return new Map(
    definitions.flatMap(({ manifest: { spec } }) => {
      const names = isObject(spec) ? spec["names"] : undefined;
      if (!isObject(spec) || !isObject(names)) return [];
      return [[`${String(spec["group"])}/${String(names["kind"])}`, spec["scope"] === "Namespaced"] as const];
    }),
  );
}

/** One that is named is never changed; where the kind has none, a server takes it off. */
function inNamespace(manifest: Manifest, standard: string | undefined): Manifest {
  const { namespace, ...metadata } = manifest.metadata;
  if (standard === undefined) return { ...manifest, metadata };
  return { ...manifest, metadata: { ...metadata, namespace: namespace ?? standard } };
}

interface Resolved {
  readonly object: SourceObject;
  readonly kind: KindAbility | undefined;
}

function assertExpressible(
  resolved: readonly Resolved[],
  placed: readonly PlacedObject[],
  channel: ManifestChannel,
): void {
  const refusals = placed.flatMap((object, at) =>
    refusalsOf(object, channel).map(({ path, message }) => {
      const { manifest, origin } = resolved[at]?.object ?? object;
      return `${shownKey(keyOfObject(manifest))} (${origin})${path === "" ? "" : `, ${path}`}: ${message}`;
    }),
  );
  if (refusals.length === 0) return;
  const more = refusals.length > 3 ? `; and ${refusals.length - 3} more` : "";
  throw new TerminalError({ reason: Reason.NotSupportedByCloud, message: `${refusals.slice(0, 3).join("; ")}${more}` });
}

function refusalsOf({ manifest, kind }: PlacedObject, channel: ManifestChannel): readonly ManifestRefusal[] {
  if (kind) return [...channel.refusals(manifest), ...lostIn(manifest, kind.apiVersion)];
  if (channel.kinds === "Discovered") return [];
  const taken = channel.kinds.map((each) => each.kind).toSorted();
  const message = `the channel has no ${manifest.apiVersion} ${manifest.kind}; it takes ${taken.join(", ")}`;
  return [{ path: "", message }];
}

function assertOperable(objects: readonly PlacedObject[], { operations }: ManifestChannel): void {
  const [first] = operations?.refusals(objects.map(({ key }) => key)) ?? [];
  if (!first) return;
  throw new TerminalError({ reason: Reason.ManifestInvalid, message: `${first.path}: ${first.message}` });
}

function assertDistinct(objects: readonly PlacedObject[]): void {
  const twice = [...Map.groupBy(objects, ({ ref }) => ref).values()].filter(({ length }) => length > 1);
  const [first] = twice;
  if (!first?.[0]) return;
  const where = first.map(({ origin }) => origin);
  const more =
    twice.length > 1
      ? `; so are ${listed(twice.slice(1).flatMap(([each]) => (each ? [shownKey(each.key)] : [])))}`
      : "";
  const message = `${shownKey(first[0].key)} is declared by ${where.join(" and by ")}${more}. Keep one`;
  throw new TerminalError({ reason: Reason.DuplicateObject, message });
}

/** In the spelling that its kind has in the target. */
export function spelledFor({ manifest }: Pick<DeclaredObject, "manifest">, kind: KindAbility): Manifest {
  return spelled(manifest, kind.apiVersion);
}

const REPLICAS = "/spec/replicas";

/** What an autoscaler of the same set counts is its to count. */
function scaledByAutoscalers(objects: readonly PlacedObject[]): ReadonlySet<string> {
  const targets = objects.flatMap(({ key, manifest }) => {
    const spec = key.kind === "HorizontalPodAutoscaler" ? manifest["spec"] : undefined;
    const target = isObject(spec) ? spec["scaleTargetRef"] : undefined;
    if (!isObject(target)) return [];
    const { apiVersion, kind, name } = target;
    if (typeof apiVersion !== "string" || typeof kind !== "string" || typeof name !== "string") return [];
    return [{ group: groupOf(apiVersion), kind, namespace: key.namespace, name }];
  });
  return new Set(targets.map(refOfKey));
}

function ignoredOf(
  { kind, namespace, name }: ObjectKey,
  { ignore, targetNamespace }: ManifestSet["spec"],
): readonly string[] {
  const matching = ignore.filter(
    (entry) =>
      entry.kind === kind &&
      entry.name === name &&
      (namespace === "" || (entry.namespace ?? targetNamespace) === namespace),
  );
  return matching.flatMap(({ paths }) => paths);
}
