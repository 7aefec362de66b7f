// 200 workspaces, namespaces and claims, and 50 sets of 8 objects in 10 places, steady for ten minutes.
import { expect, it } from "vitest";
import { steadyEasyStack } from "../../support/chaos/easystack-steady.ts";

it("writes nothing but the lease for ten minutes, and reads lists once for all clusters and each object once per drift interval", async () => {
  const { measured, expected } = await steadyEasyStack({
    clusters: 2,
    projects: 200,
    namespacesIn: 100,
    claimsIn: 100,
    placesIn: 5,
    setsInPlace: 5,
    objectsInSet: 8,
    driftIntervalSeconds: 60,
    intervals: 10,
    convergesWithinMs: 1_200_000,
  });
  expect(measured).toEqual(expected);
});
