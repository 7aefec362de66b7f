// Where everything on EasyStack is as declared, what a drift interval costs. The long form: 200 of each, and 50 sets in 10 places, for ten minutes.
import { expect, it } from "vitest";
import { steadyEasyStack } from "../support/chaos/easystack-steady.ts";

it("nothing is written, and one list of each sort serves every cluster", async () => {
  const { measured, expected } = await steadyEasyStack({
    clusters: 3,
    projects: 3,
    namespacesIn: 1,
    claimsIn: 1,
    placesIn: 1,
    setsInPlace: 1,
    objectsInSet: 3,
    driftIntervalSeconds: 8,
    intervals: 3,
    convergesWithinMs: 120_000,
  });
  expect(measured).toEqual(expected);
}, 300_000);
