// Labels and taints of a NodePool, which are whole sets: what is declared is there, what is not is taken away, the count stays, and
// a cloud that takes a change without making it is not asked again and again. What the cloud is told is read off the wire.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm } from "../support/environment/steady-state.ts";
import {
  conditionOf,
  createMembersStand,
  poolChanges,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-change");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const DEDICATED = { key: "dedicated", value: "payment", effect: "NoSchedule" } as const;
const SPOT = { key: "spot", value: "", effect: "PreferNoSchedule" } as const;

/** Declares the home's pool and waits until it is there; resolves with its resource's name. */
async function available(home: Home, spec: object): Promise<string> {
  await stand.apply(poolManifest(home, spec));
  await stand.reaches(`nodepool/${home.name}`, "Available");
  return `nodepool/${home.name}`;
}

/** Without those that mark the pool as ours and as the cloud's. */
function usersLabels(k8sTags: Readonly<Record<string, string>> = {}): object {
  const isTheirs = ([key]: [string, string]): boolean => !/^(yunfan\.dev|cce\.cloud\.com)\//.test(key);
  return Object.fromEntries(Object.entries(k8sTags).filter(isTheirs));
}

async function labelsOf({ cloud }: Home): Promise<object> {
  return usersLabels((await cloud.pools())[0]!.nodeTemplate.k8sTags);
}

describe.concurrent("labels", () => {
  it("are changed as a whole set, keep our mark, and leave the nodes alone", async ({ expect }) => {
    const home = await stand.home("labelled");
    const resource = await available(home, { replicas: 3, labels: { a: "1", b: "2" } });
    const nodes = await home.cloud.nodes();
    const mark = `${stand.seen(resource)!.metadata.uid}-1`;
    await stand.edit(resource, { spec: { labels: { a: "one", b: null, c: "3" } } });
    await stand.reaches(resource, "Available");
    expect(await labelsOf(home)).toEqual({ a: "one", c: "3" });
    await stand.edit(resource, { spec: { labels: { a: null, c: null } } });
    await stand.reaches(resource, "Available");
    expect(await labelsOf(home)).toEqual({});
    const changes = poolChanges(home);
    expect(changes.map(({ initialNodeCount }) => initialNodeCount)).toEqual([3, 3]);
    expect(changes.map(({ nodeTemplate }) => nodeTemplate?.k8sTags?.["yunfan.dev/nonce"])).toEqual([mark, mark]);
    expect(await home.cloud.nodes()).toEqual(nodes);
  });

  it("that others add or take away are put right, and those that are not declared are left alone", async ({
    expect,
  }) => {
    const home = await stand.home("relabelled");
    const resource = await available(home, { replicas: 1, labels: { a: "1" } });
    const { externalId, selector } = stand.seen(resource)!.status;
    const mark = { "yunfan.dev/nonce": String(selector).split("=")[1]! };
    const relabel = (labels: object): Promise<unknown> =>
      home.cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { k8sTags: { ...labels, ...mark } });
    await relabel({ b: "2" });
    await expect.poll(() => labelsOf(home), { timeout: 20_000 }).toEqual({ a: "1" });
    await stand.reaches(resource, "Available");

    await stand.edit(resource, { spec: { labels: null } });
    await stand.reaches(resource, "Available");
    await relabel({ theirs: "yes" });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(await labelsOf(home)).toEqual({ theirs: "yes" });
    // Scaling sends them along, so that they stay.
    await stand.edit(resource, { spec: { replicas: 2 } });
    await stand.reaches(resource, "Available");
    expect(await labelsOf(home)).toEqual({ theirs: "yes" });
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([1, 2]);
  });

  it("and the count are changed together by one request", async ({ expect }) => {
    const home = await stand.home("together");
    const resource = await available(home, { replicas: 1, labels: { a: "1" }, taints: [DEDICATED] });
    await stand.edit(resource, { spec: { replicas: 2, labels: { a: "2" }, taints: [SPOT] } });
    await stand.reaches(resource, "Available");
    expect(poolChanges(home)).toMatchObject([
      { initialNodeCount: 2, nodeTemplate: { k8sTags: { a: "2" }, taints: [SPOT] } },
    ]);
    expect(await home.cloud.nodes()).toHaveLength(2);
  });
});

describe.concurrent("taints", () => {
  it("are changed as a whole set, though no read shows them, and every other change carries them", async ({
    expect,
  }) => {
    const home = await stand.home("tainted");
    const resource = await available(home, { replicas: 1, taints: [DEDICATED] });
    const upToDate = conditionOf(stand.seen(resource)!, "UpToDate");
    expect(upToDate).toMatchObject({ status: "True", message: expect.stringContaining("the cloud shows no taints") });
    await stand.edit(resource, { spec: { taints: [SPOT] } });
    await stand.reaches(resource, "Available");
    await stand.edit(resource, { spec: { labels: { a: "1" } } });
    await stand.reaches(resource, "Available");
    await stand.edit(resource, { spec: { taints: [] } });
    await stand.reaches(resource, "Available");
    const sent = poolChanges(home).map(({ nodeTemplate, initialNodeCount }) => [
      nodeTemplate?.taints,
      initialNodeCount,
    ]);
    expect(sent).toEqual([
      [[SPOT], 1],
      [[SPOT], 1],
      [[], 1],
    ]);
    await expectCalm(stand, resource, home.cloud);
  });

  it("of an adopted pool that are not declared stay, whatever else changes", async ({ expect }) => {
    const home = await stand.home("untold");
    const pool = { clusterId: home.clusterId, name: "untold", initialNodeCount: 1, taints: [DEDICATED] };
    const { id } = (await home.cloud.behindOurBack("POST", "nodepools", pool)) as { id: string };
    await available(home, { externalId: id, replicas: 2 });
    expect(poolChanges(home)).toMatchObject([{ initialNodeCount: 2 }]);
    expect(await home.cloud.pools()).toMatchObject([{ nodeTemplate: { taints: [DEDICATED] } }]);
  });
});

describe.concurrent("a cloud that takes labels of a pool and does not change them", () => {
  it("is asked once for each change of the spec, and the resource says so", async ({ expect }) => {
    const home = await stand.home("stubborn", { simulator: { k8sTagsUpdatable: false } });
    const resource = await available(home, { replicas: 1, labels: { a: "1" } });
    const edit = async (spec: object): Promise<void> => {
      await stand.edit(resource, { spec });
      const { status, message } = await stand.reaches(resource, "Available");
      expect(status).toBe("True");
      expect(message).toContain("but for what the cloud did not change: see UpToDate");
    };
    await edit({ labels: { a: "2" } });
    expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({
      status: "False",
      reason: "UpdateIgnored",
      message: expect.stringMatching(/took spec\.labels and did not change it.*create another NodePool/),
    });
    await expectCalm(stand, resource, home.cloud);
    expect(poolChanges(home)).toHaveLength(1);
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    await expectCalm(stand, resource, home.cloud);
    expect(poolChanges(home)).toHaveLength(2);

    await edit({ replicas: 2 });
    await edit({ labels: { a: "3" } });
    await expectCalm(stand, resource, home.cloud);
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([1, 1, 2, 2]);
    expect(await labelsOf(home)).toEqual({ a: "1" });

    await stand.edit(resource, { spec: { labels: { a: "1" } } });
    await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "InSync");
    expect(poolChanges(home)).toHaveLength(4);
  });
});

itStaysClean(() => stand);
