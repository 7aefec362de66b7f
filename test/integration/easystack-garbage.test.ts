// Collections of a registry's garbage by an account on EasyStack ECNS: by schedule, by space, by wish; each once, whatever happens to the
// operator; ended where the policy goes.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 20 });

let stand: EasyStackStand;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-garbage");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const GARBAGE = "/images/system/gc/schedule";

/** An account with that policy, on a registry of its own. */
async function collecting(name: string, garbageCollection: object | undefined, options: object = {}) {
  const registry = await stand.anotherSimulator(options);
  const spec = { easystack: { projectName: "admin", ...(garbageCollection && { garbageCollection }) } };
  await stand.apply(...easystackAccountManifests(registry, { name, spec }));
  await stand.reaches(`cloudaccount/${name}`, "Verified");
  return registry;
}

const starts = async (registry: EasyStackSimulator): Promise<number> => (await registry.list("collections")).length;
const sent = async (registry: EasyStackSimulator): Promise<number> =>
  (await registry.requests()).filter(({ method, path }) => method === "POST" && path.endsWith(GARBAGE)).length;
const conditionOf = (name: string, type: string, reason: string) =>
  stand.until(`cloudaccount/${name}`, ({ status }) =>
    Boolean(status.conditions?.some((one) => one.type === type && one.reason === reason)),
  );

