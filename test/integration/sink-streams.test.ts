// Events and alarms of an InventorySink, in each dialect: each once, whatever restarts; and what lies under a cluster's own id.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  bcsAccountManifests,
  sinkManifest,
  TOKEN,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import {
  administrator,
  createWorkingStand,
  lastOperatorOf,
  reportedEvents,
  restartOperator,
} from "../support/clouds/bcs/stands.ts";
import { flawsOfEvents } from "../support/chaos/inventory-outcome.ts";
import { projectManifest, secretManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { nodePoolManifest } from "../support/environment/resources.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 5 });

interface Said {
  readonly event: { readonly uuid: string; readonly reason: string; readonly messages: string };
  readonly yunfan: { readonly state: string; readonly at: number };
}

const PATIENCE = { timeout: 60_000, interval: 100 };
const SELDOM = { driftIntervalSeconds: 3_600 };

const admin = administrator();
afterAll(() => admin[Symbol.asyncDispose]());

describe.concurrent.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;

  beforeAll(async () => {
    stand = await createWorkingStand(`streams-${dialect.toLowerCase()}`, { dialect });
    store = stand.simulator;
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

  /** How the Events in the store are not those of the API server, of which there are to be so many. */
  async function flaws(least: number): Promise<readonly string[]> {
    const there = await reportedEvents(admin.kube, stand);
    return there.length < least ? [`${there.length} Events`] : flawsOfEvents(there, await store.store());
  }

  const alarms = async (source: string): Promise<readonly Said[]> =>
    (await store.store()).alarms.filter((alarm) => alarm.source === source).map(({ data }) => data as Said);
  const states = async (source: string): Promise<readonly string[]> =>
    (await alarms(source)).map(({ yunfan }) => yunfan.state);

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

  describe("at first", { concurrent: false }, () => {
    it.concurrent("every Event of a reported resource is there once", async ({ expect }) => {
      await stand.apply(...["a", "b", "c"].map((name) => projectManifest(name, SELDOM)));
      await expect.poll(() => flaws(4), PATIENCE).toEqual([]);
    });

    it.concurrent("an alarm fires once while a resource is Stalled", async ({ expect }) => {
      const source = `CloudAccount/${stand.namespace}/broken`;
      await stand.apply(...bcsAccountManifests(store, { name: "broken", stringData: { nothing: "in it" } }));
      await stand.reaches("cloudaccount/broken", "CredentialsIncomplete");
      await expect.poll(() => states(source), PATIENCE).toEqual(["Firing"]);
      const alarm = (await store.store()).alarms.find((one) => one.source === source);
      expect(alarm).toMatchObject({
        clusterId: "BCS-K8S-00001",
        module: "yunfan",
        message: expect.stringContaining("Stalled"),
      });
    });

    it.concurrent("a cluster and what is in it lie under the cluster's own id", async ({ expect }) => {
      await stand.apply(
        clusterManifest("prod", { inventoryClusterId: "BCS-K8S-40001", ...SELDOM }),
        nodePoolManifest({ metadata: { name: "workers" }, spec: { clusterRef: { name: "prod" } } }),
      );
      await expect.poll(places, PATIENCE).toEqual(under("BCS-K8S-40001"));
    });
  });

  /** How often the store was asked which Events it has. */
  const asked = async (): Promise<number> =>
    (await store.requests()).filter(({ method, path }) => method === "GET" && path.endsWith("/events")).length;

  describe("after a restart", { concurrent: false }, () => {
    let askedBefore = 0;

    // What was filed under a cluster's former id is found there, though nobody saw it change.
    beforeAll(async () => {
      askedBefore = await asked();
      const moved = { spec: { inventoryClusterId: "BCS-K8S-40002" } };
      await restartOperator(stand, { meanwhile: () => stand.edit("managedcluster/prod", moved) });
    });

    it.concurrent("every Event is there once, still", async ({ expect }) => {
      const { length } = await reportedEvents(admin.kube, stand);
      await stand.apply(projectManifest("d", SELDOM));
      await expect.poll(() => flaws(length + 1), PATIENCE).toEqual([]);
      await expect.poll(asked, PATIENCE).toBeGreaterThan(askedBefore);
    });

    it.concurrent("an alarm is not repeated, and is resolved once", async ({ expect }) => {
      const source = `CloudAccount/${stand.namespace}/broken`;
      await stand.lookAgain("cloudaccount/broken");
      await stand.apply(secretManifest("broken-credentials", { token: TOKEN }));
      await stand.reaches("cloudaccount/broken", "Verified");
      await expect.poll(() => states(source), PATIENCE).toEqual(["Firing", "Resolved"]);
      // Those that wait for a missing account point elsewhere.
      expect(await alarms(`RegistryProject/${stand.namespace}/a`)).toEqual([]);
    });

    it.concurrent("what lies under a cluster's id moves with it, and goes with the cluster", async ({ expect }) => {
      await expect.poll(places, PATIENCE).toEqual(under("BCS-K8S-40002"));
      await stand.remove("nodepool/workers");
      await stand.remove("managedcluster/prod");
      await stand.lookAgain("inventorysink/fleet");
      await expect.poll(places, PATIENCE).toEqual({ clusters: [], watches: [], metrics: [] });
    });
  });

  describe("in the end", { concurrent: false }, () => {
    it("no Event has been sent again", async ({ expect }) => {
      await stand.lookAgain("inventorysink/fleet");
      await expect.poll(() => flaws(1), PATIENCE).toEqual([]);
    });

    it("the sink's deletion leaves events and alarms, and nothing else", async ({ expect }) => {
      await stand.remove("inventorysink/fleet");
      await stand.gone("inventorysink/fleet");
      const { records, watches, metrics, events: left, alarms: said } = await store.store();
      expect([records, watches, metrics]).toEqual([[], [], []]);
      expect([left.length > 0, said.length > 0]).toEqual([true, true]);
    });

    // Those before the last one were killed.
    itStaysClean(() => lastOperatorOf(stand));
  });
});

function placeOf(slot: { clusterId: string; resourceType: string; resourceName: string }): string {
  return `${slot.clusterId}/${slot.resourceType}/${slot.resourceName}`;
}
