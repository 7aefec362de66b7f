// A NodePool whose count is the cloud's: an autoscaler moves it whenever it likes, also between a read and a write of ours, and
// whatever else is changed about the pool leaves the count alone. What the cloud is told is read off the wire, body by body.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  conditionOf,
  createMembersStand,
  isPoolChange,
  poolChanges,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-auto");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const BETWEEN_1_AND_5 = { enabled: true, minReplicas: 1, maxReplicas: 5 };

/** Declares the home's pool and waits until it is there; resolves with its resource's name. */
async function available(home: Home, spec: object): Promise<string> {
  await stand.apply(poolManifest(home, spec));
  await stand.reaches(`nodepool/${home.name}`, "Available");
  return `nodepool/${home.name}`;
}

/** As the autoscaler does, which stays within its bounds. */
async function autoscale({ cloud, name }: Home, autoscaledTo: number): Promise<void> {
  const { externalId } = stand.seen(`nodepool/${name}`)!.status;
  await cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { autoscaledTo });
}

/** As autoscale, and waits until the resource shows it. */
async function autoscaled(home: Home, count: number): Promise<void> {
  await autoscale(home, count);
  await shows(home, count);
}

async function shows({ name }: Home, count: number): Promise<void> {
  await stand.until(`nodepool/${name}`, ({ status }) => status["desiredReplicas"] === count);
  await stand.reaches(`nodepool/${name}`, "Available");
}

async function inCloud({ cloud }: Home): Promise<{ count: number; nodes: number }> {
  const [pool] = await cloud.pools();
  return { count: pool!.initialNodeCount, nodes: (await cloud.nodes()).length };
}

function counts(home: Home): (number | undefined)[] {
  return poolChanges(home).map(({ initialNodeCount }) => initialNodeCount);
}

