import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSameNumber, parseExactly, stringifyExactly } from "./exact-json.ts";

describe("whole numbers", () => {
  test.each([
    "9007199254740993",
    "-9007199254740993",
    "18446744073709551615",
    "123456789012345678901234567890",
    '{"a":[1,{"b":9007199254740993}],"c":1.5,"d":"9007199254740993"}',
    '{"a":[9007199254740992,9007199254740993]}',
  ])("of any size come back as they were: %s", (text) => {
    expect(stringifyExactly(parseExactly(` ${text}`))).toBe(text);
  });

  test("that a double holds are numbers", () => {
    expect(parseExactly('{"a": 9007199254740991, "b": -0, "c": 1e300, "d": 9007199254740993.0}')).toEqual({
      a: Number.MAX_SAFE_INTEGER,
      b: -0,
      c: 1e300,
      d: 9_007_199_254_740_992,
    });
    expect(parseExactly('{"a": 9007199254740992}')).toEqual({ a: 9_007_199_254_740_992n });
  });

  test("are compared by what they are, however they are kept", () => {
    expect(isSameNumber(1e16, 10_000_000_000_000_000n)).toBe(true);
    expect(isSameNumber(9_007_199_254_740_992, 9_007_199_254_740_993n)).toBe(false);
    expect(isSameNumber(7, 7)).toBe(true);
    expect(isSameNumber(7, "7")).toBe(false);
  });
});

test("everything else is as JSON has it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const parsed = JSON.parse(text) as unknown;
      if (/\d{16}/.test(text)) return;
      expect(parseExactly(text)).toEqual(parsed);
      expect(stringifyExactly(parsed)).toBe(JSON.stringify(parsed));
    }),
  );
  expect(() => parseExactly("{")).toThrow(SyntaxError);
  expect(() => parseExactly('{"a": 12345678901234567890')).toThrow(SyntaxError);
});

test("what is given out is replaced, beside bigints too", () => {
  const hide = (key: string, value: unknown): unknown => (key === "secret" ? "hidden" : value);
  expect(stringifyExactly({ secret: 1, b: 2 }, hide)).toBe('{"secret":"hidden","b":2}');
  expect(stringifyExactly({ secret: 1n, b: 12_345_678_901_234_567_890n }, hide)).toBe(
    '{"secret":"hidden","b":12345678901234567890}',
  );
});

test("what is no JSON is refused as JSON does it", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  expect(() => stringifyExactly(circle)).toThrow(TypeError);
});
