// The way into a cluster through its cloud: by the account as the visit has entered it, wherever that reaches a moment later.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { storedManagedCluster } from "../../../test/support/environment/resources.ts";
import type { Access } from "../cloudaccount/accounts.ts";
import { Insides, type InsidesDeps } from "./insides.ts";

const { signal } = new AbortController();

/** A session whose gateway's channel is known by that name. */
function accessTo(name: string): Access {
  const manifests = { intoClusters: "AsRoute", open: () => ({ name }) };
  return { account: storedCloudAccount(), session: { manifests }, location: name } as unknown as Access;
}

it("A visit that has entered a cluster goes on there though its account reaches another place by now", async () => {
  const home = accessTo("home");
  const now = { access: home };
  const accounts = { mayReplaceKubeconfigs: () => false, use: () => now } as unknown as InsidesDeps["accounts"];
  const targets = {} as InsidesDeps["targets"];
  const insides = new Insides({ accounts, targets, clock: new FakeClock(), stop: signal });
  const cluster = storedManagedCluster({ spec: { manifests: { route: "Gateway" } } });
  const channelBy = async (access: Access | undefined) => {
    using way = insides.enter(cluster, { clusterId: "c", access });
    return (await way.open(signal)).channel;
  };
  expect(await channelBy(home)).toEqual({ name: "home" });
  now.access = accessTo("other");
  expect(await channelBy(home)).toEqual({ name: "home" });
  expect(await channelBy(undefined)).toEqual({ name: "other" });
});
