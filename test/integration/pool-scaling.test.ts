// How many nodes a NodePool has: up at once, down in bounded steps with readiness between them, and as far as the cloud has any.
// What the cloud is told is read off the wire, body by body.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectToldOnce } from "../support/environment/steady-state.ts";
import {
  createMembersStand,
  isPoolChange,
  poolChanges,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { outdated } from "../support/clouds/wire.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { expectPatience } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-scale");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Its nodes take three seconds to come and one to go. */
const UNHURRIED = { simulator: { speed: 60 } };

/** Declares the home's pool and waits until it is there; resolves with its resource's name. */
async function available(home: Home, spec: object): Promise<string> {
  await stand.apply(poolManifest(home, spec));
  await stand.reaches(`nodepool/${home.name}`, "Available");
  return `nodepool/${home.name}`;
}

async function phases({ cloud }: Home): Promise<string[]> {
  return (await cloud.nodes()).map(({ phase }) => phase);
}

function counts(home: Home): (number | undefined)[] {
  return poolChanges(home).map(({ initialNodeCount }) => initialNodeCount);
}

/** The nodes' phases at each of the next changes of the pool, filled in as they come. */
function phasesAtChanges(home: Home, changes: number): string[][] {
  const seen: string[][] = [];
  const look = async (): Promise<unknown> => seen.push(await phases(home));
  for (let left = changes; left > 0; left -= 1) home.wire.beforeRequest(isPoolChange, look);
  return seen;
}

const isNodeList = ({ method, path }: { method: string; path: string }): boolean =>
  method === "GET" && path.endsWith("/nodes");
const active = (nodes: number): string[] => Array.from({ length: nodes }, () => "Active");

describe.concurrent("scaling down", () => {
  it("removes no more than maxRemovalsPerStep at once, and the next when the pool is in order", async ({ expect }) => {
    const home = await stand.home("stepwise", UNHURRIED);
    const resource = await available(home, { replicas: 6, maxRemovalsPerStep: 2 });
    const before = phasesAtChanges(home, 3);
    await stand.edit(resource, { spec: { replicas: 1 } });
    await stand.until(resource, ({ status }) => status["replicas"] === 1);
    await stand.reaches(resource, "Available");
    expect(counts(home)).toEqual([4, 2, 1]);
    expect(before).toEqual([active(6), active(4), active(2)]);
    expect(await phases(home)).toEqual(active(1));
  });

  it("holds the next step while a node does not work, says so, and changes labels all the same", async ({ expect }) => {
    const home = await stand.home("held");
    const resource = await available(home, { replicas: 4 });
    const [oldest] = await home.cloud.nodes();
    const change = (phase: string): Promise<unknown> =>
      home.cloud.behindOurBack("PATCH", `nodes/${oldest!.id}`, { phase });
    home.wire.beforeAnswer(isPoolChange, () => change("Abnormal"));
    await stand.edit(resource, { spec: { replicas: 1 } });
    const { status, message } = await stand.reaches(resource, "NodesNotActive");
    expect(status).toBe("False");
    expect(message).toContain("2 of 3 nodes are active. Repair the others in the cloud, or remove them there");
    await expectPatience(stand, { name: resource, clock: "managedcluster/held", cloud: home.cloud });
    await expectToldOnce(expect, stand, resource, { type: "Normal", reason: "NodesNotActive" });
    expect(counts(home)).toEqual([3]);

    await stand.edit(resource, { spec: { labels: { workload: "general" } } });
    await expect.poll(() => counts(home), { timeout: 20_000 }).toEqual([3, 3]);
    await stand.reaches(resource, "NodesNotActive");
    expect(await home.cloud.nodes()).toHaveLength(3);

    await change("Active");
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(counts(home)).toEqual([3, 3, 2, 1]);
    expect(await home.cloud.nodes()).toMatchObject([{ id: oldest!.id, phase: "Active" }]);
  });

  it("removes none while the list of nodes is empty by mistake", async ({ expect }) => {
    const home = await stand.home("unseen");
    const resource = await available(home, { replicas: 3 });
    await home.cloud.setFaults([{ action: "EmptyList", path: "/nodes$", times: 0 }]);
    await stand.edit(resource, { spec: { replicas: 1 } });
    await stand.until(resource, ({ status, metadata }) => status.observedGeneration === metadata.generation);
    await stand.visited(resource, 2);
    expect(counts(home)).toEqual([]);
    expect(await phases(home)).toEqual(active(3));
    await home.cloud.setFaults([]);
    await stand.reaches(resource, "Available");
    expect(counts(home)).toEqual([2, 1]);
  });

  it("removes none on the word of a list of nodes from before, which shows one more", async ({ expect }) => {
    const home = await stand.home("outdated-more");
    const list = outdated(home.wire, isNodeList);
    const resource = await available(home, { replicas: 3 });
    list.freeze();
    await stand.edit(resource, { spec: { replicas: 2 } });
    await expect.poll(() => home.cloud.nodes(), { timeout: 20_000 }).toHaveLength(2);
    await stand.edit(resource, { spec: { replicas: 1 } });
    await stand.until(resource, ({ status, metadata }) => status.observedGeneration === metadata.generation);
    await stand.visited(resource, 2);
    expect([counts(home), await phases(home)]).toEqual([[2], active(2)]);
    list.thaw();
    await stand.reaches(resource, "Available");
    expect([counts(home), await phases(home)]).toEqual([[2, 1], active(1)]);
  });

  it("buys and removes none on the word of a list of nodes from before, which shows fewer", async ({ expect }) => {
    const home = await stand.home("outdated-fewer");
    const list = outdated(home.wire, isNodeList);
    const resource = await available(home, { replicas: 1 });
    list.freeze();
    await stand.edit(resource, { spec: { replicas: 3 } });
    await expect.poll(() => phases(home), { timeout: 20_000 }).toEqual(active(3));
    await stand.visited(resource, 2);
    await stand.edit(resource, { spec: { replicas: 2 } });
    await stand.until(resource, ({ status, metadata }) => status.observedGeneration === metadata.generation);
    await stand.visited(resource, 2);
    expect([counts(home), await phases(home)]).toEqual([[3], active(3)]);
    list.thaw();
    await stand.reaches(resource, "Available");
    expect([counts(home), await phases(home)]).toEqual([[3, 2], active(2)]);
  });

  it("that somebody else made larger goes back to what is declared, in steps", async ({ expect }) => {
    const home = await stand.home("inflated");
    const resource = await available(home, { replicas: 1 });
    const { externalId } = stand.seen(resource)!.status;
    await home.cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { initialNodeCount: 3 });
    await expect.poll(() => counts(home), { timeout: 20_000 }).toEqual([2, 1]);
    await stand.reaches(resource, "Available");
    expect(await phases(home)).toEqual(active(1));
  });
});