describe.concurrent("a collection", () => {
  it("starts where little storage is free, once, and is said to run and to have ended (calls 29, 30, 31)", async ({
    expect,
  }) => {
    const registry = await collecting("space", { freeBelowPercent: 99 });
    await conditionOf("space", "RegistryHasSpace", "StorageLow");
    await conditionOf("space", "GarbageCollected", "Collecting");
    const { status } = await conditionOf("space", "GarbageCollected", "Collected");
    expect(status["easystack"]).toMatchObject({ garbageCollection: { state: "Finished", slot: "Space" } });
    await stand.visited("cloudaccount/space", 2);
    expect(await starts(registry)).toBe(1);
    await expect
      .poll(async () => (await stand.events("cloudaccount/space")).map(({ message }) => message), { timeout: 20_000 })
      .toContainEqual(expect.stringContaining("garbage collection from"));
  });

  it("is never started where nobody asks for one", async ({ expect }) => {
    const registry = await collecting("nobody", undefined);
    await stand.visited("cloudaccount/nobody", 2);
    expect(await sent(registry)).toBe(0);
    const { status } = (await stand.read("cloudaccount/nobody"))!;
    expect(status.conditions?.map(({ type }) => type)).not.toContain("GarbageCollected");
  });

  it("is started by a person's wish, once for each", async ({ expect }) => {
    const registry = await collecting("wished", undefined);
    await stand.annotate("cloudaccount/wished", { "yunfan.dev/collect-garbage": "before the release" });
    const { status } = await conditionOf("wished", "GarbageCollected", "Collected");
    expect(status["easystack"]).toMatchObject({ garbageCollection: { handled: "before the release", slot: "Asked" } });
    await stand.visited("cloudaccount/wished", 2);
    expect(await starts(registry)).toBe(1);
    await stand.annotate("cloudaccount/wished", { "yunfan.dev/collect-garbage": "after it" });
    await expect.poll(() => starts(registry), { timeout: 30_000 }).toBe(2);
  });

  it("starts at its times, and at each once", async ({ expect }) => {
    const registry = await collecting("scheduled", { schedule: "* * * * *", timeZone: "Asia/Shanghai" });
    await expect.poll(() => starts(registry), { timeout: 90_000, interval: 500 }).toBeGreaterThan(0);
    const { status } = await conditionOf("scheduled", "GarbageCollected", "Collected");
    const { slot } = (status["easystack"] as { garbageCollection: { slot: string } }).garbageCollection;
    expect(slot).toMatch(/:00Z$/);
    const minutes = new Set((await registry.list("collections")).map((one) => String(one["createdAt"]).slice(0, 16)));
    expect(minutes.size).toBe(await starts(registry));
  });

  it("is ended where its policy is taken away while it runs", async ({ expect }) => {
    const registry = await collecting("ended", { freeBelowPercent: 99 }, { speed: 1, gcStop: "Stops" });
    await conditionOf("ended", "GarbageCollected", "Collecting");
    await expect.poll(() => starts(registry), { timeout: 20_000 }).toBe(1);
    await stand.edit("cloudaccount/ended", { spec: { easystack: { garbageCollection: null } } });
    await expect
      .poll(async () => (await registry.list("collections")).map((one) => one["state"]), { timeout: 20_000 })
      .toEqual(["Finished"]);
    await stand.visited("cloudaccount/ended", 2);
    expect(await sent(registry)).toBe(2);
  });

  it("that somebody else has running where the account comes to point is not ended", async ({ expect }) => {
    const options = { speed: 1, gcStop: "Stops" } as const;
    const registry = await collecting("pointed", { freeBelowPercent: 99 }, options);
    await conditionOf("pointed", "GarbageCollected", "Collecting");
    const other = await stand.anotherSimulator({ ...options, projectId: "p-elsewhere" });
    await other.behindOurBack("POST", "collections", {});
    await stand.edit("cloudaccount/pointed", {
      spec: { endpoint: other.url, easystack: { garbageCollection: null } },
    });
    await stand.until("cloudaccount/pointed", ({ status }) => String(status["location"]).includes("p-elsewhere"));
    await stand.visited("cloudaccount/pointed", 2);
    expect((await other.list("collections")).map((one) => one["state"])).toEqual(["Running"]);
    expect([await sent(other), await sent(registry)]).toEqual([0, 1]);
  });

  it("that was asked for of one registry, which did not answer, is asked for of no other", async ({ expect }) => {
    const registry = await collecting("astray", undefined);
    await registry.setFaults([{ method: "GET", path: GARBAGE, action: "Status", status: 503, times: 0 }]);
    await stand.annotate("cloudaccount/astray", { "yunfan.dev/collect-garbage": "there" });
    await conditionOf("astray", "GarbageCollected", "CollectionFailed");
    const other = await stand.anotherSimulator({ projectId: "p-elsewhere" });
    await stand.edit("cloudaccount/astray", { spec: { endpoint: other.url } });
    const { status } = await conditionOf("astray", "GarbageCollected", "NotCollectedYet");
    expect(status.conditions).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/reached another place.*write another text/) }),
    );
    await stand.visited("cloudaccount/astray", 2);
    expect(await sent(other)).toBe(0);
    await stand.annotate("cloudaccount/astray", { "yunfan.dev/collect-garbage": "here" });
    await expect.poll(() => starts(other), { timeout: 30_000 }).toBe(1);
    await registry.setFaults([]);
    await stand.edit("cloudaccount/astray", { spec: { endpoint: registry.url } });
    await stand.until("cloudaccount/astray", ({ status: at }) => !String(at["location"]).includes("p-elsewhere"));
    await stand.visited("cloudaccount/astray", 2);
    expect([await sent(registry), await sent(other)]).toEqual([0, 1]);
  });

  it("is started by no account that is being deleted, whatever keeps it", async ({ expect }) => {
    const registry = await collecting("leaving", undefined);
    await stand.apply(projectManifest("leaving", { accountRef: { name: "leaving" }, deletionPolicy: "Delete" }));
    await stand.reaches("registryproject/leaving", "Available");
    await stand.remove("cloudaccount/leaving");
    await stand.reaches("cloudaccount/leaving", "DeletionHeld");
    await stand.annotate("cloudaccount/leaving", { "yunfan.dev/collect-garbage": "please" });
    await stand.lookAgain("cloudaccount/leaving");
    await stand.remove("registryproject/leaving");
    await stand.gone("cloudaccount/leaving");
    expect(await sent(registry)).toBe(0);
  });

  it("that the cloud refuses is said, and keeps the account from nothing", async ({ expect }) => {
    const registry = await collecting("refused", undefined);
    await registry.setFaults([{ method: "POST", path: GARBAGE, action: "Status", status: 403, times: 0 }]);
    await stand.annotate("cloudaccount/refused", { "yunfan.dev/collect-garbage": "please" });
    await conditionOf("refused", "GarbageCollected", "CollectionFailed");
    expect(await stand.ready("cloudaccount/refused")).toMatchObject({ status: "True" });
    await stand.visited("cloudaccount/refused", 2);
    expect(await sent(registry)).toBe(1);
  });

  it("keeps saying what it said while the cloud is out of order", async ({ expect }) => {
    const registry = await collecting("unwell", { freeBelowPercent: 99 });
    await conditionOf("unwell", "GarbageCollected", "Collected");
    const said = async () =>
      ((await stand.read("cloudaccount/unwell"))!.status.conditions ?? [])
        .filter(({ type }) => type === "GarbageCollected" || type === "RegistryHasSpace")
        .map(({ type, reason, message }) => ({ type, reason, message }));
    const before = await said();
    expect(before).toHaveLength(2);
    for (const path of [".*", GARBAGE]) {
      await registry.setFaults([{ method: ".*", path, action: "Status", status: 503, times: 0 }]);
      await stand.lookAgain("cloudaccount/unwell");
      expect(await said()).toEqual(before);
    }
    await registry.setFaults([]);
  });

  it("needs a schedule that is one, and a zone that there is", async ({ expect }) => {
    const registry = await collecting("odd", undefined);
    const odd = (policy: object): Promise<void> =>
      stand.edit("cloudaccount/odd", { spec: { easystack: { garbageCollection: policy } } });
    await expect(odd({ schedule: "at night" })).rejects.toThrow(/schedule/);
    await expect(odd({ timeZone: "UTC" })).rejects.toThrow(/schedule or freeBelowPercent/);
    await odd({ schedule: "0 25 * * *" });
    expect(await stand.reaches("cloudaccount/odd", "Rejected")).toMatchObject({
      message: expect.stringContaining('"25" is no hour'),
    });
    await odd({ schedule: "0 3 * * *", timeZone: "Mars/Olympus" });
    await stand.until("cloudaccount/odd", ({ status }) => JSON.stringify(status).includes("Mars/Olympus"));
    await odd({ timeZone: "Asia/Shanghai" });
    await stand.reaches("cloudaccount/odd", "Verified");
    expect(await sent(registry)).toBe(0);
  });
});

describe("under kills", () => {
  it("a collection is started once for its reason, at whatever moment the operator dies", async ({ expect }) => {
    const registry = await stand.anotherSimulator({ speed: 1 });
    const killed = await createEasyStackStand("easystack-garbage-kills");
    try {
      const spec = { easystack: { projectName: "admin", garbageCollection: { freeBelowPercent: 99 } } };
      await killed.apply(...easystackAccountManifests(registry, { name: "killed", spec }));
      await registry.setFaults([{ method: "POST", path: GARBAGE, action: "Hold" }]);
      const first = killed.operator({ flags: ["--no-leader-elect"] });
      await first.ready;
      await expect.poll(() => starts(registry), { timeout: 30_000 }).toBe(1);
      await first[Symbol.asyncDispose]();
      await registry.release();
      for (let round = 0; round < 3; round += 1) {
        const next = killed.operator({ flags: ["--no-leader-elect"] });
        await next.ready;
        await killed.visited("cloudaccount/killed", 1);
        await next[Symbol.asyncDispose]();
      }
      expect(await sent(registry)).toBe(1);
    } finally {
      await killed[Symbol.asyncDispose]();
    }
  });
});

itStaysClean(() => stand);
