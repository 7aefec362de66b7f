// An account that is lost for ten hours of an injected clock, 10,000 Events at once, and a flood of alarms on one of 300 clusters.
import { expect, it } from "vitest";
import { floodOneCluster, loseAccount, POLL_SECONDS } from "../../support/chaos/inventory-storms.ts";

it("raises one alarm for an account that 300 projects wait for during ten hours, and loses none of 10,000 Events", async () => {
  const said = await loseAccount({ projects: 300, hours: 10, events: 10_000 });
  expect(said).toEqual(["CloudAccount/ctyun Firing"]);
});

it("writes a cluster under a flood of alarms once a minute, and none of 299 others", async () => {
  const minutes = 10;
  const found = await floodOneCluster({ clusters: 300, minutes, perMinute: 1_000 });
  expect(found.floodedWrites).toBeGreaterThanOrEqual(1);
  expect(found.floodedWrites).toBeLessThanOrEqual(minutes + 1);
  expect(found.othersWrites).toBe(0);
  // The test looks every second.
  expect(found.shownMs).toBeLessThanOrEqual(POLL_SECONDS * 1_000 + 2_000);
});
