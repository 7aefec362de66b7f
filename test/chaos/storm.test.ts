// Killed at random instants while projects come, change and go and the cloud misbehaves. The long form kills a hundred times.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProjectStorm } from "../support/chaos/projects-storm.ts";
import { weatherStorm } from "../support/chaos/storm.ts";

const options = { names: 8, kills: 4, convergesWithinMs: 120_000 };
const clouds = [
  { duplicateNames: "Refuse", seed: 11 },
  { duplicateNames: "Allow", seed: 12 },
] as const;
const storms = new Map<string, ProjectStorm>();

beforeAll(async () => {
  for (const { duplicateNames } of clouds) storms.set(duplicateNames, await ProjectStorm.on(duplicateNames));
});
afterAll(() => Promise.all([...storms.values()].map((storm) => storm[Symbol.asyncDispose]())));

describe.concurrent("an operator that is killed at random instants", () => {
  it.each(clouds)(
    "leaves each project exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const tookMs = await weatherStorm(storms.get(duplicateNames)!, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
    300_000,
  );
});
