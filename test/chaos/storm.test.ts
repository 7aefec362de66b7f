// Killed at random instants while projects come, change and go and the cloud misbehaves. The long form kills a hundred times.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Bed } from "../support/chaos-bed.ts";
import { createStormBed, weatherStorm } from "../support/chaos-storm.ts";

const storm = { projects: 12, kills: 6, convergesWithinMs: 120_000 };
const clouds = [
  { duplicateNames: "Refuse", seed: 11 },
  { duplicateNames: "Allow", seed: 12 },
] as const;
const beds = new Map<string, Bed>();

beforeAll(async () => {
  for (const { duplicateNames } of clouds) beds.set(duplicateNames, await createStormBed(duplicateNames));
});
afterAll(() => Promise.all([...beds.values()].map((bed) => bed[Symbol.asyncDispose]())));

describe.concurrent("an operator that is killed at random instants", () => {
  it.each(clouds)(
    "leaves each project exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const tookMs = await weatherStorm(beds.get(duplicateNames)!, { ...storm, seed });
      expect(tookMs).toBeLessThanOrEqual(storm.convergesWithinMs);
    },
    300_000,
  );
});
