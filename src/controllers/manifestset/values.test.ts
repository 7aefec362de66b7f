// Quantities and numbers, however they are written.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmpty, isSame } from "./values.ts";

const QUANTITY = { as: "Quantity" } as const;

describe("a quantity", () => {
  it.each([
    ["1", 1],
    ["1000m", "1"],
    ["0.5", "500m"],
    ["1Gi", "1024Mi"],
    ["1.5Gi", "1536Mi"],
    ["1e3", "1k"],
    ["1E3", "1000"],
    ["100n", "0.1u"],
    ["+1", "1"],
    ["-1500m", "-1.5"],
    ["12345678901234567890", 12345678901234567890n],
  ])("%s is %s", (a, b) => {
    expect(isSame(a, b, QUANTITY)).toBe(true);
    expect(isSame(b, a, QUANTITY)).toBe(true);
  });

  it.each([
    ["1", "1k"],
    ["1G", "1Gi"],
    ["1", "-1"],
    ["1", "one"],
    ["", "0"],
    [".", "0"],
    ["1e9999", "1"],
  ])("%s is not %s", (a, b) => {
    expect(isSame(a, b, QUANTITY)).toBe(false);
  });

  it("is the same whatever suffix it is written with", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (value) => {
        expect(isSame(`${value}k`, `${value}000`, QUANTITY)).toBe(true);
        expect(isSame(`${value}`, `${value}000m`, QUANTITY)).toBe(true);
        expect(isSame(`${value}Ki`, value * 1024, QUANTITY)).toBe(true);
      }),
    );
  });

  it("is a text elsewhere: an environment variable 1000m is not 1", () => {
    expect(isSame("1000m", "1", {})).toBe(false);
  });
});

describe("values", () => {
  it("are compared member by member, whatever their order, and lists item by item", () => {
    expect(isSame({ a: 1, b: [1, 2n] }, { b: [1, 2], a: 1 }, {})).toBe(true);
    expect(isSame([1, 2], [2, 1], {})).toBe(false);
    expect(isSame([1], { 0: 1 }, {})).toBe(false);
    expect(isSame({ a: 1 }, { a: 1, b: 2 }, {})).toBe(false);
    expect(isSame(80, "80", {})).toBe(false);
  });

  it("are empty where a server leaves them out", () => {
    expect([undefined, null, "", [], {}].every(isEmpty)).toBe(true);
    expect([0, false, "0", [0], { a: 0 }].some(isEmpty)).toBe(false);
  });
});
