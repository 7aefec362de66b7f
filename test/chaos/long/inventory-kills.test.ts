// Killed at 200 random instants while it reports to an inventory that fails, 20 leaders killed in bursts, and watches that break again and
// again, in every dialect.
import { describe, expect, it } from "vitest";
import { DIALECT_NAMES } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { reporting } from "../../support/chaos/inventory-boundaries.ts";
import { killLeaders, killWhileReporting, stormWhileReporting } from "../../support/chaos/inventory-kills.ts";
import { killAtBoundaries } from "../../support/chaos/kills.ts";

describe.each(DIALECT_NAMES)("everything is reported once (%s) though", (dialect) => {
  it("the operator is killed 200 times", async () => {
    const options = { seed: 1, dialect, resources: 100, kills: 200, longestLifeMs: 4_000 };
    expect(await killWhileReporting(options)).toBe(200);
  });

  it("the operator is killed at every boundary of its writes", async () => {
    const options = { seed: 4, lanes: 1, boundaries: "All" } as const;
    expect((await killAtBoundaries(reporting(dialect), options)).length).toBeGreaterThan(0);
  });

  it("20 leaders are killed", async () => {
    expect(await killLeaders({ seed: 2, dialect, resources: 100, kills: 20 })).toBe(20);
  });

  it("the watches on the API server break in every way, ten times", async () => {
    expect(await stormWhileReporting({ seed: 3, dialect, resources: 100, rounds: 10 })).toBe(10);
  });
});
