// For tests only: the parts of which manifests are made that forms carry.
import * as fc from "fast-check";

const NAMES = ["web", "db", "cache-1", "a"];
export const name = fc.constantFrom(...NAMES);
export const text = fc.string({ minLength: 1, maxLength: 12 });
export const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
export const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
export const port = whole(1, 65_535);
export const some = <T>(item: fc.Arbitrary<T>, max = 2): fc.Arbitrary<T[]> =>
  fc.array(item, { minLength: 1, maxLength: max });
/** Any of the members may be missing. */
export const optional = <T extends object>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<Partial<T>> =>
  fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
/** Some members, and others that may be missing. */
export const object = (must: Record<string, fc.Arbitrary<unknown>>, may: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc.record({ ...must, ...may }, { requiredKeys: Object.keys(must) }) as fc.Arbitrary<Record<string, unknown>>;
export const texts = fc.dictionary(word, text, { minKeys: 1, maxKeys: 3 });

export const manifest = (apiVersion: string, kind: string, spec: fc.Arbitrary<object>, labels = true) =>
  fc.tuple(name, optional({ labels: texts }), spec).map(([called, { labels: given }, made]) => ({
    apiVersion,
    kind,
    metadata: { name: called, ...(labels && given && { labels: given }) },
    spec: made,
  }));
