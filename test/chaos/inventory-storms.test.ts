// An account that is lost for half an hour, and a flood of alarms. The long form has 300 projects and ten hours, 300 clusters and ten minutes.
import { it } from "vitest";
import { floodOneCluster, loseAccount } from "../support/chaos/inventory-storms.ts";

it("raises one alarm for an account that all projects wait for, however often it is tried again", async () => {
  await loseAccount({ projects: 10, hours: 0.5, events: 100 });
}, 300_000);

it("writes a cluster under a flood of alarms once a minute, and no other one", async () => {
  await floodOneCluster({ clusters: 10, minutes: 2, perMinute: 1_000 });
}, 300_000);
