import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseDescription, refusalOfDescription, withMark } from "./marks.ts";

const nonce = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";

describe("the mark in a description", () => {
  test("stands at its end", () => {
    expect(withMark("team a", nonce)).toBe(`team a [yunfan:${nonce}]`);
    expect(withMark("", nonce)).toBe(`[yunfan:${nonce}]`);
    expect(withMark("team a", undefined)).toBe("team a");
  });

  test("comes apart from the user's part, whatever that is", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 20 });
    fc.assert(
      fc.property(text, (description) => {
        expect(parseDescription(withMark(description, nonce))).toEqual({ description, mark: nonce });
      }),
    );
  });

  test("is only what looks like one, at the end", () => {
    for (const description of ["", "team a", `[yunfan:${nonce}] team a`, "see [yunfan:]", `x[yunfan:${nonce}]`]) {
      expect(parseDescription(description)).toEqual({ description, mark: undefined });
    }
  });

  test("survives a console that trims, and one that adds a line", () => {
    expect(parseDescription(`[yunfan:${nonce}]\n`)).toEqual({ description: "", mark: nonce });
  });

  test("is never cut: a description that leaves no room for it is refused", () => {
    expect(withMark("x".repeat(140), nonce).length).toBeLessThanOrEqual(200);
    expect(() => withMark("x".repeat(180), nonce)).toThrow(
      expect.objectContaining({ kind: "Rejected", message: expect.stringMatching(/^spec\.description/) }),
    );
    expect(() => withMark("x".repeat(201), undefined)).toThrow(expect.objectContaining({ kind: "Rejected" }));
  });

  test("leaves room for so many characters, whatever they take in memory", () => {
    for (const character of ["x", "云", "👍"]) {
      expect(refusalOfDescription(character.repeat(140))).toBeUndefined();
      expect(withMark(character.repeat(140), nonce)).toContain(nonce);
      expect(refusalOfDescription(character.repeat(141))?.message).toContain("140 characters");
      expect(withMark(character.repeat(200), undefined)).toBe(character.repeat(200));
      expect(() => withMark(character.repeat(201), undefined)).toThrow(expect.objectContaining({ kind: "Rejected" }));
    }
  });
});
