// A hundred kills at random instants while fifty projects come, change and go and the cloud misbehaves.
import { describe, expect, it } from "vitest";
import { createStormBed, weatherStorm } from "../../support/chaos-storm.ts";
import { untilTestEnds } from "../../support/transports.ts";

const storm = { projects: 50, kills: 100, convergesWithinMs: 600_000 };

describe("an operator that is killed at a hundred random instants", () => {
  it.each([
    { duplicateNames: "Refuse", seed: 101 },
    { duplicateNames: "Allow", seed: 102 },
  ] as const)(
    "leaves each project exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const bed = untilTestEnds(await createStormBed(duplicateNames));
      const tookMs = await weatherStorm(bed, { ...storm, seed });
      expect(tookMs).toBeLessThanOrEqual(storm.convergesWithinMs);
    },
  );
});
