// Two hundred kills at random instants while twenty clusters on ACK with bought and existing servers come, change and go and the cloud
// misbehaves, in both dialects, whether it refuses a second one of a name or not.
import { describe, expect, it } from "vitest";
import { AckStorm } from "../../support/chaos/ack-storm.ts";
import { weatherStorm } from "../../support/chaos/storm.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const options = { names: 20, kills: 200, convergesWithinMs: 600_000 };

describe("an operator of clusters on ACK that is killed at two hundred random instants", () => {
  it.each([
    { dialect: "V2026", duplicateNames: "Refuse", seed: 301 },
    { dialect: "V2026", duplicateNames: "Allow", seed: 302 },
    { dialect: "Reference", duplicateNames: "Refuse", seed: 303 },
    { dialect: "Reference", duplicateNames: "Allow", seed: 304 },
  ] as const)(
    "leaves each cluster and pool exactly once or not at all ($dialect, $duplicateNames duplicate names)",
    async ({ dialect, duplicateNames, seed }) => {
      const storm = untilTestEnds(await AckStorm.on(dialect, { duplicateNames }));
      const tookMs = await weatherStorm(storm, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
  );
});
