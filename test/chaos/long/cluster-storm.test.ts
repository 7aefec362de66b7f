// Two hundred kills at random instants while twenty clusters with pools and add-ons come, change, sleep and go and the cloud
// misbehaves.
import { describe, expect, it } from "vitest";
import { ClusterStorm } from "../../support/chaos/clusters-storm.ts";
import { weatherStorm } from "../../support/chaos/storm.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const options = { names: 20, kills: 200, convergesWithinMs: 600_000 };

describe("an operator that is killed at two hundred random instants", () => {
  it.each([
    { duplicateNames: "Refuse", seed: 201 },
    { duplicateNames: "Allow", seed: 202 },
  ] as const)(
    "leaves each cluster, pool and add-on exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const storm = untilTestEnds(await ClusterStorm.on(duplicateNames));
      const tookMs = await weatherStorm(storm, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
  );
});
