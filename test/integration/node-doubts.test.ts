// Single nodes while what is seen of them is wrong or changes: no single list decides, and a turn is what the cluster says now. Real API
// server, real operator, real HTTP to the simulator of CCE.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  createMembersStand,
  nodeManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { outdated } from "../support/clouds/wire.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("node-doubts");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const SECONDS = { timeout: 60_000 };

/** A node that works, whose server gets another id from a colleague, before the operator looks again; one list will then be empty. */
async function underAnotherId(name: string): Promise<{ readonly home: Home; readonly id: string }> {
  const home = await stand.home(name);
  const node = `managednode/${name}`;
  await stand.apply(nodeManifest(home));
  await stand.reaches(node, "Available");
  const { serverId } = (await stand.read(node))!.status as { serverId?: string };
  await stand.annotate(node, { "yunfan.dev/paused": "true" });
  await stand.until(node, ({ status }) => status.conditions?.some(({ type }) => type === "Paused") ?? false);
  const planted = await home.cloud.behindOurBack("POST", "nodes", { clusterId: home.clusterId, serverId });
  await home.cloud.setFaults([{ method: "GET", path: "/nodes$", action: "EmptyList", times: 1 }]);
  return { home, id: (planted as { id: string }).id };
}

const unpause = (name: string) => stand.kubectl(["annotate", `managednode/${name}`, "yunfan.dev/paused-"]);

describe.concurrent("a server that a colleague has installed anew under another id, while one list is empty", () => {
  it("is followed, and never said to be lost", async ({ expect }) => {
    const { home, id } = await underAnotherId("followed");
    await unpause("followed");
    await stand.until("managednode/followed", ({ status }) => status.externalId === id);
    await stand.reaches("managednode/followed", "Available");
    const reasons = stand.versions("managednode/followed").flatMap(({ status }) => status.conditions ?? []);
    expect(reasons.map(({ reason }) => reason)).not.toContain("ExternalResourceMissing");
    expect((await home.cloud.requests()).filter(({ fault }) => fault === "EmptyList")).toHaveLength(1);
    expect(await home.cloud.servers()).toMatchObject([{ imaged: 2 }]);
  });

  it("is deleted with its resource, and not left behind", async ({ expect }) => {
    const { home } = await underAnotherId("deleted");
    await stand.kubectl(["delete", "managednode/deleted", "--wait=false"]);
    await unpause("deleted");
    await stand.gone("managednode/deleted");
    expect((await home.cloud.requests()).filter(({ fault }) => fault === "EmptyList")).toHaveLength(1);
    expect(await home.cloud.nodes()).toEqual([]);
    expect(await home.cloud.servers()).toEqual([]);
  });
});

const repair = { policy: "Reset", eraseDisks: true, afterSeconds: 3_600 };
const isNodeList = ({ method, path }: { method: string; path: string }): boolean =>
  method === "GET" && path.endsWith("/nodes");
const HOURS_AGO = "2026-01-01T00:00:00Z";

/** A node that is to be repaired, and what a test does to it. */
async function repairable(name: string) {
  const home = await stand.home(name);
  const node = `managednode/${name}`;
  await stand.apply(nodeManifest(home, { repair }));
  await stand.reaches(node, "Available");
  const { externalId = "" } = (await stand.read(node))!.status;
  const turned = (phase: string, id = externalId) => home.cloud.behindOurBack("PATCH", `nodes/${id}`, { phase });
  return {
    home,
    node,
    turned,
    /** Out of order, and for hours. */
    broken: async () => {
      await turned("Abnormal");
      await stand.until(node, ({ status }) => status["abnormalSince"] !== undefined);
    },
    due: async () => {
      const patch = JSON.stringify({ status: { abnormalSince: HOURS_AGO } });
      const { code, stderr } = await stand.kubectl([
        "patch",
        `managednodes.yunfan.dev/${name}`,
        "--subresource=status",
        "--type=merge",
        "-p",
        patch,
      ]);
      if (code !== 0) throw new Error(stderr);
      await stand.lookAgain(node);
    },
    imaged: async () => (await home.cloud.servers()).map(({ imaged }) => imaged).toSorted((a, b) => a - b),
  };
}

