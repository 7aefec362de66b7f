// Killed at random instants while projects come, change and go and the cloud misbehaves. The long form kills a hundred times.
import { describe, expect, it } from "vitest";
import { weatherStorm } from "../support/chaos-storm.ts";

const storm = { projects: 12, kills: 6, convergesWithinMs: 120_000 };

describe("an operator that is killed at random instants", () => {
  it.each([
    { duplicateNames: "Refuse", seed: 11 },
    { duplicateNames: "Allow", seed: 12 },
  ] as const)(
    "leaves each project exactly once or not at all ($duplicateNames duplicate names)",
    async (cloud) => {
      await expect(weatherStorm({ ...storm, ...cloud })).resolves.toBeUndefined();
    },
    300_000,
  );
});
