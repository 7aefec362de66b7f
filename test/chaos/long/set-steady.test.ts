// 1,000 objects in 100 targets, steady for ten minutes.
import { expect, it } from "vitest";
import { steadySets } from "../../support/chaos/sets-steady.ts";

it("writes nothing but the lease for ten minutes, and lists each kind once for each target and drift interval", async () => {
  const { measured, expected } = await steadySets({
    clusters: 100,
    objectsPerSet: 10,
    driftIntervalSeconds: 60,
    intervals: 10,
    convergesWithinMs: 1_200_000,
  });
  expect(measured).toEqual(expected);
});