describe.concurrent("scaling up", () => {
  it("is asked for at once, and not only when the nodes are there that were asked for before", async ({ expect }) => {
    const home = await stand.home("hungry", UNHURRIED);
    const resource = await available(home, { replicas: 1 });
    const before = phasesAtChanges(home, 2);
    await stand.edit(resource, { spec: { replicas: 3 } });
    await stand.until(resource, ({ status }) => status["desiredReplicas"] === 3);
    await stand.edit(resource, { spec: { replicas: 6 } });
    await stand.reaches(resource, "Available");
    expect(counts(home)).toEqual([3, 6]);
    expect(before[0]).toEqual(active(1));
    expect(new Set(before[1])).not.toEqual(new Set(["Active"]));
    expect(await phases(home)).toEqual(active(6));
  });

  it("to more than the cloud has keeps the nodes that are there, says so, and goes on when it has more", async ({
    expect,
  }) => {
    const home = await stand.home("soldout");
    await home.cloud.behindOurBack("POST", "plans", { nodepoolName: "soldout", soldOutAbove: 2 });
    const resource = await available(home, { replicas: 1 });
    const { externalId } = stand.seen(resource)!.status;
    const [first] = await home.cloud.nodes();
    await stand.edit(resource, { spec: { replicas: 4 } });
    const { status, message } = await stand.reaches(resource, "SoldOut");
    expect(status).toBe("False");
    expect(message).toContain(
      "The cloud has no more instances of type s6.large.2 now. The 2 nodes that are there stay",
    );
    expect(message).toContain("4 were asked for");
    expect(message).toContain("ask for fewer");
    expect(stand.seen(resource)!.status).toMatchObject({ replicas: 2, readyReplicas: 2, desiredReplicas: 4 });
    await expectPatience(stand, { name: resource, clock: "managedcluster/soldout", cloud: home.cloud });
    await expectToldOnce(expect, stand, resource, { type: "Normal", reason: "SoldOut" });
    expect((await home.cloud.nodes()).map(({ id }) => id)).toContain(first!.id);
    expect(counts(home)).toEqual([4]);

    await home.cloud.behindOurBack("PATCH", `nodepools/${externalId}`, { soldOutAbove: null });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(await phases(home)).toEqual(active(4));
    expect((await home.cloud.nodes()).map(({ id }) => id)).toContain(first!.id);
    expect(counts(home)).toEqual([4]);
    expect(await home.cloud.pools()).toHaveLength(1);
  });

  it("that is taken back is Ready with the nodes that came, none of which goes", async ({ expect }) => {
    const home = await stand.home("modest");
    await home.cloud.behindOurBack("POST", "plans", { nodepoolName: "modest", soldOutAbove: 2 });
    const resource = "nodepool/modest";
    await stand.apply(poolManifest(home, { replicas: 5 }));
    await stand.reaches(resource, "SoldOut");
    const nodes = await home.cloud.nodes();
    expect(nodes).toHaveLength(2);
    // Three that never came: nothing is removed, so nothing goes in steps.
    await stand.edit(resource, { spec: { replicas: 2 } });
    await stand.reaches(resource, "Available");
    expect(await home.cloud.nodes()).toEqual(nodes);
    expect(counts(home)).toEqual([2]);
    expect(await home.cloud.pools()).toHaveLength(1);
  });
});

itStaysClean(() => stand);
