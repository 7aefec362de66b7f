// Alarms and events of bcs-storage as conditions, in each dialect: shown and cleared on whom they concern, and nothing else touched.
// Each test waits for polls, so that they wait side by side, each on a cluster of its own.
import { afterAll, beforeAll, describe, it, vi, type ExpectStatic } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  alarmSourceManifest,
  type BcsOptions,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { createWorkingStand, lastOperatorOf, restartOperator } from "../support/clouds/bcs/stands.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { accountManifests, projectManifest } from "../support/environment/environment.ts";
import { startSimulator } from "../support/clouds/simulator.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 8 });

/** Of clusters, by name. */
const IDS = { prod: "BCS-K8S-40001", named: "BCS-K8S-40002", eventful: "BCS-K8S-40003" } as const;

interface Said {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Watched {
  readonly stand: BcsStand;
  readonly store: BcsSimulator;
  readonly said: (name: string, type?: string) => Said | undefined;
  /** Waits until the condition is so. */
  readonly shows: (expect: ExpectStatic, name: string, expected: Partial<Said>, type?: string) => Promise<void>;
  /** Resolves with the alarm's id. */
  readonly alarm: (fields: object) => Promise<string>;
}

/** A source that watches clusters, a project, and a cluster of another namespace that claims to be "prod" too. */
async function watched(prefix: string, options: BcsOptions): Promise<Watched> {
  const stand = await createWorkingStand(prefix, { zoneMinutes: -180, ...options }, { isPlatform: true });
  const store = stand.simulator;
  const seldom = { driftIntervalSeconds: 3_600 };
  const elsewhere = { namespace: stand.otherNamespace };
  await stand.apply(
    ...Object.entries(IDS).map(([name, inventoryClusterId]) =>
      clusterManifest(name, { inventoryClusterId, ...seldom }),
    ),
    projectManifest("shop", seldom),
    clusterManifest("foreign", { inventoryClusterId: IDS.prod, ...seldom }, elsewhere),
    alarmSourceManifest("fleet", { namespaces: ["*"], events: { mode: "Enabled" } }),
  );
  await stand.reaches("alarmsource/fleet", "Queried");
  const said: Watched["said"] = (name, type = "AlarmsClear") =>
    stand.seen(name)?.status.conditions?.find((condition) => condition.type === type);
  return {
    stand,
    store,
    said,
    async shows(expect, name, expected, type) {
      await expect.poll(() => said(name, type), { timeout: 30_000, interval: 50 }).toMatchObject(expected);
    },
    async alarm(fields) {
      const { id } = (await store.behindOurBack("POST", "alarms", fields)) as { id: string };
      return id;
    },
  };
}

describe.concurrent.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let bed: Watched;

  beforeAll(async () => {
    bed = await watched(`alarms-${dialect.toLowerCase()}`, { dialect });
  });
  afterAll(() => bed.stand[Symbol.asyncDispose]());

  describe("at first", { concurrent: false }, () => {
    it("what it covers has no alarms", async ({ expect }) => {
      expect(await bed.stand.reaches("alarmsource/fleet", "Queried")).toMatchObject({ status: "True" });
      for (const name of ["managedcluster/prod", "registryproject/shop", "cloudaccount/bcs", "alarmsource/fleet"]) {
        await bed.shows(expect, name, { status: "True", reason: "NoAlarms" });
        await bed.shows(expect, name, { status: "True", reason: "NoWarnings" }, "EventsClear");
      }
    });
  });

