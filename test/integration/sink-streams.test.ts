// Events and alarms of an InventorySink, in each dialect: each once, whatever restarts; and what lies under a cluster's own id.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  bcsAccountManifests,
  createBcsStand,
  sinkManifest,
  TOKEN,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { projectManifest, secretManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { nodePoolManifest } from "../support/environment/resources.ts";

vi.setConfig({ testTimeout: 120_000 });

interface Said {
  readonly event: { readonly uuid: string; readonly reason: string; readonly messages: string };
  readonly yunfan: { readonly state: string; readonly at: number };
}

const PATIENCE = { timeout: 60_000, interval: 100 };

describe.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;

  beforeAll(async () => {
    stand = await createBcsStand(`streams-${dialect.toLowerCase()}`, { dialect });
    store = stand.simulator;
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
    await stand.apply(...bcsAccountManifests(store));
    await stand.reaches("cloudaccount/bcs", "Verified");
    await stand.apply(
      sinkManifest("fleet", {
        watchData: { mode: "Enabled" },
        metrics: { mode: "Enabled", intervalSeconds: 10 },
        alarms: { notReadyAfterSeconds: 3_600 },
      }),
    );
    await stand.reaches("inventorysink/fleet", "Reported");
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  async function restart(): Promise<void> {
    const former = stand.operators.at(-1)!;
    former.kill("SIGKILL");
    await former.ended;
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  }

  /** Of Events about resources that the sink reports: their ids in the store, and those that the API server asks for. */
  async function events(): Promise<{ readonly stored: readonly string[]; readonly there: readonly string[] }> {
    const { stdout } = await stand.kubectl(["get", "events", "-o", "json"]);
    const { items } = JSON.parse(stdout) as { items: Event[] };
    const there = items
      .filter(({ involvedObject, reportingComponent }) => {
        return reportingComponent === "yunfan.dev/operator" && involvedObject.kind !== "InventorySink";
      })
      .map(({ metadata }) => metadata.uid);
    const stored = (await store.store()).events.map(({ data }) => (data as Event).metadata.uid);
    return { stored: stored.toSorted(), there: there.toSorted() };
  }

  const alarms = async (source: string): Promise<readonly Said[]> =>
    (await store.store()).alarms.filter((alarm) => alarm.source === source).map(({ data }) => data as Said);

  it("every Event of a reported resource is there once, after a restart too", async () => {
    await stand.apply(...["a", "b", "c"].map((name) => projectManifest(name, { driftIntervalSeconds: 3_600 })));
    await expect.poll(async () => (await events()).there.length, PATIENCE).toBeGreaterThanOrEqual(4);
    await expect
      .poll(async () => {
        const { stored, there } = await events();
        return stored.join() === there.join();
      }, PATIENCE)
      .toBe(true);
    await restart();
    await stand.apply(projectManifest("d", { driftIntervalSeconds: 3_600 }));
    await expect
      .poll(async () => {
        const { stored, there } = await events();
        return there.length >= 5 && stored.join() === there.join();
      }, PATIENCE)
      .toBe(true);
  });

  it("an alarm fires once while a resource is Stalled, also over a restart, and is resolved once", async () => {
    const source = `CloudAccount/${stand.namespace}/broken`;
    await stand.apply(...bcsAccountManifests(store, { name: "broken", stringData: { nothing: "in it" } }));
    await stand.reaches("cloudaccount/broken", "CredentialsIncomplete");
    await expect
      .poll(async () => (await alarms(source)).map(({ yunfan }) => yunfan.state), PATIENCE)
      .toEqual(["Firing"]);
    const alarm = (await store.store()).alarms.find((one) => one.source === source);
    expect(alarm).toMatchObject({
      clusterId: "BCS-K8S-00001",
      module: "yunfan",
      message: expect.stringContaining("Stalled"),
    });
    await restart();
    await stand.lookAgain("cloudaccount/broken");
    await stand.apply(secretManifest("broken-credentials", { token: TOKEN }));
    await stand.reaches("cloudaccount/broken", "Verified");
    await expect
      .poll(async () => (await alarms(source)).map(({ yunfan }) => yunfan.state), PATIENCE)
      .toEqual(["Firing", "Resolved"]);
    // Those that wait for a missing account point elsewhere.
    expect(await alarms(`RegistryProject/${stand.namespace}/a`)).toEqual([]);
  });

  it("a cluster and what is in it lie under the cluster's own id, and move with it", async () => {
    const places = async (): Promise<object> => {
      const { records, watches, metrics } = await store.store();
      return {
        clusters: records.filter(({ resourceType }) => resourceType === "YunfanCluster").map(placeOf),
        watches: watches.map(placeOf).toSorted(),
        metrics: metrics
          .filter(({ name }) => name.startsWith("cluster."))
          .map(({ clusterId, name }) => `${clusterId}/${name}`),
      };
    };
    const under = (id: string): object => ({
      clusters: [`${id}/YunfanCluster/${stand.namespace}.prod`],
      watches: [`${id}/yunfanmanagedcluster/prod`, `${id}/yunfannodepool/workers`],
      metrics: [`${id}/cluster.prod`],
    });
    await stand.apply(
      clusterManifest("prod", { inventoryClusterId: "BCS-K8S-40001", driftIntervalSeconds: 3_600 }),
      nodePoolManifest({ metadata: { name: "workers" }, spec: { clusterRef: { name: "prod" } } }),
    );
    await expect.poll(places, PATIENCE).toEqual(under("BCS-K8S-40001"));
    await stand.edit("managedcluster/prod", { spec: { inventoryClusterId: "BCS-K8S-40002" } });
    await stand.lookAgain("inventorysink/fleet");
    await expect.poll(places, PATIENCE).toEqual(under("BCS-K8S-40002"));
    await stand.remove("nodepool/workers");
    await stand.remove("managedcluster/prod");
    await stand.lookAgain("inventorysink/fleet");
    await expect.poll(places, PATIENCE).toEqual({ clusters: [], watches: [], metrics: [] });
  });

  it("the sink's deletion leaves events and alarms, and nothing else", async () => {
    await stand.remove("inventorysink/fleet");
    await stand.gone("inventorysink/fleet");
    const { records, watches, metrics, events: left, alarms: said } = await store.store();
    expect([records, watches, metrics]).toEqual([[], [], []]);
    expect([left.length > 0, said.length > 0]).toEqual([true, true]);
  });

  // Those before the last one were killed.
  itStaysClean(() => ({ ...stand, operators: stand.operators.slice(-1) }));
});

interface Event {
  readonly metadata: { readonly uid: string };
  readonly reportingComponent: string;
  readonly involvedObject: { readonly kind: string };
}

function placeOf(slot: { clusterId: string; resourceType: string; resourceName: string }): string {
  return `${slot.clusterId}/${slot.resourceType}/${slot.resourceName}`;
}
