// What generated objects are made of: names and values that are ours, and those of colleagues, which may be ours too.
import * as fc from "fast-check";

export type Members = Readonly<Record<string, unknown>>;

/** Members that may be left out. */
export function some<T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Members> {
  return fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Members>;
}

export function whole(parts: readonly Members[]): Members {
  return Object.assign({}, ...parts) as Members;
}

/** Parts of a spec, and what is beside it. */
export function inSpec([rest, ...parts]: readonly Members[]): Members {
  return { ...rest, spec: whole(parts) };
}

export const text = fc.constantFrom("one", "two", "");
export const ours = fc.constantFrom("a", "b", "c");
/** A colleague's may be ours too. */
export const anyones = fc.constantFrom("a", "b", "c", "x", "y");

export const mapOf = (key: fc.Arbitrary<string>): fc.Arbitrary<Members> => fc.dictionary(key, text, { maxKeys: 3 });
export const editedMap = (key = anyones): fc.Arbitrary<Members> =>
  fc.dictionary(key, fc.option(text, { freq: 4 }), { maxKeys: 3 });
export const itemsBy = (name: string, of: fc.Arbitrary<Members>): fc.Arbitrary<readonly Members[]> =>
  fc.uniqueArray(of, { maxLength: 3, selector: (item) => item[name] });
