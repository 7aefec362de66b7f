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
  if (shape.as === "Set") return overlayItems(items, declared, { keyOf: (item) => JSON.stringify(item), shape });
  if (!isKeyed(shape, declared) || !isKeyed(shape, items)) return declared;
  return overlayItems(items, declared, { keyOf: (item) => itemKey(shape.keys, item), shape });
}

function overlayMembers(live: JsonObject, declared: JsonObject, shape: Shape): JsonObject {
  const laid = Object.entries(declared).map(([name, value]) => [
    name,
    overlay(Object.hasOwn(live, name) ? live[name] : undefined, value, memberOf(shape, name)),
  ]);
  return { ...live, ...(Object.fromEntries(laid) as JsonObject) };
}

interface Items {
  readonly keyOf: (item: unknown) => string | undefined;
  readonly shape: Shape;
}

/**
 * What is declared, in its order; what others have put between stays where it is met, as server-side apply has it (structured-merge-diff,
 * visitListItems).
 */
function overlayItems(
  live: readonly unknown[],
  declared: readonly unknown[],
  { keyOf, shape }: Items,
): readonly unknown[] {
  const there = new Map(live.map((item) => [keyOf(item), item]));
  const wanted = declared.map(keyOf);
  const shared = new Set(wanted.filter((key) => there.has(key)));
  const items: unknown[] = [];
  let next = 0;
  for (const [at, item] of declared.entries()) {
    // The next of ours that is there: up to it, others' items are taken along.
    const upTo = wanted.slice(at).find((key) => shared.has(key));
    for (; next < live.length && keyOf(live[next]) !== upTo; next++) {
      if (!shared.has(keyOf(live[next]))) items.push(live[next]);
    }
    items.push(there.has(wanted[at]) ? overlay(there.get(wanted[at]), item, itemOf(shape)) : item);
    if (wanted[at] === upTo) next++;
  }
  return [...items, ...live.slice(next).filter((item) => !shared.has(keyOf(item)))];
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
