// Questions to bcs-storage, in each dialect: every kind by every documented filter, what is shown of it, a gate, and the command.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  bcsAccountManifests,
  queryManifest,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { askInventory, inventoryFlags } from "../support/clouds/bcs/command.ts";
import { answersOf, plantSamples, thirdOf } from "../support/clouds/bcs/query-cases.ts";
import { administrator, createWorkingStand } from "../support/clouds/bcs/stands.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { accountManifests } from "../support/environment/environment.ts";
import { startSimulator } from "../support/clouds/simulator.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { spawnYunfan } from "../support/operator/command.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 8 });

const ID = "BCS-K8S-40001";
/** One cluster's alone, in which there are samples of every kind. */
const SAMPLED = "BCS-K8S-40009";

const admin = administrator();
afterAll(() => admin[Symbol.asyncDispose]());

describe.concurrent.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;

  beforeAll(async () => {
    stand = await createWorkingStand(`query-${dialect.toLowerCase()}`, { dialect });
    store = stand.simulator;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  const plant = (collection: string, fields: object): Promise<unknown> =>
    store.behindOurBack("POST", collection, { clusterId: ID, ...fields });

  const pod = (name: string, phase: string): object => ({
    namespace: "shop",
    resourceType: "Pod",
    resourceName: name,
    data: { metadata: { name, annotations: { secret: "hush" } }, status: { phase, podIP: "10.0.0.1" } },
  });

  const yunfan = (...args: readonly string[]): ReturnType<typeof askInventory> =>
    askInventory([...args, ...inventoryFlags(`${stand.namespace}/bcs`, ID)]);

  // Every filter in one dialect or another; in each of them: test/chaos/long, and, by the command, inventory-command.test.ts.
  it("finds each of the 21 kinds by documented filters, and nothing else", async ({ expect }) => {
    await plantSamples(store, SAMPLED);
    const cases = thirdOf(DIALECT_NAMES.indexOf(dialect));
    const { found, expected } = await answersOf(stand, admin.kube, { cases, clusterId: SAMPLED });
    expect(found).toEqual(expected);
  });

  describe("in one cluster", { concurrent: false }, () => {
    it("a gate opens with the third pod", async ({ expect }) => {
      await stand.apply(
        clusterManifest("prod", { driftIntervalSeconds: 3_600 }),
        queryManifest("gate", {
          clusterId: undefined,
          clusterRef: { name: "prod" },
          filters: { namespace: ["shop"], status: ["Running"] },
          columns: [{ name: "phase", path: "data.status.phase" }],
          expect: { atLeast: 3, atMost: 3 },
        }),
      );
      await stand.reaches("inventoryquery/gate", "ClusterNotInInventory");
      await stand.edit("managedcluster/prod", { spec: { inventoryClusterId: ID } });
      const closed = await stand.reaches("inventoryquery/gate", "NotAsExpected");
      expect(closed).toMatchObject({ status: "False", message: "0 of kind Pod match, and at least 3 are expected" });
      for (const name of ["a", "b"]) await plant("records", pod(name, "Running"));
      await plant("records", pod("c", "Pending"));
      await stand.until("inventoryquery/gate", ({ status }) => status["total"] === 2);
      expect((await stand.ready("inventoryquery/gate"))?.status).toBe("False");
      const opened = stand.kubectl(["wait", "--for=condition=Ready", "inventoryquery/gate", "--timeout=30s"]);
      await plant("records", pod("d", "Running"));
      expect((await opened).code).toBe(0);
      // The watch of this test may be behind that of kubectl.
      await stand.until("inventoryquery/gate", ({ status }) => status["total"] === 3);
      expect(stand.seen("inventoryquery/gate")!.status).toMatchObject({
        total: 3,
        truncated: false,
        items: ["a", "b", "d"].map((name) => ({ namespace: "shop", name, values: { phase: "Running" } })),
      });
    });

    it("events and alarms come newest first, by their filters, within the window", async ({ expect }) => {
      const now = Math.floor(Date.now() / 1000);
      const say = (message: string, ago: number): Promise<unknown> =>
        plant("alarms", { module: "m", source: "s", namespace: "shop", message, receivedTime: now - ago });
      await say("first", 60);
      await say("second", 30);
      await say("too old", 600);
      await plant("alarms", { module: "other", message: "another" });
      const event = { component: "kubelet", level: "Warning", type: "OOM", describe: "oom", eventTime: now };
      const data = { metadata: { name: "e", namespace: "shop", resourceVersion: "1" } };
      await plant("events", { ...event, extraInfo: { kind: "Pod", namespace: "shop", name: "a" }, data });
      await stand.apply(
        queryManifest("alarms", {
          resource: "Alarm",
          windowSeconds: 300,
          filters: { module: ["m"] },
          columns: [{ name: "text", path: "message" }],
        }),
        queryManifest("events", {
          resource: "Event",
          filters: { level: ["warning"], "extraInfo.name": ["a"] },
          columns: [{ name: "what", path: "describe" }],
        }),
      );
      for (const name of ["alarms", "events"]) await stand.reaches(`inventoryquery/${name}`, "Queried");
      expect(stand.seen("inventoryquery/alarms")!.status["items"]).toEqual([
        { namespace: "shop", name: "s", values: { text: "second" } },
        { namespace: "shop", name: "s", values: { text: "first" } },
      ]);
      expect(stand.seen("inventoryquery/events")!.status["items"]).toEqual([
        { namespace: "shop", name: "a", values: { what: "oom" } },
      ]);
    });

    it("the command prints tables and JSON, and shows no contents of Secrets", async ({ expect }) => {
      const secret = { namespace: "shop", resourceType: "Secret", resourceName: "keys" };
      await plant("records", {
        ...secret,
        data: { metadata: { name: "keys" }, type: "Opaque", data: { key: "aHVzaC1odXNo" } },
      });
      await plant("metrics", { namespace: "shop", type: "load", name: "cpu", data: { value: 1 } });
      const [pods, secrets, metrics, alarms] = await Promise.all([
        yunfan("pod", "-n", "shop", "--filter", "status=Running"),
        yunfan("secret", "-n", "shop", "-o", "json"),
        yunfan("metric", "cpu", "-n", "shop", "-o", "yaml"),
        yunfan("alarm", "s", "-o", "json", "--limit", "1", "--columns", "message"),
      ]);
      expect(pods.out).toMatch(/^NAMESPACE +NAME +PHASE +POD IP +HOST IP\nshop +a +Running +10\.0\.0\.1\n/);
      expect(JSON.parse(secrets.out)).toEqual({
        total: 1,
        truncated: false,
        items: [{ namespace: "shop", name: "keys", values: { "data.type": "Opaque" } }],
      });
      expect(metrics.out).toContain("total: 1");
      const items = [{ namespace: "shop", name: "s", values: { message: "second" } }];
      expect(JSON.parse(alarms.out)).toMatchObject({ truncated: true, items });
      expect(await store.effects()).toEqual([]);
    });

    itStaysClean(() => stand);
  });
});

