// Clusters with pools and an add-on, killed at every write boundary there is.
import { describe, expect, it } from "vitest";
import { clusterCourse } from "../../support/chaos/clusters-kills.ts";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { report } from "../../support/chaos/outcome.ts";

describe("an operator of clusters that is killed at every write boundary", () => {
  it.each(["Refuse", "Allow"] as const)("does everything exactly once (%s duplicate names)", async (duplicateNames) => {
    const options = { seed: 1, lanes: 3, boundaries: "All" } as const;
    const killedAt = await killAtBoundaries(clusterCourse(duplicateNames), options);
    report(`clusters, names ${duplicateNames}: killed at ${killedAt.length} boundaries`);
    expect(killedAt.length).toBeGreaterThanOrEqual(120);
  });
});
