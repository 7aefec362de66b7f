// Clusters and pools on ACK, killed at every write boundary there is.
import { describe, expect, it } from "vitest";
import { ackCourse } from "../../support/chaos/ack-kills.ts";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { report } from "../../support/chaos/outcome.ts";

describe("an operator of clusters on ACK that is killed at every write boundary", () => {
  it.each([
    ["V2026", "Refuse"],
    ["V2026", "Allow"],
    ["Reference", "Refuse"],
    ["Reference", "Allow"],
  ] as const)("does everything exactly once in dialect %s (%s duplicate names)", async (dialect, duplicateNames) => {
    const options = { seed: 1, lanes: 2, boundaries: "All" } as const;
    const killedAt = await killAtBoundaries(ackCourse(dialect, { duplicateNames }), options);
    report(`ACK, ${dialect}, names ${duplicateNames}: killed at ${killedAt.length} boundaries`);
    expect(killedAt.length).toBeGreaterThanOrEqual(80);
  });
});
