// Killed at every write boundary there is.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos-kills.ts";
import { report } from "../../support/chaos-outcome.ts";

describe("an operator that is killed at every write boundary", () => {
  it.each(["Refuse", "Allow"] as const)("does everything exactly once (%s duplicate names)", async (duplicateNames) => {
    const killedAt = await killAtBoundaries({ seed: 1, duplicateNames, lanes: 3, afterCreate: "All" });
    report(`names ${duplicateNames}: killed at ${killedAt.length} boundaries`);
    expect(killedAt.length).toBeGreaterThanOrEqual(29);
  });
});
