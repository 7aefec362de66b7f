// A set, killed at every write boundary there is.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { report } from "../../support/chaos/outcome.ts";
import { setCourse } from "../../support/chaos/set-boundaries.ts";

describe("an operator of sets that is killed at every write boundary", () => {
  it.each([
    // Seven requests of three sorts, and as many statuses around them.
    { channel: "wrapped", least: 40 },
    { channel: "gateway", least: 40 },
    // Seven requests, before and after each, and some statuses.
    { channel: "native", least: 24 },
  ] as const)(
    "makes, changes, prunes and deletes each object exactly once, by the channel $channel",
    async ({ channel, least }) => {
      const killedAt = await killAtBoundaries(setCourse(channel), { seed: 1, lanes: 1, boundaries: "All" });
      report(`sets, ${channel}: killed at ${killedAt.length} boundaries`);
      expect(killedAt.length).toBeGreaterThanOrEqual(least);
    },
  );
});
