// What in the target differs from what is declared: declared fields alone, and those that were applied and are declared no more.
// By it is decided whether anything is written, whatever the target does with what it is sent.
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import type { Difference } from "../external/change.ts";
import { appliedFields, droppedFields } from "./fields.ts";
import { indexOfItem, textOf, type Path } from "./paths.ts";
import { isKeyed, isObject, itemKey, itemOf, memberOf, type JsonObject, type Shape } from "./shapes.ts";
import { isEmpty, isSame } from "./values.ts";

interface Pair {
  readonly declared: unknown;
  readonly live: unknown;
  readonly shape: Shape;
  readonly at: Path;
}

/** They say which object it is; the target may show it in another version. */
const IDENTITY: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata.name", "metadata.namespace"]);

/** Values as they are: whoever shows them hides what is secret. */
export function differencesOf(declared: Manifest, live: LiveObject, shape: Shape): readonly Difference[] {
  const differing = [...compare({ declared, live, shape, at: [] })];
  const applied = appliedFields(live);
  const gone = applied ? droppedFields(applied, declared, shape) : [];
  const dropped = gone.map((path): Difference => ({ field: textOf(path), before: "applied before", after: undefined }));
  return [...differing, ...dropped];
}

function* compare(pair: Pair): Generator<Difference> {
  const { declared, live, shape } = pair;
  if (isEmpty(declared) && isEmpty(live)) return;
  if (shape.as === "Atomic") yield* compareWhole(pair);
  else if (isObject(declared)) yield* compareMembers(declared, pair);
  else if (Array.isArray(declared)) yield* compareList(declared, pair);
  else if (!isSame(declared, live, shape)) yield differenceAt(pair);
}

function* compareMembers(declared: JsonObject, pair: Pair): Generator<Difference> {
  const { live, shape, at } = pair;
  if (!isObject(live)) {
    yield differenceAt(pair);
    return;
  }
  for (const [member, value] of Object.entries(declared)) {
    const path = [...at, { member }];
    if (path.length <= 2 && IDENTITY.has(textOf(path))) continue;
    const found = Object.hasOwn(live, member) ? live[member] : undefined;
    yield* compare({ declared: value, live: found, shape: memberOf(shape, member), at: path });
  }
}

function* compareList(declared: readonly unknown[], pair: Pair): Generator<Difference> {
  const { live, shape, at } = pair;
  const items: readonly unknown[] = Array.isArray(live) ? live : [];
  if (shape.as === "Set") {
    const missing = declared.filter((value) => !items.some((item) => isSame(value, item, {})));
    for (const value of missing) yield { field: textOf([...at, { value }]), before: undefined, after: value };
  } else if (isKeyed(shape, declared)) {
    for (const item of declared) {
      const keys = keysOf(item, shape.keys);
      const found = items[indexOfItem(items, keys, shape)];
      yield* compare({ declared: item, live: found, shape: itemOf(shape), at: [...at, { keys }] });
    }
    yield* compareOrder(declared, items, { ...pair, shape });
  } else yield* compareWhole(pair);
}

/** Of the items that are there: containers start in it, and a variable sees those before it. */
function* compareOrder(
  declared: readonly unknown[],
  live: readonly unknown[],
  { shape, at }: { readonly shape: Shape & Required<Pick<Shape, "keys">>; readonly at: Path },
): Generator<Difference> {
  const keyOf = (item: unknown): string | undefined => itemKey(shape.keys, item);
  const there = live.map(keyOf);
  const wanted = declared.map(keyOf).filter((key) => there.includes(key));
  const found = there.filter((key) => wanted.includes(key));
  if (found.join() === wanted.join()) return;
  yield { field: textOf(at), before: `in the order ${found.join()}`, after: `in the order ${wanted.join()}` };
}

function* compareWhole(pair: Pair): Generator<Difference> {
  if (!isSame(pair.declared, pair.live, {})) yield differenceAt(pair);
}

/** Those that the item names: a default is not shown to people. */
function keysOf(item: unknown, keys: JsonObject): JsonObject {
  const named = Object.keys(keys).filter((key) => isObject(item) && item[key] !== undefined);
  return Object.fromEntries(named.map((key) => [key, (item as JsonObject)[key]]));
}

function differenceAt({ declared, live, at }: Pair): Difference {
  return { field: textOf(at), before: live, after: declared };
}
