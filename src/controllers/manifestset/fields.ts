// Sets of fields, as Kubernetes keeps them (FieldsV1): names and keys, never values but those that are keys. Of what was applied
// last, what is declared no more shows by them.
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { FIELD_MANAGER, MARKS } from "../../cloud/manifests/marks.ts";
import { indexOfItem, textOf, type Path, type Step } from "./paths.ts";
import { isKeyed, isObject, itemOf, memberOf, type JsonObject, type Shape } from "./shapes.ts";
import { isSame } from "./values.ts";

export interface FieldSet {
  readonly [step: string]: FieldSet;
}

const LEAF: FieldSet = {};
/** The item itself, beside what is in it. */
const SELF = ".";
/** They say which object it is. */
const IDENTITY: ReadonlySet<string> = new Set(["apiVersion", "kind"]);
const IDENTITY_IN_METADATA: ReadonlySet<string> = new Set(["name", "namespace"]);

/** All fields that are declared; our own annotation of them is none. */
export function fieldsOf(declared: Manifest, shape: Shape): FieldSet {
  const { metadata, ...rest } = declared;
  const { annotations = {}, ...others } = metadata;
  const { [MARKS.fields]: _, ...named } = annotations;
  const own = without(
    { ...others, ...(Object.keys(named).length > 0 && { annotations: named }) },
    IDENTITY_IN_METADATA,
  );
  return membersOf({ ...without(rest, IDENTITY), metadata: own }, shape);
}

function without(value: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));
}

function membersOf(value: JsonObject, shape: Shape): FieldSet {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [`f:${name}`, setOf(member, memberOf(shape, name))]),
  );
}

function setOf(value: unknown, shape: Shape): FieldSet {
  if (shape.as === "Atomic") return LEAF;
  if (isObject(value)) return membersOf(value, shape);
  if (!Array.isArray(value)) return LEAF;
  const items: readonly unknown[] = value;
  if (shape.as === "Set") return Object.fromEntries(items.map((item) => [`v:${JSON.stringify(item)}`, LEAF]));
  if (!isKeyed(shape, items)) return LEAF;
  return Object.fromEntries(items.map((item) => [`k:${keysText(shape.keys, item)}`, itemSet(item, shape)]));
}

function itemSet(item: unknown, shape: Shape): FieldSet {
  return { [SELF]: LEAF, ...(isObject(item) && membersOf(item, itemOf(shape))) };
}

function keysText(keys: JsonObject, item: unknown): string {
  const values = Object.keys(keys)
    .toSorted()
    .map((key) => [key, (isObject(item) ? item[key] : undefined) ?? keys[key]]);
  return JSON.stringify(Object.fromEntries(values));
}

/**
 * What we applied last, by the target's books or by our annotation; undefined where neither tells: then nothing counts as ours that is
 * not declared now.
 */
export function appliedFields({ metadata }: LiveObject): FieldSet | undefined {
  const entry = metadata.managedFields?.find(
    ({ manager, operation, subresource = "" }) =>
      manager === FIELD_MANAGER && operation === "Apply" && subresource === "",
  );
  if (isObject(entry?.fieldsV1)) return entry.fieldsV1 as FieldSet;
  return parsed(metadata.annotations?.[MARKS.fields]);
}

/** Who else sets one of these fields, by the target's books. */
export function settersOf({ metadata }: LiveObject, fields: readonly string[]): readonly string[] {
  const setters = (metadata.managedFields ?? []).flatMap(({ manager, fieldsV1 }) => {
    if (manager === undefined || manager === FIELD_MANAGER || !isObject(fieldsV1)) return [];
    return [...namesIn(fieldsV1 as FieldSet, [])].some((name) => fields.includes(name)) ? [manager] : [];
  });
  return [...new Set(setters)];
}

/** Of all fields in it, structures as well. */
function* namesIn(set: FieldSet, at: Path): Generator<string> {
  for (const [text, below] of Object.entries(set)) {
    const step = stepOf(text);
    if (step === undefined) continue;
    const path = [...at, step];
    yield textOf(path);
    if (isObject(below)) yield* namesIn(below, path);
  }
}

/** Somebody may have edited it: what can't be read says nothing. */
function parsed(text: string | undefined): FieldSet | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as FieldSet) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Paths that were applied and are declared no more. An item of a list, or a member that is a structure, goes with all that is in it; of a
 * map, or a list whose items have keys, only what was ours does.
 *
 * Names are all that is known here, so two things are otherwise than in a server that keeps books of who set which value: a field that
 * somebody else has changed since goes all the same, and so does what others have put into a structure, or an item, of ours that is
 * declared no more (a server leaves what others own, or refuses what is left of it).
 */
export function droppedFields(applied: FieldSet, declared: Manifest, shape: Shape): readonly Path[] {
  return [...dropped(applied, { value: declared, shape, at: [] })];
}

interface Place {
  readonly value: unknown;
  readonly shape: Shape;
  readonly at: Path;
}

function* dropped(applied: FieldSet, place: Place): Generator<Path> {
  for (const [text, below] of Object.entries(applied)) {
    const step = stepOf(text);
    if (step === undefined) continue;
    const next = enter(place, step);
    const inside = isObject(below) ? below : LEAF;
    const goesWhole = !("member" in step && isShared(next.shape));
    if (next.value === undefined && goesWhole) yield next.at;
    else yield* dropped(inside, next);
  }
}

/** Whether others may have put something of their own beside what is ours. */
function isShared({ as, keys }: Shape): boolean {
  return keys !== undefined || as === "Map" || as === "Quantities" || as === "Set";
}

function enter({ value, shape, at }: Place, step: Step): Place {
  const path = [...at, step];
  if ("member" in step) {
    const member = isObject(value) && Object.hasOwn(value, step.member) ? value[step.member] : undefined;
    return { value: member, shape: memberOf(shape, step.member), at: path };
  }
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  if ("keys" in step) {
    return { value: items[indexOfItem(items, step.keys, shape)], shape: itemOf(shape), at: path };
  }
  return { value: items.find((item) => isSame(item, step.value, {})), shape: {}, at: path };
}

/** Undefined for the item itself, for places by number, and for what can't be read. */
function stepOf(text: string): Step | undefined {
  const [mark, rest] = [text.slice(0, 2), text.slice(2)];
  if (mark === "f:") return { member: rest };
  if (mark !== "k:" && mark !== "v:") return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    if (mark === "v:") return { value };
    return isObject(value) ? { keys: value } : undefined;
  } catch {
    return undefined;
  }
}
