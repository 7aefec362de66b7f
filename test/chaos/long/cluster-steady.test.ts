// A steady fleet for ten minutes.
import { expect, it } from "vitest";
import { steadyClusters } from "../../support/chaos/clusters-steady.ts";

it("writes nothing but the lease for ten minutes, and lists each place once per drift interval", async () => {
  const { measured, expected } = await steadyClusters({
    clusters: 300,
    driftIntervalSeconds: 60,
    intervals: 10,
    convergesWithinMs: 1_200_000,
  });
  expect(measured).toEqual(expected);
});
