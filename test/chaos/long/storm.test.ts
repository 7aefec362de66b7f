// A hundred kills at random instants while fifty projects come, change and go and the cloud misbehaves.
import { describe, expect, it } from "vitest";
import { ProjectStorm } from "../../support/chaos/projects-storm.ts";
import { weatherStorm } from "../../support/chaos/storm.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const options = { names: 50, kills: 100, convergesWithinMs: 600_000 };

describe("an operator that is killed at a hundred random instants", () => {
  it.each([
    { duplicateNames: "Refuse", seed: 101 },
    { duplicateNames: "Allow", seed: 102 },
  ] as const)(
    "leaves each project exactly once or not at all ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const storm = untilTestEnds(await ProjectStorm.on(duplicateNames));
      const tookMs = await weatherStorm(storm, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
  );
});
