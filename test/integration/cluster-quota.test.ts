// The account's quota of clusters: who comes too late says so, asks little of the cloud, and goes on when there is room.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  type HuaweiSimulator,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { Condition, Resource } from "../support/environment/status-watch.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-quota");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

function on(account: string, name: string): object {
  return clusterManifest(name, { accountRef: { name: account } });
}

function conditionOf(resource: Resource, type: string): Condition | undefined {
  return resource.status.conditions?.find((condition) => condition.type === type);
}

function reasonOf(resource: Resource): string {
  return conditionOf(resource, "Ready")?.reason ?? "";
}

/** Waits until each has one of the reasons; resolves with their names by reason. */
async function settled(
  names: readonly string[],
  reasons: readonly string[],
): Promise<Partial<Record<string, string[]>>> {
  const resources = await Promise.all(
    names.map((name) => stand.until(`managedcluster/${name}`, (resource) => reasons.includes(reasonOf(resource)))),
  );
  const byReason = Object.groupBy(resources, reasonOf);
  return Object.fromEntries(
    Object.entries(byReason).map(([reason, group]) => [reason, group?.map(({ metadata }) => metadata.name)]),
  );
}

async function setQuota(cloud: HuaweiSimulator, quotaLimit: number): Promise<void> {
  await cloud.behindOurBack("PATCH", "quotas/cluster", { quotaLimit });
}

describe.concurrent("a quota", () => {
  it("for one lets one of two be made, and the other when there is room", async ({ expect }) => {
    const names = ["first-come", "second-come"];
    const cloud = await stand.cloud("tight", { clusterQuota: 1 }, ...names.map((name) => on("tight", name)));
    const { Available: made, QuotaExceeded: refused } = await settled(names, ["Available", "QuotaExceeded"]);
    expect(made).toHaveLength(1);
    expect(refused).toHaveLength(1);
    const [loser] = refused!.map((name) => `managedcluster/${name}`) as [string];
    // Once the first is there and counted, the reason is told before anything is sent.
    await stand.lookAgain(loser);
    const resource = stand.seen(loser)!;
    const told = { status: "False", reason: "QuotaExceeded", message: expect.stringMatching(/Raise the quota/) };
    expect(conditionOf(resource, "Ready")).toMatchObject(told);
    expect(conditionOf(resource, "QuotaAvailable")).toMatchObject(told);
    expect(conditionOf(resource, "Stalled")).toMatchObject({ status: "True", reason: "QuotaExceeded" });
    expect(resource.status.operation).toBeUndefined();
    expect(resource.status.externalId).toBeUndefined();
    const before = await cloud.creates();
    expect(before.length).toBeLessThanOrEqual(2);
    await expectCalm(stand, loser, cloud);
    expect(await cloud.creates()).toEqual(before);
    await expectToldOnce(expect, stand, loser, { reason: "QuotaExceeded" });
    expect(await cloud.clusters()).toMatchObject([{ name: made![0] }]);

    await setQuota(cloud, 2);
    await stand.reaches(loser, "Available");
    expect(await cloud.clusters()).toHaveLength(2);
    expect(await cloud.creates()).toHaveLength(before.length + 1);
  });

  it("that is used up before anything is sent costs no write at all", async ({ expect }) => {
    const cloud = await stand.cloud("full", { clusterQuota: 0 }, on("full", "too-late"));
    const { message } = await stand.reaches("managedcluster/too-late", "QuotaExceeded");
    expect(message).toContain("0 of 0 clusters are in use");
    await expectCalm(stand, "managedcluster/too-late", cloud);
    expect(await cloud.creates()).toEqual([]);
    await stand.remove("managedcluster/too-late");
    await stand.gone("managedcluster/too-late");
  });

  it("is not what those wait for who are made at once, nor are they taken for hidden ones", async ({ expect }) => {
    const names = ["many-a", "many-b", "many-c", "many-d", "many-e"];
    const cloud = await stand.cloud("roomy", {}, ...names.map((name) => on("roomy", name)));
    await Promise.all(names.map((name) => stand.reaches(`managedcluster/${name}`, "Available")));
    expect(await cloud.clusters()).toHaveLength(names.length);
    expect(await cloud.creates()).toHaveLength(names.length);
    const reasons = names.flatMap((name) => stand.versions(`managedcluster/${name}`).map(reasonOf));
    expect(reasons).not.toContain("ObservationNotTrusted");
    expect(reasons).not.toContain("QuotaExceeded");
  });

  it("that counts more than the list shows keeps anything from being made", async ({ expect }) => {
    const cloud = await stand.cloud("hiding");
    await cloud.behindOurBack("POST", "clusters", { name: "hidden" });
    await cloud.setFaults([{ action: "EmptyList", path: "/clusters$", times: 0 }]);
    await stand.apply(on("hiding", "newcomer"));
    const { message } = await stand.reaches("managedcluster/newcomer", "ObservationNotTrusted");
    expect(message).toContain("The cloud counts 1 clusters and lists 0. Nothing is created until the two agree");
    await stand.visited("managedcluster/newcomer", 2);
    expect(await cloud.creates()).toEqual([]);
    await cloud.setFaults([]);
    await stand.reaches("managedcluster/newcomer", "Available");
    expect(await cloud.creates()).toHaveLength(1);
  });
});

itStaysClean(() => stand);
