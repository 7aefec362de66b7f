// An account that is lost for ten hours of an injected clock, 10,000 Events at once, and a flood of alarms on one of 300 clusters.
import { it } from "vitest";
import { floodOneCluster, loseAccount } from "../../support/chaos/inventory-storms.ts";

it("raises one alarm for an account that 300 projects wait for during ten hours, and loses none of 10,000 Events", async () => {
  await loseAccount({ projects: 300, hours: 10, events: 10_000 });
});

it("writes a cluster under a flood of alarms once a minute, and none of 299 others", async () => {
  await floodOneCluster({ clusters: 300, minutes: 10, perMinute: 1_000 });
});
