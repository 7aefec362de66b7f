// An account that is lost for half an hour, and a flood of alarms. The long form has 300 projects and ten hours, 300 clusters and ten minutes.
import { expect, it } from "vitest";
import { floodOneCluster, loseAccount, POLL_SECONDS } from "../support/chaos/inventory-storms.ts";

it("raises one alarm for an account that all projects wait for, however often it is tried again", async () => {
  const said = await loseAccount({ projects: 10, hours: 0.5, events: 100 });
  expect(said).toEqual(["CloudAccount/ctyun Firing"]);
}, 300_000);

it("writes a cluster under a flood of alarms once a minute, and no other one", async () => {
  const minutes = 2;
  const found = await floodOneCluster({ clusters: 10, minutes, perMinute: 1_000 });
  expect(found.floodedWrites).toBeGreaterThanOrEqual(1);
  expect(found.floodedWrites).toBeLessThanOrEqual(minutes + 1);
  expect(found.othersWrites).toBe(0);
  // The test looks every second.
  expect(found.shownMs).toBeLessThanOrEqual(POLL_SECONDS * 1_000 + 2_000);
}, 300_000);
