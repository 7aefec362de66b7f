// Where in an object something is: through members, and through items of lists that have keys.
import { isObject, itemKey, type JsonObject, type Shape } from "./shapes.ts";

/** A member by its name, an item by its keys, or a value of a set. */
export type Step = { readonly member: string } | { readonly keys: JsonObject } | { readonly value: unknown };

export type Path = readonly Step[];

/** For people, and stable: spec.template.spec.containers[name=web].image. */
export function textOf(path: Path): string {
  return path.map(stepText).join("").replace(/^\./, "");
}

const PLAIN_NAME = /^[A-Za-z_$][\w$-]*$/;

function stepText(step: Step): string {
  if ("member" in step) return PLAIN_NAME.test(step.member) ? `.${step.member}` : `[${JSON.stringify(step.member)}]`;
  if ("value" in step) return `[${JSON.stringify(step.value)}]`;
  return `[${Object.entries(step.keys)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",")}]`;
}

/** The item with those keys, a missing one having its default; -1 where there is none. */
export function indexOfItem(list: readonly unknown[], keys: JsonObject, shape: Shape): number {
  const standards = Object.fromEntries(Object.keys(keys).map((key) => [key, shape.keys?.[key] ?? null]));
  const wanted = itemKey(standards, keys);
  return list.findIndex((item) => itemKey(standards, item) === wanted);
}

/** Without what is at the path; the same value where there is nothing. What it was in stays, though it be empty then. */
export function without(value: unknown, path: Path, shapes: (path: Path) => Shape): unknown {
  return withoutAt(value, path, { at: [], shapes });
}

interface Place {
  readonly at: Path;
  readonly shapes: (path: Path) => Shape;
}

function withoutAt(value: unknown, [step, ...rest]: Path, { at, shapes }: Place): unknown {
  if (step === undefined) return value;
  const below = { at: [...at, step], shapes };
  if ("member" in step) {
    if (!isObject(value) || !Object.hasOwn(value, step.member)) return value;
    const { [step.member]: inner, ...others } = value;
    return rest.length === 0 ? others : { ...value, [step.member]: withoutAt(inner, rest, below) };
  }
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  const index =
    "keys" in step ? indexOfItem(items, step.keys, shapes(at)) : items.findIndex((item) => item === step.value);
  if (index === -1) return value;
  return rest.length === 0 ? items.toSpliced(index, 1) : items.with(index, withoutAt(items[index], rest, below));
}