/** As a list of CCE has it (4.1.11). */
interface SimulatedItem {
  readonly metadata: { readonly uid: string };
  readonly status: object;
}

function working(item: SimulatedItem): SimulatedItem {
  return { ...item, status: { ...item.status, phase: "Active" } };
}

describe.concurrent("a repair that is due, before which the cloud is asked twice", () => {
  it("is not carried out where the node works again, whatever a list says that is older", async ({ expect }) => {
    const { home, node, turned, broken, due, imaged } = await repairable("recovered");
    const list = outdated(home.wire, isNodeList);
    await broken();
    list.freeze();
    await turned("Active");
    await due();
    await stand.lookAgain(node);
    expect(await imaged()).toEqual([1]);
    list.thaw();
    await stand.reaches(node, "Available");
    await broken();
    await due();
    await expect.poll(imaged, SECONDS).toEqual([2]);
  });

  it("is held for other nodes that do not work, though most lists lack them", async ({ expect }) => {
    const { home, node, turned, broken, due, imaged } = await repairable("crowded");
    const planted = await home.cloud.behindOurBack("POST", "nodes", { clusterId: home.clusterId, name: "other" });
    const { id } = planted as { id: string };
    await turned("Abnormal", id);
    let lists = 0;
    home.wire.rewrite = (request, answer) => {
      if (!isNodeList(request)) return undefined;
      lists += 1;
      // Two in a row lack it, never four: what is decided and what is sent are looked at twice each.
      if (lists % 3 === 0) return undefined;
      const shown = JSON.parse(answer.toString()) as { items: readonly { metadata: { uid: string } }[] };
      return Buffer.from(
        JSON.stringify({ ...shown, items: shown.items.filter(({ metadata }) => metadata.uid !== id) }),
      );
    };
    await broken();
    await due();
    expect((await stand.reaches(node, "RepairHeld")).message).toContain("2 of 2 nodes of the cluster do not work");
    for (let times = 0; times < 3; times += 1) await stand.lookAgain(node);
    expect(await imaged()).toEqual([1, 1]);
    home.wire.rewrite = undefined;
    await turned("Active", id);
    await stand.lookAgain(node);
    await expect.poll(imaged, SECONDS).toEqual([1, 2]);
  });
});

