// A sink whose spec, or what it reports of, is changed while it is at work: what it is told later counts as if it had been told at first.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { bcsAccountManifests, sinkManifest, TOKEN, type BcsStand } from "../support/clouds/bcs/environment.ts";
import { createWorkingStand } from "../support/clouds/bcs/stands.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { nodePoolManifest } from "../support/environment/resources.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

const PATIENCE = { timeout: 60_000, interval: 100 };
const ID = "BCS-K8S-40001";

let stand: BcsStand;

beforeAll(async () => {
  stand = await createWorkingStand("sink-changes");
  await stand.apply(
    ...bcsAccountManifests(stand.simulator, { name: "broken", stringData: { nothing: "in it" } }),
    projectManifest("p", { driftIntervalSeconds: 3_600 }),
  );
  await stand.reaches("cloudaccount/broken", "CredentialsIncomplete");
});
afterAll(() => stand[Symbol.asyncDispose]());

const LABELS = { of: "one-id" };
const labelled = (manifest: object): object => {
  const { metadata, ...rest } = manifest as { readonly metadata: object };
  return { ...rest, metadata: { ...metadata, labels: LABELS } };
};
const idsOf = (name: string): object => (name === "strange" ? { inventoryClusterId: "BCS-K8S-99999" } : {});
const quiet = { alarms: { mode: "Disabled" }, events: { mode: "Disabled" } };

describe.concurrent("a sink that is told later", () => {
  it("to raise alarms raises those that are due", async ({ expect }) => {
    const store = await stand.cloud("alarms");
    await stand.apply(sinkManifest("alarms", { accountRef: { name: "alarms" }, kinds: ["CloudAccount"], ...quiet }));
    await stand.reaches("inventorysink/alarms", "Reported");
    await stand.edit("inventorysink/alarms", { spec: { alarms: { mode: "Enabled" } } });
    const states = async (): Promise<readonly string[]> =>
      (await store.store()).alarms
        .filter(({ source }) => source === `CloudAccount/${stand.namespace}/broken`)
        .map(({ data }) => (data as { yunfan: { state: string } }).yunfan.state);
    await expect.poll(states, PATIENCE).toEqual(["Firing"]);
    // Of what it covers no more, what fires is over.
    await stand.edit("inventorysink/alarms", { spec: { kinds: ["RegistryProject"] } });
    await expect.poll(states, PATIENCE).toEqual(["Firing", "Resolved"]);
  });

  it("to report metrics reports them", async ({ expect }) => {
    const store = await stand.cloud("metrics");
    await stand.apply(sinkManifest("metrics", { accountRef: { name: "metrics" }, kinds: ["CloudAccount"], ...quiet }));
    await stand.reaches("inventorysink/metrics", "Reported");
    await stand.edit("inventorysink/metrics", { spec: { metrics: { mode: "Enabled", intervalSeconds: 86_400 } } });
    await expect.poll(async () => (await store.store()).metrics.map(({ name }) => name), PATIENCE).toEqual(["states"]);
  });

  it("to report what it has looked at only reports all of it", async ({ expect }) => {
    const store = await stand.cloud("looked-at");
    const spec = { accountRef: { name: "looked-at" }, kinds: ["CloudAccount"], managementPolicy: "Observe" };
    await stand.apply(sinkManifest("looked-at", { ...spec, metrics: { mode: "Enabled" } }));
    await stand.reaches("inventorysink/looked-at", "Reported");
    expect(await store.effects()).toEqual([]);
    await stand.edit("inventorysink/looked-at", { spec: { managementPolicy: "Manage" } });
    const kept = async (): Promise<object> => {
      const { alarms, events, metrics, records } = await store.store();
      const isAlarmed = alarms.some(({ source }) => source.endsWith("/broken"));
      return { isAlarmed, events: events.length > 0, metrics: metrics.length, records: records.length > 0 };
    };
    await expect.poll(kept, PATIENCE).toEqual({ isAlarmed: true, events: true, metrics: 1, records: true });
  });

  it("not to report a kind any more forgets the conflicts about it", async ({ expect }) => {
    const store = await stand.cloud("conflicts");
    const data = { yunfan: { owner: "somebody-else" } };
    const key = { clusterId: "BCS-K8S-00001", namespace: stand.namespace, resourceName: "p", data };
    await store.behindOurBack("POST", "records", { ...key, resourceType: "YunfanRegistryProject" });
    const kinds = ["CloudAccount", "RegistryProject"];
    await stand.apply(sinkManifest("conflicts", { accountRef: { name: "conflicts" }, kinds, ...quiet }));
    await stand.reaches("inventorysink/conflicts", "RecordConflict");
    await stand.edit("inventorysink/conflicts", { spec: { kinds: ["CloudAccount"] } });
    await stand.reaches("inventorysink/conflicts", "Reported");
    expect((await store.store()).records.filter(({ resourceName }) => resourceName === "p")).toHaveLength(1);
  });

  it("by which owner its records go takes along those that are its own", async ({ expect }) => {
    const store = await stand.cloud("owners");
    const spec = { accountRef: { name: "owners" }, kinds: ["CloudAccount"], ...quiet };
    await stand.apply(sinkManifest("owners", spec));
    await stand.reaches("inventorysink/owners", "Reported");
    await stand.edit("inventorysink/owners", { spec: { externalId: "a-sink-that-is-gone" } });
    const owners = async (): Promise<ReadonlySet<string>> =>
      new Set((await store.store()).records.map(({ data }) => (data as { yunfan: { owner: string } }).yunfan.owner));
    await expect.poll(owners, PATIENCE).toEqual(new Set(["a-sink-that-is-gone"]));
    await stand.reaches("inventorysink/owners", "Reported");
    await stand.remove("inventorysink/owners");
    await stand.gone("inventorysink/owners");
    expect((await store.store()).records).toEqual([]);
  });
});

