// Killed at every write boundary there is.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { report } from "../../support/chaos/outcome.ts";
import { projectCourse } from "../../support/chaos/projects-kills.ts";

describe("an operator that is killed at every write boundary", () => {
  it.each(["Refuse", "Allow"] as const)("does everything exactly once (%s duplicate names)", async (duplicateNames) => {
    const options = { seed: 1, lanes: 3, boundaries: "All" } as const;
    const killedAt = await killAtBoundaries(projectCourse(duplicateNames), options);
    report(`names ${duplicateNames}: killed at ${killedAt.length} boundaries`);
    expect(killedAt.length).toBeGreaterThanOrEqual(29);
  });
});
