// An operator that is killed while it reports to an inventory that fails, or whose watches break. The long forms have all dialects, 200
// kills, and 20 leaders.
import { describe, expect, it } from "vitest";
import { reporting } from "../support/chaos/inventory-boundaries.ts";
import { killLeaders, killWhileReporting, stormWhileReporting } from "../support/chaos/inventory-kills.ts";
import { killAtBoundaries } from "../support/chaos/kills.ts";

describe("everything is reported once though", { timeout: 300_000 }, () => {
  it("the operator is killed at random and the store fails", async () => {
    const options = { seed: 16, dialect: "V2019", resources: 12, kills: 6, longestLifeMs: 2_500 } as const;
    expect(await killWhileReporting(options)).toBe(6);
  });

  it("of two operators the leader is killed in the middle of a burst", async () => {
    expect(await killLeaders({ seed: 17, dialect: "Reference", resources: 20, kills: 2 })).toBe(2);
  });

  it("the operator is killed at a boundary of its writes", async () => {
    const options = { seed: 19, lanes: 1, boundaries: { come: 2, change: 1, go: 1 } } as const;
    expect((await killAtBoundaries(reporting("V2026"), options)).length).toBeGreaterThanOrEqual(3);
  });

  it("the watches on the API server break in every way", async () => {
    expect(await stormWhileReporting({ seed: 18, dialect: "V2026", resources: 12, rounds: 1 })).toBe(1);
  });
});
