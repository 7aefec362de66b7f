// 300 nodes and 100 claims, steady for ten minutes.
import { expect, it } from "vitest";
import { steadyNodes } from "../../support/chaos/nodes-steady.ts";

it("writes nothing but the lease for ten minutes, and lists each cluster's nodes, Nodes and claims once per drift interval", async () => {
  const { measured, expected } = await steadyNodes({
    clusters: 10,
    nodesPerCluster: 30,
    claimsPerCluster: 10,
    driftIntervalSeconds: 60,
    intervals: 10,
    convergesWithinMs: 1_200_000,
  });
  expect(measured).toEqual(expected);
});
