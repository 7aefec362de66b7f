// Killed at 200 random instants while it reports to an inventory that fails, in every dialect.
import { describe, expect, it } from "vitest";
import { DIALECT_NAMES } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { killWhileReporting } from "../../support/chaos/inventory-kills.ts";

describe("an operator that is killed while it reports", () => {
  it.each(DIALECT_NAMES)("reports everything once (%s)", async (dialect) => {
    const options = { seed: 1, dialect, resources: 100, kills: 200, longestLifeMs: 4_000 };
    expect(await killWhileReporting(options)).toBe(200);
  });
});
