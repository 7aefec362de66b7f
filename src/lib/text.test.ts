import { expect, test } from "vitest";
import { cutTo, lengthOf } from "./text.ts";

test.each([
  ["", 0],
  ["abc", 3],
  ["云帆", 2],
  ["𠮷野家", 3],
  ["⛵⛵", 2],
  ["👍👍", 2],
  ["\uD83D alone \uDC4D", 9],
])("a text has as many characters as it has code points: %j", (text, length) => {
  expect(lengthOf(text)).toBe(length);
  expect(lengthOf(text)).toBe(Array.from(text).length);
});

test("a text is cut between characters, and says so", () => {
  expect(cutTo("👍👍👍", 3)).toBe("👍👍👍");
  expect(cutTo("👍👍👍", 2)).toBe("👍…");
  expect(cutTo("abcd", 3)).toBe("ab…");
  expect(lengthOf(cutTo("👍".repeat(600), 512))).toBe(512);
  expect(cutTo("", 0)).toBe("");
});