describe.concurrent("a NodePool with autoscaling", () => {
  it("starts with spec.replicas and follows the autoscaler, whatever spec.replicas says", async ({ expect }) => {
    const home = await stand.home("follows");
    const resource = await available(home, { replicas: 2, autoscaling: BETWEEN_1_AND_5 });
    expect(await inCloud(home)).toEqual({ count: 2, nodes: 2 });
    await autoscaled(home, 4);
    await autoscaled(home, 1);
    const scaled = await stand.kubectl(["scale", "nodepools.yunfan.dev/follows", "--replicas=5"]);
    expect(scaled).toMatchObject({ code: 0 });
    await stand.reaches(resource, "Available");
    await stand.visited(resource, 2);
    expect(await inCloud(home)).toEqual({ count: 1, nodes: 1 });
    expect(stand.seen(resource)!.spec).toMatchObject({ replicas: 5 });
    expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({ status: "True" });
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["POST"]);
  });

  it("starts within its bounds", async ({ expect }) => {
    const home = await stand.home("bounded");
    await available(home, { replicas: 0, autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 5 } });
    expect(await inCloud(home)).toEqual({ count: 2, nodes: 2 });
    expect(stand.seen("nodepool/bounded")!.spec).toMatchObject({ replicas: 0 });
  });

  it("has the count just read in a change of labels, also where the autoscaler has moved since the visit began", async ({
    expect,
  }) => {
    const home = await stand.home("moving");
    const resource = await available(home, { replicas: 1, autoscaling: BETWEEN_1_AND_5 });
    await autoscaled(home, 3);
    const ids = (await home.cloud.nodes()).map(({ id }) => id);
    // A pool is read by its id where something is to be written, and not otherwise.
    const isRead = ({ method, path }: { method: string; path: string }): boolean =>
      method === "GET" && /\/nodepools\/[^/]+$/.test(path);
    home.wire.beforeRequest(isRead, () => autoscale(home, 5));
    await stand.edit(resource, { spec: { labels: { workload: "burst" } } });
    await shows(home, 5);
    expect(counts(home)).toEqual([5]);
    expect(await inCloud(home)).toEqual({ count: 5, nodes: 5 });
    expect((await home.cloud.nodes()).map(({ id }) => id)).toEqual(expect.arrayContaining(ids));
    const [pool] = await home.cloud.pools();
    expect(pool!.nodeTemplate.k8sTags).toMatchObject({ workload: "burst" });
    expect(pool!.autoscaling).toMatchObject({ enable: true, minNodeCount: 1, maxNodeCount: 5 });
  });

  it("is left alone where the autoscaler moves while the change is on its way, and moves again", async ({ expect }) => {
    const home = await stand.home("racing");
    const resource = await available(home, { replicas: 1, autoscaling: BETWEEN_1_AND_5 });
    await autoscaled(home, 3);
    // The cloud takes no condition: what it is told then is what was read a moment before.
    home.wire.beforeRequest(isPoolChange, () => autoscale(home, 4));
    await stand.edit(resource, { spec: { labels: { workload: "burst" } } });
    await expect.poll(() => counts(home), { timeout: 20_000 }).toEqual([3]);
    await autoscaled(home, 5);
    await stand.visited(resource, 2);
    expect(counts(home)).toEqual([3]);
    expect(await inCloud(home)).toEqual({ count: 5, nodes: 5 });
  });

  it("is brought within new bounds, and no further", async ({ expect }) => {
    const home = await stand.home("rebound");
    const resource = await available(home, { replicas: 1, autoscaling: BETWEEN_1_AND_5 });
    await autoscaled(home, 4);
    await stand.edit(resource, { spec: { autoscaling: { maxReplicas: 3 } } });
    await shows(home, 3);
    await stand.edit(resource, { spec: { autoscaling: { minReplicas: 4, maxReplicas: 6 } } });
    await shows(home, 4);
    await stand.edit(resource, { spec: { autoscaling: { minReplicas: 2 } } });
    await stand.reaches(resource, "Available");
    expect(counts(home)).toEqual([3, 4, 4]);
    const [pool] = await home.cloud.pools();
    expect(pool!.autoscaling).toMatchObject({ enable: true, minNodeCount: 2, maxNodeCount: 6 });
    expect(await inCloud(home)).toEqual({ count: 4, nodes: 4 });
  });

  it("that is switched on keeps its nodes; switched off, it goes to spec.replicas in steps", async ({ expect }) => {
    const home = await stand.home("switched");
    const resource = await available(home, { replicas: 2 });
    const before = await home.cloud.nodes();
    await stand.edit(resource, { spec: { autoscaling: BETWEEN_1_AND_5 } });
    await stand.reaches(resource, "Available");
    expect(await home.cloud.nodes()).toEqual(before);
    await autoscaled(home, 5);
    await stand.edit(resource, { spec: { autoscaling: { enabled: false } } });
    await shows(home, 2);
    expect(counts(home)).toEqual([2, 4, 3, 2]);
    expect(poolChanges(home).map(({ autoscaling }) => autoscaling!.enable)).toEqual([true, false, false, false]);
    expect((await home.cloud.pools())[0]!.autoscaling.enable).toBe(false);
    expect(await inCloud(home)).toEqual({ count: 2, nodes: 2 });
  });

  it("keeps what only the console sets, in every change", async ({ expect }) => {
    const home = await stand.home("tuned");
    const resource = await available(home, { replicas: 1, autoscaling: BETWEEN_1_AND_5 });
    const { externalId } = stand.seen(resource)!.status;
    const tuning = { scaleDownCooldownTime: 15, priority: 3 };
    await home.cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { autoscaling: tuning });
    const inCloudNow = async (): Promise<unknown> => (await home.cloud.pools())[0]!.autoscaling;
    await stand.edit(resource, { spec: { labels: { workload: "burst" } } });
    await stand.reaches(resource, "Available");
    expect(await inCloudNow()).toEqual({ enable: true, minNodeCount: 1, maxNodeCount: 5, ...tuning });
    await stand.edit(resource, { spec: { replicas: 2, autoscaling: { enabled: false } } });
    await stand.reaches(resource, "Available");
    expect(await inCloudNow()).toMatchObject({ enable: false, ...tuning });
    expect(counts(home)).toEqual([1, 2]);
  });

  it("that somebody switches off in the cloud is switched on again, with the count that is there", async ({
    expect,
  }) => {
    const home = await stand.home("meddled");
    const resource = await available(home, { replicas: 1, autoscaling: BETWEEN_1_AND_5 });
    await autoscaled(home, 4);
    const { externalId } = stand.seen(resource)!.status;
    await home.cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { autoscaling: { enable: false } });
    await expect.poll(() => counts(home), { timeout: 20_000 }).toEqual([4]);
    await stand.reaches(resource, "Available");
    expect((await home.cloud.pools())[0]!.autoscaling.enable).toBe(true);
    expect(await inCloud(home)).toEqual({ count: 4, nodes: 4 });
  });
});

itStaysClean(() => stand);
