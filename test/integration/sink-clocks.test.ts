// Stores whose clock is an hour off, and that print their times in any zone: nothing alive is swept, and alarms are found.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { systemClock, type Clock } from "../../src/lib/clock.ts";
import {
  alarmSourceManifest,
  createBcsStand,
  queryManifest,
  sinkManifest,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 4 });

const HOUR_MS = 3_600_000;
const PROJECTS = 10;
const PATIENCE = { timeout: 40_000, interval: 100 };

let stand: BcsStand;

beforeAll(async () => {
  stand = await createBcsStand("clocks");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const spec = { accountRef: { name: "nobody" }, driftIntervalSeconds: 3_600 };
  await stand.apply(...Array.from({ length: PROJECTS }, (_, at) => projectManifest(`p${at}`, spec)));
});
afterAll(() => stand[Symbol.asyncDispose]());

function offBy(ms: number): Clock {
  return { ...systemClock, now: () => systemClock.now() + ms };
}

describe.concurrent("a store whose clock is off", () => {
  it.for([
    { name: "fast-west", dialect: "V2019", offMs: HOUR_MS, zoneMinutes: -720 },
    { name: "fast-east", dialect: "V2026", offMs: HOUR_MS, zoneMinutes: 840 },
    { name: "slow-west", dialect: "Reference", offMs: -HOUR_MS, zoneMinutes: -720 },
    { name: "slow-east", dialect: "V2019", offMs: -HOUR_MS, zoneMinutes: 840 },
  ] as const)("$name keeps what lives, and shows its alarms", async (one, { expect }) => {
    const { name, dialect, offMs, zoneMinutes } = one;
    const clusterId = `BCS-K8S-${name}`;
    const store = await stand.cloud(name, { dialect, zoneMinutes, clock: offBy(offMs) });
    const accountRef = { name };
    await stand.apply(
      clusterManifest(name, { accountRef: { name: "nobody" }, inventoryClusterId: clusterId }),
      sinkManifest(name, { accountRef, kinds: ["RegistryProject", "CloudAccount"] }),
      alarmSourceManifest(name, { accountRef, windowSeconds: 600 }),
      queryManifest(name, { accountRef, clusterId, resource: "Alarm", windowSeconds: 600 }),
    );
    await stand.reaches(`inventorysink/${name}`, "Reported");
    const projects = async (): Promise<number> =>
      (await store.store()).records.filter(({ resourceType }) => resourceType === "YunfanRegistryProject").length;
    expect(await projects()).toBe(PROJECTS);
    // What leaves as a whole goes by a batch with a bound, and what is written then is younger than it.
    const sink = `inventorysink/${name}`;
    await stand.edit(sink, { spec: { kinds: ["CloudAccount"] } });
    await expect.poll(projects, PATIENCE).toBe(0);
    await stand.edit(sink, { spec: { kinds: ["RegistryProject", "CloudAccount"] } });
    await expect.poll(projects, PATIENCE).toBe(PROJECTS);
    await stand.lookAgain(sink);
    expect(await projects()).toBe(PROJECTS);
    await store.behindOurBack("POST", "alarms", { clusterId, module: "m", message: "hot" });
    const clear = (): unknown =>
      stand.seen(`managedcluster/${name}`)?.status.conditions?.find(({ type }) => type === "AlarmsClear");
    await expect.poll(clear, PATIENCE).toMatchObject({ status: "False", reason: "AlarmsFiring", message: "m: hot" });
    await stand.lookAgain(`inventoryquery/${name}`);
    await stand.until(`inventoryquery/${name}`, ({ status }) => status["total"] === 1);
    await stand.remove(sink);
    await stand.gone(sink);
    expect(await projects()).toBe(0);
  });
});

itStaysClean(() => stand);
