// Clusters with pools and an add-on, killed at some of their write boundaries. The long form kills at all of them.
import { expect, it } from "vitest";
import { clusterCourse } from "../support/chaos/clusters-kills.ts";
import { killAtBoundaries } from "../support/chaos/kills.ts";
import { report } from "../support/chaos/outcome.ts";

const boundaries = { create: 2, furnish: 2, scale: 2, sleep: 2, wake: 2, remove: 2 };

it("makes, scales, hibernates and deletes everything exactly once though it is killed at its write boundaries", async () => {
  const killedAt = await killAtBoundaries(clusterCourse("Allow"), { seed: 5, lanes: 2, boundaries });
  report(`clusters: killed at ${killedAt.length} boundaries`);
  expect(killedAt.length).toBe(12);
}, 300_000);