const REFUSED: readonly (readonly [string, object, RegExp])[] = [
  ["neither a cluster nor an id", { clusterId: undefined }, /either clusterId or clusterRef/],
  ["both", { clusterRef: { name: "prod" } }, /either clusterId or clusterRef/],
  ["an id with a slash", { clusterId: "BCS/1" }, /spec\.clusterId/],
  ["a kind that Mesos has not", { environment: "Mesos" }, /Mesos has TaskGroup/],
  [
    "a filter that the kind has not",
    { filters: { hostIP: ["1"] } },
    /Pod of K8s has the filters name, namespace, status/,
  ],
  ["a comma in a value", { filters: { name: ["a,b"] } }, /spec\.filters/],
  ["a window of pods", { windowSeconds: 60 }, /Event and Alarm alone/],
  ["values of a Secret", { resource: "Secret", columns: [{ name: "v", path: "data.data.key" }] }, /data\.type/],
  ["annotations", { columns: [{ name: "v", path: "data.metadata.annotations.x" }] }, /annotations are never shown/],
  ["a number that can't be", { expect: { atLeast: -1 } }, /atLeast/],
];

const UNANSWERABLE: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a word that is none", ["podd"], /K8s has no "podd": it has pod, replicaset/],
  ["a filter that the kind has not", ["pod", "--filter", "hostIP=1"], /Pod has no hostIP, but name, namespace/],
  ["values of a Secret", ["record/Secret", "--columns", "data.data.key"], /no contents of Secrets/],
  ["watch data of no namespace", ["watch/x"], /name it with -n/],
  ["an account that is not there", ["pod", "--account", "nobody/nothing"], /no CloudAccount nobody\/nothing/],
];

describe.concurrent("what can't be asked", () => {
  let stand: BcsStand;

  beforeAll(async () => {
    stand = await createWorkingStand("query-input");
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it.for(REFUSED)("admission refuses %s", async ([, spec, words], { expect }) => {
    await expect(stand.apply(queryManifest("refused", spec))).rejects.toThrow(words);
  });

  it("of another provider's account is NotSupportedByCloud", async ({ expect }) => {
    await using ctyun = await startSimulator();
    await stand.apply(
      ...accountManifests(ctyun, { name: "registry" }),
      queryManifest("elsewhere", { accountRef: { name: "registry" } }),
    );
    const ready = await stand.reaches("inventoryquery/elsewhere", "NotSupportedByCloud");
    expect(ready.message).toMatch(/CtyunCCI offers no inventory/);
    await stand.remove("inventoryquery/elsewhere");
    await stand.remove("cloudaccount/registry");
    await stand.gone("cloudaccount/registry");
  });

  it("without a right on the cluster is Forbidden, and its account stays Ready", async ({ expect }) => {
    const store = await stand.anotherSimulator();
    await store.behindOurBack("POST", "tokens", { token: "other-clusters", clusterIds: ["BCS-K8S-77777"] });
    await stand.apply(
      ...bcsAccountManifests(store, { name: "limited", stringData: { token: "other-clusters" } }),
      queryManifest("limited", { accountRef: { name: "limited" } }),
    );
    expect((await stand.reaches("inventoryquery/limited", "Forbidden")).message).toMatch(/403/);
    await stand.lookAgain("cloudaccount/limited");
    await stand.reaches("cloudaccount/limited", "Verified");
  });

  it.for(UNANSWERABLE)("the command refuses %s with one line", async ([, args, words], { expect }) => {
    const { code, err } = await askInventory([...inventoryFlags(`${stand.namespace}/bcs`, ID), ...args]);
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  it("the command as a process ends as it says", async ({ expect }) => {
    const flags = inventoryFlags(`${stand.namespace}/bcs`, ID);
    await using refused = spawnYunfan(["inventory", "podd", ...flags]);
    await using answered = spawnYunfan(["inventory", "pod", "-o", "json", ...flags]);
    expect(await refused.ended).toMatchObject({ code: 1 });
    expect(refused.stderr.join("\n")).toMatch(/K8s has no "podd"/);
    expect(await answered.ended).toMatchObject({ code: 0 });
    expect(JSON.parse(answered.stdout.join("\n"))).toMatchObject({ total: 0 });
  });

  describe("and at last", { concurrent: false }, () => {
    itStaysClean(() => stand);
  });
});
