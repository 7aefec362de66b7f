// The whole object as it is to be, where the target does not merge: the live one, less what was applied and is declared no more, with
// what is declared laid over it. What others put there stays.
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { appliedFields, droppedFields } from "./fields.ts";
import { indexOfItem, without, type Path } from "./paths.ts";
import { isKeyed, isObject, itemKey, itemOf, memberOf, type JsonObject, type Shape } from "./shapes.ts";
import { isSame } from "./values.ts";

/** Pure; keeps the identity of `live`, its version among it. */
export function mergedWith(declared: Manifest, live: LiveObject, shape: Shape): LiveObject {
  const applied = appliedFields(live);
  const gone = applied ? droppedFields(applied, declared, shape) : [];
  const base = gone.reduce((object: unknown, path) => without(object, path, (at) => shapeAt(shape, at)), live);
  const { uid, resourceVersion } = live.metadata;
  const merged = overlay(base, declared, shape) as LiveObject;
  const { name, namespace } = live.metadata;
  return {
    ...merged,
    metadata: { ...merged.metadata, name, ...(namespace !== undefined && { namespace }), uid, resourceVersion },
  };
}

function shapeAt(shape: Shape, path: Path): Shape {
  return path.reduce((at, step) => ("member" in step ? memberOf(at, step.member) : itemOf(at)), shape);
}

function overlay(live: unknown, declared: unknown, shape: Shape): unknown {
  if (shape.as === "Atomic") return declared;
  if (isObject(declared)) return overlayMembers(isObject(live) ? live : {}, declared, shape);
  if (!Array.isArray(declared)) return isSame(live, declared, shape) ? live : declared;
  const items: readonly unknown[] = Array.isArray(live) ? live : [];
  if (shape.as === "Set") return withMissing(items, declared);
  return isKeyed(shape, declared) && isKeyed(shape, items) ? overlayItems(items, declared, shape) : declared;
}

function overlayMembers(live: JsonObject, declared: JsonObject, shape: Shape): JsonObject {
  const laid = Object.entries(declared).map(([name, value]) => [
    name,
    overlay(Object.hasOwn(live, name) ? live[name] : undefined, value, memberOf(shape, name)),
  ]);
  return { ...live, ...(Object.fromEntries(laid) as JsonObject) };
}

/** Those that are there keep their place; new ones follow. */
function overlayItems(
  live: readonly unknown[],
  declared: readonly unknown[],
  shape: Shape & Required<Pick<Shape, "keys">>,
): readonly unknown[] {
  const items = [...live];
  for (const item of declared) {
    const index = items.findIndex((other) => itemKey(shape.keys, other) === itemKey(shape.keys, item));
    if (index === -1) items.push(item);
    else items[index] = overlay(items[index], item, itemOf(shape));
  }
  return items;
}

function withMissing(live: readonly unknown[], declared: readonly unknown[]): readonly unknown[] {
  const missing = declared.filter((value) => !live.some((item) => isSame(item, value, {})));
  return [...live, ...missing];
}

/** What is declared, but with the live values at these JSON pointers: fields that others own after the object was made. */
export function withLiveValues(
  declared: Manifest,
  { live, pointers, shape }: { live: LiveObject; pointers: readonly string[]; shape: Shape },
): Manifest {
  return pointers.reduce((object, pointer) => {
    const steps = pointer.split("/").slice(1).map(unescape);
    return withLive({ declared: object, live, shape }, steps) as Manifest;
  }, declared);
}

/** RFC 6901. */
function unescape(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

interface Aligned {
  readonly declared: unknown;
  readonly live: unknown;
  readonly shape: Shape;
}

/** A place that is not declared, or is in nothing that is live, stays as it is. */
function withLive({ declared, live, shape }: Aligned, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return live;
  if (isObject(declared)) {
    if (!Object.hasOwn(declared, step)) return declared;
    const { [step]: inner, ...others } = declared;
    const found = isObject(live) && Object.hasOwn(live, step) ? live[step] : undefined;
    const value = withLive({ declared: inner, live: found, shape: memberOf(shape, step) }, rest);
    return value === undefined ? others : { ...declared, [step]: value };
  }
  const index = Number(step);
  if (!Array.isArray(declared) || !(index in declared)) return declared;
  const items: readonly unknown[] = declared;
  const found = counterpart(items[index], { live, shape, index });
  return items.with(
    index,
    withLive({ declared: items[index], live: found, shape: itemOf(shape) }, rest) ?? items[index],
  );
}

/** Others may have put items between: by its keys where it has them. */
function counterpart(item: unknown, { live, shape, index }: { live: unknown; shape: Shape; index: number }): unknown {
  const items: readonly unknown[] = Array.isArray(live) ? live : [];
  const { keys } = shape;
  if (keys === undefined || !isObject(item)) return items[index];
  const named = Object.fromEntries(Object.keys(keys).map((key) => [key, item[key] ?? keys[key]]));
  return items[indexOfItem(items, named, shape)];
}
