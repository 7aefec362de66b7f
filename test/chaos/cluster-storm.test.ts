// Killed at random instants while clusters with pools and add-ons come, change, sleep and go and the cloud misbehaves. The long form
// has 20 clusters and kills 200 times.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ClusterStorm } from "../support/chaos/clusters-storm.ts";
import { weatherStorm } from "../support/chaos/storm.ts";

const options = { names: 3, kills: 3, convergesWithinMs: 120_000 };
const clouds = [
  { duplicateNames: "Refuse", seed: 21 },
  { duplicateNames: "Allow", seed: 22 },
] as const;
const storms = new Map<string, ClusterStorm>();

beforeAll(async () => {
  for (const { duplicateNames } of clouds) storms.set(duplicateNames, await ClusterStorm.on(duplicateNames));
});
afterAll(() => Promise.all([...storms.values()].map((storm) => storm[Symbol.asyncDispose]())));

describe.concurrent("an operator that is killed at random instants", () => {
  it.each(clouds)(
    "leaves each cluster, pool and add-on exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const tookMs = await weatherStorm(storms.get(duplicateNames)!, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
    300_000,
  );
});