describe.concurrent("a repair that is due", () => {
  it("is held where lists tell late that another node does not work, or lack it", async ({ expect }) => {
    const { home, node, turned, broken, due, imaged } = await repairable("late");
    const planted = await home.cloud.behindOurBack("POST", "nodes", { clusterId: home.clusterId, name: "other" });
    const { id } = planted as { id: string };
    await broken();
    await stand.lookAgain(node);
    await turned("Abnormal", id);
    let lists = 0;
    home.wire.rewrite = (request, answer) => {
      if (!isNodeList(request)) return undefined;
      lists += 1;
      // Two are from before it, the third lacks it.
      if (lists > 3) return undefined;
      const shown = JSON.parse(answer.toString()) as { items: readonly SimulatedItem[] };
      const others = shown.items.filter(({ metadata }) => metadata.uid !== id);
      const former = shown.items.map((item) => (item.metadata.uid === id ? working(item) : item));
      return Buffer.from(JSON.stringify({ ...shown, items: lists === 3 ? others : former }));
    };
    await due();
    await stand.reaches(node, "RepairHeld");
    expect(await imaged()).toEqual([1, 1]);
  });

  it("is one of a node that has not worked since the cluster itself does", async ({ expect }) => {
    const { home, node, broken, due, imaged } = await repairable("outage");
    const cluster = async (phase: string): Promise<void> => {
      await home.cloud.behindOurBack("PATCH", `clusters/${home.clusterId}`, { phase });
      await stand.lookAgain("managedcluster/outage");
    };
    await broken();
    await cluster("Unavailable");
    await stand.reaches(node, "ClusterNotReady");
    await due();
    await stand.until(node, ({ status }) => status["abnormalSince"] === undefined);
    await cluster("Available");
    await stand.reaches(node, "NodeAbnormal");
    await stand.lookAgain(node);
    expect(await imaged()).toEqual([1]);
  });

  it("keeps no node from leaving that others have to wait for", async ({ expect }) => {
    const { home, node, turned, broken, due, imaged } = await repairable("first");
    await stand.apply(nodeManifest(home, { repair }, { name: "second" }));
    await stand.reaches("managednode/second", "Available");
    await turned("Abnormal", (await stand.read("managednode/second"))!.status.externalId);
    await broken();
    await due();
    await stand.reaches(node, "RepairHeld");
    await stand.kubectl(["delete", "managednode/second", "--wait=false"]);
    await stand.gone("managednode/second");
    await stand.lookAgain(node);
    await expect.poll(imaged, SECONDS).toEqual([2]);
  });

  it("is not sent again after it got lost, where it is declared no more", async ({ expect }) => {
    const { home, node, broken, due, imaged } = await repairable("lost");
    home.wire.beforeRequest(
      ({ path }) => path.endsWith("/nodes/reset"),
      async () => {
        await stand.edit(node, { spec: { repair: { policy: "None" } } });
        throw new Error("Lost on the way");
      },
    );
    await broken();
    await due();
    await stand.until(node, ({ status }) => status["disruption"] !== undefined);
    const { status } = await stand.until(node, (resource) => resource.status["disruption"] === undefined);
    expect(status["lastReset"]).not.toHaveProperty("repairedAt");
    expect(await imaged()).toEqual([1]);
  });
});

describe.concurrent("a cluster's maxNodeDisruptions", () => {
  it("that is raised lets more nodes go at once", async ({ expect }) => {
    // So slow that what is being deleted is so until somebody ends it.
    const home = await stand.home("raised", { simulator: { speed: 1 }, spec: { maxNodeDisruptions: 1 } });
    const names = Array.from({ length: 8 }, (_, index) => `raised-${index}`);
    for (const name of names) {
      const { id } = (await home.cloud.behindOurBack("POST", "nodes", { clusterId: home.clusterId, name })) as {
        id: string;
      };
      const spec = { externalId: id, deletionPolicy: "Delete", instanceType: undefined };
      await stand.apply(nodeManifest(home, spec, { name, labels: { batch: "raised" } }));
    }
    for (const name of names) await stand.reaches(`managednode/${name}`, "Available");
    await stand.kubectl(["delete", "managednodes.yunfan.dev", "-l", "batch=raised", "--wait=false"]);
    const leaving = async (): Promise<number> =>
      (await home.cloud.nodes()).filter(({ phase }) => phase === "Deleting").length;
    const waiting = (): number => names.filter((name) => reasonOf(name) === "WaitingForTurn").length;
    await expect.poll(waiting, SECONDS).toBe(7);
    expect(await leaving()).toBe(1);
    await stand.edit("managedcluster/raised", { spec: { maxNodeDisruptions: 5 } });
    await expect.poll(leaving, SECONDS).toBe(5);
    await expect.poll(waiting, SECONDS).toBe(3);
    expect(await leaving()).toBe(5);
    const left = async (): Promise<number> => {
      for (const { id, phase } of await home.cloud.nodes()) {
        if (phase === "Deleting") await home.cloud.behindOurBack("DELETE", `nodes/${id}`);
      }
      return names.filter((name) => stand.seen(`managednode/${name}`)).length;
    };
    await expect.poll(left, { timeout: 90_000 }).toBe(0);
  });
});

function reasonOf(name: string): string | undefined {
  return stand.seen(`managednode/${name}`)?.status.conditions?.find(({ type }) => type === "Ready")?.reason;
}

itStaysClean(() => stand);
