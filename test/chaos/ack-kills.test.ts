// Clusters and pools on ACK, killed at some of their write boundaries. The long form kills at all of them.
import { describe, expect, it } from "vitest";
import { ackCourse } from "../support/chaos/ack-kills.ts";
import { killAtBoundaries } from "../support/chaos/kills.ts";
import { report } from "../support/chaos/outcome.ts";

const boundaries = { create: 1, furnish: 1, grow: 1, shrink: 1, upgrade: 1, remove: 1 };

describe.concurrent("an operator of clusters on ACK that is killed at write boundaries", () => {
  it.each(["V2026", "Reference"] as const)(
    "makes, fills, empties and deletes everything exactly once, in dialect %s",
    async (dialect) => {
      const killedAt = await killAtBoundaries(ackCourse(dialect), { seed: 8, lanes: 1, boundaries });
      report(`ACK, ${dialect}: killed at ${killedAt.length} boundaries: ${killedAt.join("; ")}`);
      // How many statuses are written on the way depends on who is faster.
      expect(killedAt.length).toBeGreaterThanOrEqual(4);
    },
    420_000,
  );
});
