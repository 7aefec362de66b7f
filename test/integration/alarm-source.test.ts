// Alarms and events of bcs-storage as conditions, in each dialect: shown and cleared on whom they concern, and nothing else touched.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  alarmSourceManifest,
  bcsAccountManifests,
  createBcsStand,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { accountManifests, projectManifest } from "../support/environment/environment.ts";
import { startSimulator } from "../support/clouds/simulator.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000 });

const ID = "BCS-K8S-40001";

interface Said {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

describe.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;
  /** What no dialect changes, and takes several polls. */
  const once = dialect === DIALECT_NAMES[0];

  beforeAll(async () => {
    stand = await createBcsStand(`alarms-${dialect.toLowerCase()}`, { dialect, zoneMinutes: -180 });
    store = stand.simulator;
    const flags = ["--no-leader-elect", "--platform-namespace", stand.namespace];
    await stand.operator({ flags }).ready;
    await stand.apply(
      ...bcsAccountManifests(store),
      clusterManifest("prod", { inventoryClusterId: ID, driftIntervalSeconds: 3_600 }),
      projectManifest("shop", { driftIntervalSeconds: 3_600 }),
      clusterManifest(
        "foreign",
        { inventoryClusterId: ID, driftIntervalSeconds: 3_600 },
        { namespace: stand.otherNamespace },
      ),
    );
    await stand.reaches("cloudaccount/bcs", "Verified");
    await stand.apply(alarmSourceManifest("fleet", { namespaces: ["*"], events: { mode: "Enabled" } }));
    await stand.reaches("alarmsource/fleet", "Queried");
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  const said = (name: string, type = "AlarmsClear"): Said | undefined =>
    stand.seen(name)?.status.conditions?.find((condition) => condition.type === type);

  async function shows(name: string, expected: Partial<Said>, type?: string): Promise<void> {
    await expect.poll(() => said(name, type), { timeout: 30_000, interval: 50 }).toMatchObject(expected);
  }

  async function alarm(fields: object): Promise<string> {
    const { id } = (await store.behindOurBack("POST", "alarms", { clusterId: ID, ...fields })) as { id: string };
    return id;
  }

  it("what it covers has no alarms at first", async () => {
    expect(await stand.reaches("alarmsource/fleet", "Queried")).toMatchObject({ status: "True" });
    for (const name of ["managedcluster/prod", "registryproject/shop", "cloudaccount/bcs", "alarmsource/fleet"]) {
      await shows(name, { status: "True", reason: "NoAlarms" });
      await shows(name, { status: "True", reason: "NoWarnings" }, "EventsClear");
    }
  });

  it("an alarm shows on its cluster within a poll, Ready stays as it is, and it clears", async () => {
    const ready = await stand.ready("managedcluster/prod");
    const waited = stand.kubectl(["wait", "--for=condition=AlarmsClear=false", "managedcluster/prod", "--timeout=10s"]);
    const id = await alarm({
      module: "bcs-health",
      type: "rtx|weixin",
      data: { event: { messages: "disk\nfull, password=hunter2", reason: "DiskFull", uuid: "u" } },
    });
    expect((await waited).code).toBe(0);
    await shows("managedcluster/prod", {
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

  it("an alarm that names a resource shows on it too; our own never count", async () => {
    const source = `RegistryProject/${stand.namespace}/shop`;
    const id = await alarm({ module: "scanner", source, message: "an image is vulnerable", type: "alarm" });
    const own = await alarm({ module: "yunfan", source: `CloudAccount/${stand.namespace}/bcs`, message: "no" });
    await shows("registryproject/shop", { reason: "AlarmsFiring", message: "scanner: an image is vulnerable" });
    await shows("managedcluster/prod", { reason: "AlarmsFiring" });
    expect(said("cloudaccount/bcs")).toMatchObject({ status: "True", reason: "NoAlarms" });
    for (const one of [id, own]) await store.behindOurBack("DELETE", `alarms/${one}`);
    await shows("registryproject/shop", { status: "True" });
  });

  it("a warning among the events shows as EventsClear", async () => {
    const event = { clusterId: ID, level: "Warning", component: "kubelet", type: "OOM", describe: "out of memory" };
    const extraInfo = { kind: "Pod", namespace: "default", name: "web" };
    const data = { metadata: { name: "web.1", namespace: "default", resourceVersion: "1" } };
    const { id } = (await store.behindOurBack("POST", "events", { ...event, extraInfo, data })) as { id: string };
    await store.behindOurBack("POST", "events", { ...event, level: "Normal", describe: "started" });
    await shows("managedcluster/prod", { reason: "WarningEvents", message: "kubelet: out of memory" }, "EventsClear");
    expect(said("managedcluster/prod")).toMatchObject({ status: "True" });
    await store.behindOurBack("DELETE", `events/${id}`);
    await shows("managedcluster/prod", { status: "True", reason: "NoWarnings" }, "EventsClear");
  });

  it.runIf(once)("what is known stays over a restart, and is Unknown after three polls that failed", async () => {
    const id = await alarm({ module: "m", message: "too hot" });
    await shows("managedcluster/prod", { reason: "AlarmsFiring", message: "m: too hot" });
    const before = stand.seen("managedcluster/prod")!.status.conditions;
    const former = stand.operators.at(-1)!;
    former.kill("SIGKILL");
    await former.ended;
    await stand.operator({ flags: ["--no-leader-elect", "--platform-namespace", stand.namespace] }).ready;
    await stand.visited("alarmsource/fleet", 2);
    await stand.lookAgain("managedcluster/prod");
    expect(stand.seen("managedcluster/prod")!.status.conditions).toEqual(before);
    await store.behindOurBack("PATCH", "gateways/gateway", { state: "WebPage" });
    await shows("managedcluster/prod", { status: "Unknown", reason: "AlarmsUnknown" });
    await store.behindOurBack("PATCH", "gateways/gateway", { state: "Up" });
    await shows("managedcluster/prod", { reason: "AlarmsFiring" });
    await store.behindOurBack("DELETE", `alarms/${id}`);
    await shows("managedcluster/prod", { status: "True" });
  });

  it("another namespace's cluster counts where the source lists its id, and loses its condition with the source", async () => {
    const foreign = `${stand.otherNamespace}/managedcluster/foreign`;
    await stand.edit("alarmsource/fleet", {
      spec: { clusterIds: [{ namespace: stand.otherNamespace, id: ID }], events: { mode: "Disabled" } },
    });
    await alarm({ module: "m", message: "seen by both" });
    await shows(foreign, { reason: "AlarmsFiring" });
    expect(said(foreign, "EventsClear")).toBeUndefined();
    await stand.remove("alarmsource/fleet");
    await expect.poll(() => said(foreign), { timeout: 20_000 }).toBeUndefined();
    await expect.poll(() => said("managedcluster/prod"), { timeout: 20_000 }).toBeUndefined();
  });

  // Those before the last one were killed.
  itStaysClean(() => ({ ...stand, operators: stand.operators.slice(-1) }));
});

describe("a source that can't work as it is declared", () => {
  let stand: BcsStand;

  beforeAll(async () => {
    stand = await createBcsStand("alarms-input");
    await stand.operator({ flags: ["--no-leader-elect", "--platform-namespace", stand.namespace] }).ready;
    await stand.apply(...bcsAccountManifests(stand.simulator, { spec: { allowedNamespaces: [stand.otherNamespace] } }));
    await stand.reaches("cloudaccount/bcs", "Verified");
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it.each([
    ["an id with a slash", { clusterIds: [{ namespace: "default", id: "BCS/K8S" }] }, /spec\.clusterIds/],
    ["a comma in a module", { alarms: { modules: ["a,b"] } }, /spec\.alarms\.modules/],
    ["a poll every second", { pollIntervalSeconds: 1 }, /pollIntervalSeconds/],
  ])("admission refuses %s", async (_, spec, words) => {
    await expect(stand.apply(alarmSourceManifest("refused", spec))).rejects.toThrow(words);
  });

  it("of another provider's account is NotSupportedByCloud, and states nothing", async () => {
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

  it("outside of the platform namespace may not reach beyond its own", async () => {
    const accountRef = { name: "bcs", namespace: stand.namespace };
    const metadata = { namespace: stand.otherNamespace };
    await stand.apply(alarmSourceManifest("curious", { accountRef, namespaces: ["*"] }, metadata));
    const ready = await stand.reaches(`${stand.otherNamespace}/alarmsource/curious`, "NamespaceNotAllowed");
    expect(ready.message).toMatch(/--platform-namespace/);
  });

  it("without an account waits for it", async () => {
    await stand.apply(alarmSourceManifest("lonely", { accountRef: { name: "nobody" } }));
    expect(await stand.reaches("alarmsource/lonely", "AccountNotReady")).toMatchObject({ status: "False" });
  });

  itStaysClean(() => stand);
});