  it("an alarm shows on its cluster within a poll, Ready stays as it is, and it clears", async ({ expect }) => {
    const { stand, store, said, shows, alarm } = bed;
    const ready = await stand.ready("managedcluster/prod");
    const waited = stand.kubectl(["wait", "--for=condition=AlarmsClear=false", "managedcluster/prod", "--timeout=10s"]);
    const id = await alarm({
      clusterId: IDS.prod,
      module: "bcs-health",
      type: "rtx|weixin",
      data: { event: { messages: "disk\nfull, password=hunter2", reason: "DiskFull", uuid: "u" } },
    });
    expect((await waited).code).toBe(0);
    await shows(expect, "managedcluster/prod", {
      reason: "AlarmsFiring",
      message: "bcs-health: disk full, password=[redacted]",
    });
    expect(await stand.ready("managedcluster/prod")).toEqual(ready);
    // A cluster of another namespace may not say by itself that it is the one that the alarm is about.
    expect(said(`${stand.otherNamespace}/managedcluster/foreign`)).toMatchObject({ status: "True" });
    const cleared = stand.kubectl(["wait", "--for=condition=AlarmsClear", "managedcluster/prod", "--timeout=20s"]);
    await store.behindOurBack("DELETE", `alarms/${id}`);
    expect((await cleared).code).toBe(0);
  });

  it("an alarm that names a resource shows on it too; our own never count", async ({ expect }) => {
    const { stand, store, said, shows, alarm } = bed;
    const source = `RegistryProject/${stand.namespace}/shop`;
    const about = { clusterId: IDS.named, type: "alarm" };
    const id = await alarm({ ...about, module: "scanner", source, message: "an image is vulnerable" });
    const ofAccount = `CloudAccount/${stand.namespace}/bcs`;
    const own = await alarm({ ...about, module: "yunfan", source: ofAccount, message: "no" });
    await shows(expect, "registryproject/shop", {
      reason: "AlarmsFiring",
      message: "scanner: an image is vulnerable",
    });
    await shows(expect, "managedcluster/named", { reason: "AlarmsFiring" });
    expect(said("cloudaccount/bcs")).toMatchObject({ status: "True", reason: "NoAlarms" });
    for (const one of [id, own]) await store.behindOurBack("DELETE", `alarms/${one}`);
    await shows(expect, "registryproject/shop", { status: "True" });
  });

  it("a warning among the events shows as EventsClear", async ({ expect }) => {
    const { store, said, shows } = bed;
    const event = {
      clusterId: IDS.eventful,
      level: "Warning",
      component: "kubelet",
      type: "OOM",
      describe: "out of memory",
    };
    const extraInfo = { kind: "Pod", namespace: "default", name: "web" };
    const data = { metadata: { name: "web.1", namespace: "default", resourceVersion: "1" } };
    const { id } = (await store.behindOurBack("POST", "events", { ...event, extraInfo, data })) as { id: string };
    await store.behindOurBack("POST", "events", { ...event, level: "Normal", describe: "started" });
    const cluster = "managedcluster/eventful";
    await shows(expect, cluster, { reason: "WarningEvents", message: "kubelet: out of memory" }, "EventsClear");
    expect(said(cluster)).toMatchObject({ status: "True" });
    await store.behindOurBack("DELETE", `events/${id}`);
    await shows(expect, cluster, { status: "True", reason: "NoWarnings" }, "EventsClear");
  });

  describe("and at last", { concurrent: false }, () => {
    it("another namespace's cluster counts where the source lists its id, and loses its condition with the source", async ({
      expect,
    }) => {
      const { stand, said, shows, alarm } = bed;
      const foreign = `${stand.otherNamespace}/managedcluster/foreign`;
      await stand.edit("alarmsource/fleet", {
        spec: { clusterIds: [{ namespace: stand.otherNamespace, id: IDS.prod }], events: { mode: "Disabled" } },
      });
      await alarm({ clusterId: IDS.prod, module: "m", message: "seen by both" });
      await shows(expect, foreign, { reason: "AlarmsFiring" });
      expect(said(foreign, "EventsClear")).toBeUndefined();
      await stand.remove("alarmsource/fleet");
      await expect.poll(() => said(foreign), { timeout: 20_000 }).toBeUndefined();
      await expect.poll(() => said("managedcluster/prod"), { timeout: 20_000 }).toBeUndefined();
    });

    itStaysClean(() => bed.stand);
  });
});

