// How values of a kind merge, from Kubernetes' OpenAPI (shapes.json, written by scripts/shapes.ts): lists whose items have keys, sets,
// maps, whose members anybody may add to, what is one value although it has members, and quantities. What is not named there: members merge one by one, a list is one value.
import shapes from "./shapes.json" with { type: "json" };

export interface Shape {
  /** `Quantities`: a map, each member of which is one. */
  readonly as?: "Atomic" | "Set" | "Map" | "Quantity" | "Quantities";
  /** Of a list whose items have keys: each with its default, or null. */
  readonly keys?: Readonly<Record<string, unknown>>;
  /** Name of the type of the value, or of the list's items. */
  readonly of?: string;
}

type Members = Readonly<Record<string, Shape>>;

const KINDS: Readonly<Record<string, string>> = shapes.kinds;
const TYPES = shapes.types as Readonly<Record<string, Members>>;

const PLAIN: Shape = {};
const QUANTITY: Shape = { as: "Quantity" };
/** Whatever else an object of a custom kind holds. */
const ANY_OBJECT: Members = { metadata: { of: "meta.v1.ObjectMeta" } };

/** Of a whole object. Older groups of the same kind, such as extensions, have no shape of their own. */
export function shapeOf({ group, kind }: { readonly group: string; readonly kind: string }): Shape {
  return { of: KINDS[`${group}/${kind}`] ?? "" };
}

export function memberOf({ as, of }: Shape, name: string): Shape {
  if (as === "Quantities") return QUANTITY;
  if (of === undefined) return PLAIN;
  const members = of === "" ? ANY_OBJECT : TYPES[of];
  return (members && Object.hasOwn(members, name) ? members[name] : undefined) ?? PLAIN;
}

/** Of the items of a list. */
export function itemOf({ of }: Shape): Shape {
  return of === undefined ? PLAIN : { of };
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values by which an item is known in its list, as one text; undefined where it lacks one. */
export function itemKey(keys: Readonly<Record<string, unknown>>, item: unknown): string | undefined {
  if (!isObject(item)) return undefined;
  const values = Object.entries(keys).map(([key, standard]) => item[key] ?? standard ?? undefined);
  return values.includes(undefined) ? undefined : JSON.stringify(values.map(String));
}

/** Lists that have keys, in which every item has them too: such lists merge item by item. */
export function isKeyed(shape: Shape, list: readonly unknown[]): shape is Shape & Required<Pick<Shape, "keys">> {
  const { keys } = shape;
  return keys !== undefined && list.every((item) => itemKey(keys, item) !== undefined);
}
