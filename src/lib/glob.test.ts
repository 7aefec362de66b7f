import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob } from "./glob.ts";

test("decides as the regular expression of the same meaning, for any pattern and text", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
  fc.assert(
    fc.property(pattern, letters, (glob, text) => {
      const meant = glob
        .replaceAll(".", String.raw`\.`)
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
      expect(matchesGlob(glob, text), `${glob} against ${text}`).toBe(new RegExp(`^${meant}$`).test(text));
    }),
  );
});

test("ends soon with many stars", () => {
  expect(matchesGlob(`${"*a".repeat(60)}b`, "a".repeat(128))).toBe(false);
});
