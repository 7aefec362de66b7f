// The order of versions is that of whole numbers.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compareVersions } from "./resource-version.ts";

it("R15: compares versions as decimal integers of any length", () => {
  const version = fc.bigInt({ min: 0n, max: 10n ** 40n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const order = a < b ? -1 : Number(a > b);
      expect(Math.sign(compareVersions(String(a), String(b)))).toBe(order);
    }),
  );
});
