// Deep containment and overlay of values: what counts as declared, and what an upgrade sends.
import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { contains, overlay } from "./values.ts";

const json = fc.jsonValue({ maxDepth: 4 });
const values = fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "__proto__", "constructor"), fc.string()), json);
/** Two that are likely to share members. */
const near = fc.tuple(values, values, values).map(([shared, one, other]) => ({
  shown: { ...shared, ...one },
  declared: { ...other, ...shared },
}));

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
