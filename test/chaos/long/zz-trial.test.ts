import { expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos-kills.ts";
import { report } from "../../support/chaos-outcome.ts";
import { steadyCost } from "../../support/chaos-steady.ts";
import { weatherStorm } from "../../support/chaos-storm.ts";
it("storm", async () => {
  await expect(weatherStorm({ projects: 50, kills: 30, convergesWithinMs: 600_000, duplicateNames: "Allow", seed: 102 })).resolves.toBeUndefined();
});
it("kills", async () => {
  const k = await killAtBoundaries({ seed: 1, duplicateNames: "Allow", lanes: 2, afterCreate: "All" });
  report(`killed at ${k.length}`);
});
it("steady", async () => {
  const { measured, expected } = await steadyCost({ projects: 1_000, filled: 100, driftIntervalSeconds: 30, intervals: 4, pageSize: 100, convergesWithinMs: 600_000 });
  expect(measured).toEqual(expected);
});
