// An operator that is killed while it reports to an inventory that fails, or whose watches break. The long forms have all dialects, 200
// kills, and 20 leaders.
import { describe, it } from "vitest";
import { reporting } from "../support/chaos/inventory-boundaries.ts";
import { killLeaders, killWhileReporting, stormWhileReporting } from "../support/chaos/inventory-kills.ts";
import { killAtBoundaries } from "../support/chaos/kills.ts";

describe.concurrent("everything is reported once though", { timeout: 300_000 }, () => {
  it("the operator is killed at random and the store fails", async ({ expect }) => {
    const options = { seed: 16, dialect: "V2019", resources: 12, kills: 4, longestLifeMs: 2_500 } as const;
    expect(await killWhileReporting(options)).toBe(4);
  });

  it("of two operators the leader is killed in the middle of a burst", async ({ expect }) => {
    expect(await killLeaders({ seed: 17, dialect: "Reference", resources: 20, kills: 1 })).toBe(1);
  });

  it("the operator is killed at a boundary of its writes", async ({ expect }) => {
    const options = { seed: 19, lanes: 1, boundaries: { come: 1, change: 1, go: 1 } } as const;
    expect((await killAtBoundaries(reporting("V2026"), options)).length).toBeGreaterThanOrEqual(2);
  });

  it("the watches on the API server break in every way", async ({ expect }) => {
    expect(await stormWhileReporting({ seed: 18, dialect: "V2026", resources: 12, rounds: 1 })).toBe(1);
  });
});
