// Deep containment and overlay of values: what counts as declared, and what an upgrade sends.
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { contains, differingValues, overlay } from "./values.ts";

const json = fc.jsonValue({ maxDepth: 4 });
const values = fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "__proto__", "constructor"), fc.string()), json);
/** Two that are likely to share members. */
const near = fc.tuple(values, values, values).map(([shared, one, other]) => ({
  shown: { ...shared, ...one },
  declared: { ...other, ...shared },
}));

type Values = Readonly<Record<string, unknown>>;

/** The member by its path, of its own. */
function at(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value;
  return at(Object.hasOwn(value as Values, key) ? (value as Values)[key] : undefined, rest);
}

describe("contains", () => {
  test.each<[string, unknown, unknown]>([
    ["nothing declared", { a: 1 }, {}],
    ["members that the cloud adds", { a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }],
    ["members that the cloud adds within a list", [{ a: 1, b: 2 }], [{ a: 1 }]],
    ["a null that is not there", {}, { a: null }],
    ["a null that is shown", { a: null }, { a: null }],
    ["one number that is kept in two ways", { a: 10_000_000_000_000_000n }, { a: 1e16 }],
  ])("holds with %s", (_case, shown, declared) => {
    expect(contains(shown, declared)).toBe(true);
  });

  test.each<[string, unknown, unknown]>([
    ["another value", { a: 1 }, { a: 2 }],
    ["another type", { a: "1" }, { a: 1 }],
    ["a number that a double can't tell from it", { a: 9_007_199_254_740_992n }, { a: 9_007_199_254_740_993n }],
    ["a member that is not there", { a: 1 }, { b: {} }],
    ["a list instead of an object", { a: [] }, { a: {} }],
    ["an object instead of a list", { a: {} }, { a: [] }],
    ["a longer list", { a: [1, 2] }, { a: [1] }],
    ["a list in another order", { a: [1, 2] }, { a: [2, 1] }],
    ["a value where null is declared", { a: 0 }, { a: null }],
    ["a member that every object inherits", {}, JSON.parse('{"__proto__":{}}')],
  ])("fails with %s", (_case, shown, declared) => {
    expect(contains(shown, declared)).toBe(false);
  });

  it("holds of anything and itself", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(contains(value, value)).toBe(true);
      }),
    );
  });
});

describe("differingValues", () => {
  it("is the least members that differ, by their path, with what is shown and what is declared", () => {
    const shown = { basic: { swr_user: "hwofficial" }, flavor: { replicas: 1, limits: { cpu: "1", memory: "1Gi" } } };
    const declared = { flavor: { replicas: 1, limits: { cpu: "2", memory: "1Gi" } }, basic: { swr_user: "team" } };
    expect(differingValues(shown, declared)).toEqual([
      { path: ["flavor", "limits", "cpu"], before: "1", after: "2" },
      { path: ["basic", "swr_user"], before: "hwofficial", after: "team" },
    ]);
  });

  it("is nothing where all that is declared is shown, whatever else is", () => {
    expect(differingValues({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: 1 } })).toEqual([]);
    expect(differingValues({}, { a: null })).toEqual([]);
  });

  test.each<[string, Values, Values]>([
    ["a member that is not there", {}, { a: { b: 1 } }],
    ["a list, whole", { a: [1, 2] }, { a: [2, 1] }],
    ["a list of objects, whole", { a: [{ b: 1 }] }, { a: [{ b: 2 }] }],
    ["an object in place of a scalar", { a: 1 }, { a: { b: 1 } }],
    ["a scalar in place of an object", { a: { b: 1 } }, { a: 1 }],
    ["an object in place of a list", { a: [] }, { a: {} }],
    ["a null where something is shown", { a: { b: 1 } }, { a: null }],
  ])("takes for one value %s", (_case, shown, declared) => {
    const one = { path: ["a"], before: shown["a"], after: declared["a"] };
    expect(differingValues(shown, declared)).toEqual([one]);
  });

  it("takes no member that every object inherits for one that is shown", () => {
    expect(differingValues({}, { constructor: 1 })).toEqual([{ path: ["constructor"], before: undefined, after: 1 }]);
  });

  it("is empty exactly where all that is declared is shown", () => {
    fc.assert(
      fc.property(near, ({ shown, declared }) => {
        expect(differingValues(shown, declared).length === 0).toBe(contains(shown, declared));
      }),
    );
  });

  it("names each path once, and what is really there at it", () => {
    fc.assert(
      fc.property(near, ({ shown, declared }) => {
        const differing = differingValues(shown, declared);
        expect(new Set(differing.map(({ path }) => JSON.stringify(path))).size).toBe(differing.length);
        for (const { path, before, after } of differing) {
          expect(before).toBe(at(shown, path));
          expect(after).toBe(at(declared, path));
          expect(contains(before, after)).toBe(false);
        }
      }),
    );
  });
});

describe("overlay", () => {
  it("keeps what is not named, at every depth", () => {
    const shown = { basic: { swr_addr: "10.0.0.1", swr_user: "hwofficial" }, flavor: { replicas: 1 }, custom: [1] };
    expect(overlay(shown, { flavor: { replicas: 2 }, basic: { swr_user: "team" } })).toEqual({
      basic: { swr_addr: "10.0.0.1", swr_user: "team" },
      flavor: { replicas: 2 },
      custom: [1],
    });
  });

  it("takes a list as one value, and keeps the cloud's own where it holds what is declared", () => {
    const shown = { changed: [{ a: 1, extra: true }], kept: [{ a: 1, extra: true }] };
    expect(overlay(shown, { changed: [{ a: 2 }], kept: [{ a: 1 }] })).toEqual({
      changed: [{ a: 2 }],
      kept: [{ a: 1, extra: true }],
    });
  });

  it("names a null that is to be unset", () => {
    expect(overlay({ a: 1 }, { a: null, b: null })).toEqual({ a: null, b: null });
  });

  it("contains what is declared", () => {
    fc.assert(
      fc.property(near, ({ shown, declared }) => {
        expect(contains(overlay(shown, declared), declared)).toBe(true);
      }),
    );
  });

  it("is the same when done again", () => {
    fc.assert(
      fc.property(near, ({ shown, declared }) => {
        const once = overlay(shown, declared);
        expect(overlay(once, declared)).toEqual(once);
      }),
    );
  });

  it("keeps every member that is not named", () => {
    fc.assert(
      fc.property(near, ({ shown, declared }) => {
        const unnamed = Object.entries(shown).filter(([key]) => !Object.hasOwn(declared, key));
        const sent = new Map(Object.entries(overlay(shown, declared)));
        for (const [key, value] of unnamed) expect(sent.get(key)).toEqual(value);
      }),
    );
  });
});
