// Whole numbers beyond 2^53 survive a simulator.
import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { parseExactly } from "./exact-json.ts";

test.each([
  "9007199254740993",
  "-9007199254740993",
  "18446744073709551615",
  '{"a":[9007199254740993,{"b":12345678901234567890}]}',
  '"9007199254740993"',
  "[1,-1,0,1.5,true,null,9007199254740991]",
])("%s is written as it came", (text) => {
  expect(JSON.stringify(parseExactly(text))).toBe(text);
});

test("numbers that a double holds are numbers", () => {
  expect(parseExactly("[9007199254740991, 1.25, 1234567890123456, 1e3, 0.1234567890123456]")).toEqual([
    9_007_199_254_740_991, 1.25, 1_234_567_890_123_456, 1000, 0.1234567890123456,
  ]);
});

test("two are equal where they were written alike", () => {
  const [one, same, other] = ["9007199254740993", "9007199254740993", "9007199254740992"].map(parseExactly);
  expect([isDeepStrictEqual(one, same), isDeepStrictEqual(one, other)]).toEqual([true, false]);
});

test.each(["", "{", "9007199254740993x"])("%j is no JSON", (text) => {
  expect(() => parseExactly(text)).toThrow(SyntaxError);
});