describe.concurrent("a sink whose resources change", () => {
  it("files a pool under its cluster's id though the cluster came later", async ({ expect }) => {
    const store = await stand.cloud("late-cluster");
    const spec = {
      accountRef: { name: "late-cluster" },
      watchData: { mode: "Enabled" },
      kinds: ["NodePool"],
      ...quiet,
    };
    await stand.apply(
      sinkManifest("late-cluster", spec),
      nodePoolManifest({ metadata: { name: "workers" }, spec: { clusterRef: { name: "late" } } }),
    );
    const ids = async (): Promise<readonly string[]> => (await store.store()).watches.map(({ clusterId }) => clusterId);
    await expect.poll(ids, PATIENCE).toEqual(["BCS-K8S-00001"]);
    await stand.apply(clusterManifest("late", { inventoryClusterId: ID }));
    await expect.poll(ids, PATIENCE).toEqual([ID]);
    await stand.remove("nodepool/workers");
    await stand.remove("managedcluster/late");
    await expect.poll(ids, PATIENCE).toEqual([]);
  });
});

describe.concurrent("a sink whose token", () => {
  it("has no right on a cluster's id that a resource claims reports all others, and says so", async ({ expect }) => {
    const store = await stand.anotherSimulator();
    await store.behindOurBack("POST", "tokens", { token: "one-id", clusterIds: ["BCS-K8S-00001"] });
    await stand.apply(
      ...bcsAccountManifests(store, { name: "one-id", stringData: { token: "one-id" } }),
      ...["strange", "usual"].map((name) => labelled(clusterManifest(name, idsOf(name)))),
    );
    const spec = {
      accountRef: { name: "one-id" },
      kinds: ["ManagedCluster"],
      selector: { matchLabels: LABELS },
      ...quiet,
    };
    await stand.apply(sinkManifest("one-id", spec));
    const kept = async (): Promise<readonly string[]> =>
      (await store.store()).records.map(({ clusterId, resourceName }) => `${clusterId}/${resourceName}`).toSorted();
    await expect.poll(kept, PATIENCE).toEqual(["BCS-K8S-00001/strange", "BCS-K8S-00001/usual"]);
    const ready = await stand.reaches("inventorysink/one-id", "RecordsRefused");
    expect(ready.message).toMatch(/ManagedCluster\/.*\/strange.*403/);
    await stand.edit("managedcluster/strange", { spec: { inventoryClusterId: null } });
    await stand.lookAgain("inventorysink/one-id");
    await stand.reaches("inventorysink/one-id", "Reported");
    const claims = async (): Promise<readonly unknown[]> =>
      (await store.store()).records.map(({ data }) => (data as { yunfan: { cluster?: string } }).yunfan.cluster);
    await expect.poll(claims, PATIENCE).toEqual([undefined, undefined]);
    await stand.remove("inventorysink/one-id");
    await stand.gone("inventorysink/one-id");
    expect(await kept()).toEqual([]);
  });

  it("is refused has its account verified at once", async ({ expect }) => {
    const store = await stand.cloud("revoked");
    await stand.apply(sinkManifest("revoked", { accountRef: { name: "revoked" }, kinds: ["CloudAccount"], ...quiet }));
    await stand.reaches("inventorysink/revoked", "Reported");
    const { tokens } = (await store.state()) as { tokens: readonly { id: string; token: string }[] };
    const { id } = tokens.find(({ token }) => token === TOKEN)!;
    await store.behindOurBack("DELETE", `tokens/${id}`);
    await stand.edit("cloudaccount/broken", { metadata: { labels: { changed: "by-hand" } } });
    expect(await stand.reaches("cloudaccount/revoked", "CredentialsRejected")).toMatchObject({ status: "False" });
  });
});

itStaysClean(() => stand);