/** No dialect changes it. */
describe.concurrent("what is known", () => {
  let bed: Watched;

  beforeAll(async () => {
    bed = await watched("alarms-known", { dialect: DIALECT_NAMES[0] });
  });
  afterAll(() => bed.stand[Symbol.asyncDispose]());

  describe("of an alarm", { concurrent: false }, () => {
    it("stays over a restart, and is Unknown after three polls that failed", async ({ expect }) => {
      const { stand, store, shows, alarm } = bed;
      const id = await alarm({ clusterId: IDS.prod, module: "m", message: "too hot" });
      await shows(expect, "managedcluster/prod", { reason: "AlarmsFiring", message: "m: too hot" });
      const before = stand.seen("managedcluster/prod")!.status.conditions;
      await restartOperator(stand, { isPlatform: true });
      await stand.visited("alarmsource/fleet", 2);
      await stand.lookAgain("managedcluster/prod");
      expect(stand.seen("managedcluster/prod")!.status.conditions).toEqual(before);
      await store.behindOurBack("PATCH", "gateways/gateway", { state: "WebPage" });
      await shows(expect, "managedcluster/prod", { status: "Unknown", reason: "AlarmsUnknown" });
      await store.behindOurBack("PATCH", "gateways/gateway", { state: "Up" });
      await shows(expect, "managedcluster/prod", { reason: "AlarmsFiring" });
      await store.behindOurBack("DELETE", `alarms/${id}`);
      await shows(expect, "managedcluster/prod", { status: "True" });
    });

    itStaysClean(() => lastOperatorOf(bed.stand));
  });
});

const refusals: readonly (readonly [string, object, RegExp])[] = [
  ["an id with a slash", { clusterIds: [{ namespace: "default", id: "BCS/K8S" }] }, /spec\.clusterIds/],
  ["a comma in a module", { alarms: { modules: ["a,b"] } }, /spec\.alarms\.modules/],
  ["a poll every second", { pollIntervalSeconds: 1 }, /pollIntervalSeconds/],
];

describe.concurrent("a source that can't work as it is declared", () => {
  let stand: BcsStand;

  beforeAll(async () => {
    const allowed = (other: string): object => ({ allowedNamespaces: [other] });
    stand = await createWorkingStand("alarms-input", {}, { isPlatform: true });
    await stand.edit("cloudaccount/bcs", { spec: allowed(stand.otherNamespace) });
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it.for(refusals)("admission refuses %s", async ([, spec, words], { expect }) => {
    await expect(stand.apply(alarmSourceManifest("refused", spec))).rejects.toThrow(words);
  });

  it("of another provider's account is NotSupportedByCloud, and states nothing", async ({ expect }) => {
    await using ctyun = await startSimulator();
    await stand.apply(
      ...accountManifests(ctyun, { name: "registry" }),
      alarmSourceManifest("elsewhere", { accountRef: { name: "registry" } }),
    );
    await stand.reaches("cloudaccount/registry", "Verified");
    await stand.reaches("alarmsource/elsewhere", "NotSupportedByCloud");
    expect(JSON.stringify(stand.seen("cloudaccount/registry")!.status.conditions)).not.toContain("AlarmsClear");
    for (const name of ["alarmsource/elsewhere", "cloudaccount/registry"]) await stand.remove(name);
    await stand.gone("cloudaccount/registry");
  });

  it("outside of the platform namespace may not reach beyond its own", async ({ expect }) => {
    const accountRef = { name: "bcs", namespace: stand.namespace };
    const metadata = { namespace: stand.otherNamespace };
    await stand.apply(alarmSourceManifest("curious", { accountRef, namespaces: ["*"] }, metadata));
    const ready = await stand.reaches(`${stand.otherNamespace}/alarmsource/curious`, "NamespaceNotAllowed");
    expect(ready.message).toMatch(/--platform-namespace/);
  });

  it("without an account waits for it", async ({ expect }) => {
    await stand.apply(alarmSourceManifest("lonely", { accountRef: { name: "nobody" } }));
    expect(await stand.reaches("alarmsource/lonely", "AccountNotReady")).toMatchObject({ status: "False" });
  });

  describe("and at last", { concurrent: false }, () => {
    itStaysClean(() => stand);
  });
});
