// Two hundred kills at random instants while twenty clusters on ACK with bought and existing servers come, change and go and the cloud
// misbehaves, in both dialects, whether it refuses a second one of a name or not, and where no answer shows a mark.
import { describe, expect, it } from "vitest";
import { AckStorm } from "../../support/chaos/ack-storm.ts";
import { weatherStorm } from "../../support/chaos/storm.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const STORM = { names: 20, kills: 200, convergesWithinMs: 600_000 };

describe("an operator of clusters on ACK that is killed at two hundred random instants", () => {
  it.each([
    { dialect: "V2026", duplicateNames: "Refuse", seed: 301 },
    { dialect: "V2026", duplicateNames: "Allow", seed: 302 },
    { dialect: "Reference", duplicateNames: "Refuse", seed: 303 },
    { dialect: "Reference", duplicateNames: "Allow", seed: 304 },
    { dialect: "V2026", duplicateNames: "Allow", seed: 305, hideTags: true },
    { dialect: "Reference", duplicateNames: "Refuse", seed: 306, hideTags: true },
  ] as const)(
    "leaves each cluster and pool exactly once or not at all ($dialect, $duplicateNames duplicate names, tags hidden: $hideTags)",
    async ({ seed, dialect, ...options }) => {
      const storm = untilTestEnds(await AckStorm.on(dialect, options));
      const tookMs = await weatherStorm(storm, { ...STORM, seed });
      expect(tookMs).toBeLessThanOrEqual(STORM.convergesWithinMs);
    },
  );
});
