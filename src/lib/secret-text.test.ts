import { describe, expect, test } from "vitest";
import { flawOf, textOf, type Alphabet } from "./secret-text.ts";

describe("a flaw", () => {
  test.each<[string, string, RegExp]>([
    ["a line break at the end", "secret\n", /line break/],
    ["a line break of Windows", "secret\r\n", /line break/],
    ["a line separator", "sec\u2028ret", /line break/],
    ["a tab", "sec\tret", /control character/],
    ["a NUL", "\0secret", /control character/],
    ["a space in front", " secret", /beginning or end/],
    ["an ideographic space at the end", "secret\u3000", /beginning or end/],
    ["a full-width letter", "ｓecret", /full-width/],
    ["a full-width digit", "secret１", /full-width/],
    ["a full-width exclamation mark", "secret！", /full-width/],
    ["a full-width yen sign", "secret￥", /full-width/],
    ["a zero-width space", "secret\u200B", /invisible/],
    ["a byte order mark", "\uFEFFsecret", /invisible/],
    ["a word joiner", "sec\u2060ret", /invisible/],
    ["a soft hyphen", "sec\u00ADret", /invisible/],
    ["a mark of direction", "\u202Esecret", /invisible/],
    ["a filler of Hangul", "secret\u3164", /invisible/],
    ["a blank of Braille", "sec\u2800ret", /invisible/],
    ["a variation selector", "secret\uFE0F", /invisible/],
    ["a no-break space", "sec\u00A0ret", /space/],
    ["an ideographic space", "sec\u3000ret", /full-width/],
    ["what was no UTF-8", textOf(Buffer.from([0x73, 0xff]).toString("base64")), /no text/],
  ])("of keys and texts alike is %s", (_what, text, flaw) => {
    for (const alphabet of ["Key", "Text"] satisfies Alphabet[]) {
      expect(flawOf(text, alphabet)).toMatch(flaw);
      expect(flawOf(text, alphabet)).not.toContain("secret");
    }
  });

  test.each(["two words", "密码", "é", "İ", "😀"])("of a key alone is what no key has: %s", (text) => {
    expect(flawOf(text, "Key")).toMatch(/^a (?:space|character that no key has)$/);
    expect(flawOf(text, "Text")).toBeUndefined();
  });

  test("is none of whatever else the keyboard has", () => {
    const printable = Array.from({ length: 94 }, (_, index) => String.fromCodePoint(0x21 + index)).join("");
    expect(flawOf(printable, "Key")).toBeUndefined();
    expect(flawOf(printable, "Text")).toBeUndefined();
  });
});
