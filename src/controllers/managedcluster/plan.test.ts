// What is done about a cluster that is out of order: it is looked at again, soon at first and then less and less often.
import { expect, test } from "vitest";
import type { Cluster } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { planFor } from "./plan.ts";

const NOW_MS = Date.parse("2026-01-01T12:00:00Z");
const item = { id: "c-1", name: "c-1", phase: "Unavailable", cloudPhase: "0 of 0 nodes ready", message: "" } as Cluster;

test.each([
  ["was in order until now", undefined, 5_000],
  ["is out of order since 10 s", 10_000, 5_000],
  ["is out of order since 100 s", 100_000, 20_000],
  ["is out of order since an hour", 3_600_000, 60_000],
])("a cluster that %s", (_, sinceMs, pollAfterMs) => {
  const lastTransitionTime = new Date(NOW_MS - (sinceMs ?? 3_600_000)).toISOString();
  const condition = { type: "ClusterAvailable", status: sinceMs === undefined ? "True" : "False", lastTransitionTime };
  const resource = { spec: {}, metadata: {}, status: { conditions: [condition] } } as unknown as ManagedCluster;
  expect(planFor(resource, { item }, NOW_MS)).toMatchObject({
    do: "Await",
    reason: "ClusterNotAvailable",
    pollAfterMs,
  });
});
