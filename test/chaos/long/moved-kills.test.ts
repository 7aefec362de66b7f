// An account that is pointed elsewhere in the middle of what its resources do, and an operator killed at every write boundary of that.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { movedCourse } from "../../support/chaos/moved-kills.ts";
import { report } from "../../support/chaos/outcome.ts";

describe("an operator whose account is pointed elsewhere, killed at every write boundary", () => {
  it.each(["Cluster", "Members"] as const)("writes nothing there, and everything once at home (%s)", async (moment) => {
    const killedAt = await killAtBoundaries(movedCourse(moment), { seed: 1, lanes: 3, boundaries: "All" });
    report(`moved account, ${moment}: killed at ${killedAt.length} boundaries`);
    expect(killedAt.length).toBeGreaterThanOrEqual(40);
  });
});
