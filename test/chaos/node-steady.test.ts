// Where nothing happens to nodes and claims, nothing is written but the lease, and their clusters are asked no more than needed. The long
// form: 300 nodes and 100 claims in 10 clusters for ten minutes.
import { expect, it } from "vitest";
import { steadyNodes } from "../support/chaos/nodes-steady.ts";

it("lists each cluster's nodes, for its pools and single nodes together, its Nodes and its claims once per drift interval, and writes nothing", async () => {
  const { measured, expected } = await steadyNodes({
    clusters: 3,
    nodesPerCluster: 4,
    claimsPerCluster: 2,
    driftIntervalSeconds: 8,
    intervals: 3,
    convergesWithinMs: 120_000,
  });
  expect(measured).toEqual(expected);
}, 300_000);
