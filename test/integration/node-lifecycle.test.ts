// A ManagedNode from kubectl apply to kubectl delete: real API server, real operator, real HTTP to the simulator of CCE.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  acceptedManifest,
  conditionOf,
  createMembersStand,
  nodeManifest,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("node-life");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const writes = async ({ cloud }: Home): Promise<readonly string[]> =>
  (await cloud.effects()).map(({ method, path }) => `${method} ${path.slice(path.indexOf("/clusters/") + 1)}`);

async function plantServer({ cloud }: Home, name: string): Promise<string> {
  return ((await cloud.behindOurBack("POST", "servers", { name })) as { id: string }).id;
}

describe.concurrent("a ManagedNode that is bought", () => {
  it("becomes exactly one server, found by its name, and goes with it", async ({ expect }) => {
    const home = await stand.home("bought");
    const taints = [{ key: "dedicated", value: "database", effect: "NoSchedule" }];
    const spec = { zone: "cn-north-4a", labels: { workload: "database" }, taints, huawei: { maxPods: 64 } };
    await stand.apply(nodeManifest(home, spec));
    await stand.reaches("managednode/bought", "Available");
    const { metadata, status } = (await stand.read("managednode/bought"))!;
    const [node, ...others] = await home.cloud.nodes();
    expect(others).toEqual([]);
    expect(node).toMatchObject({
      phase: "Active",
      nodepoolId: "",
      name: expect.stringMatching(/^bought-[0-9a-f]{8}$/),
    });
    expect(status).toMatchObject({
      externalId: node!.id,
      serverId: node!.serverId,
      origin: "Created",
      clusterName: "bought",
      cloudName: node!.name,
      cloudPhase: "Active",
      internalIP: node!.privateIP,
      hasBeenActive: true,
    });
    expect(status.operation).toBeUndefined();
    const says = Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
    expect(says).toEqual({ Ready: "Available", NodeHealthy: "Healthy", UpToDate: "LabelsNotRead" });
    expect(JSON.stringify(home.wire.exchanges)).toContain(`"yunfan.dev/nonce":"${metadata.uid}-1"`);
    await stand.kubectl(["delete", "managednode/bought", "--timeout=60s"]);
    expect(await home.cloud.nodes()).toEqual([]);
    expect(await home.cloud.servers()).toEqual([]);
    expect((await writes(home)).map((write) => write.split(" ")[0])).toEqual(["POST", "DELETE"]);
  });

  it("is renamed once it works, and again when somebody else renames it", async ({ expect }) => {
    const home = await stand.home("renamed");
    await stand.apply(nodeManifest(home, { displayName: "database-1" }));
    await stand.reaches("managednode/renamed", "Available");
    expect(await home.cloud.nodes()).toMatchObject([{ name: "database-1" }]);
    const id = (await home.cloud.nodes())[0]?.id;
    await home.cloud.behindOurBack("PATCH", `nodes/${id}`, { name: "somebody-elses" });
    await expect.poll(() => home.cloud.nodes(), { timeout: 30_000 }).toMatchObject([{ name: "database-1" }]);
  });

  it("says which fields only a reset changes, and does nothing about them", async ({ expect }) => {
    const home = await stand.home("unchanged");
    await stand.apply(nodeManifest(home, { os: "EulerOS 2.5" }));
    await stand.reaches("managednode/unchanged", "Available");
    await stand.apply(
      nodeManifest(home, { os: "CentOS 7.6", login: { keyPairName: "other" }, huawei: { maxPods: 32 } }),
    );
    await expect
      .poll(async () => conditionOf((await stand.read("managednode/unchanged"))!, "UpToDate"), { timeout: 30_000 })
      .toMatchObject({
        status: "False",
        reason: "NeedsReset",
        message: expect.stringMatching(/huawei\.maxPods, spec\.login, spec\.os/),
      });
    expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
    expect(await writes(home)).toHaveLength(1);
  });

  it("is reset once for each value of the annotation, by its id alone", async ({ expect }) => {
    const home = await stand.home("reset");
    await stand.apply(nodeManifest(home, { os: "EulerOS 2.5" }));
    await stand.reaches("managednode/reset", "Available");
    const { status } = (await stand.read("managednode/reset"))!;
    const annotate = (value: string) =>
      stand.kubectl(["annotate", "--overwrite", "managednode/reset", `yunfan.dev/reset=${value}`]);
    await annotate("another-id now");
    await stand.apply(nodeManifest(home, { os: "CentOS 7.6" }));
    await annotate(`${status.externalId} first`);
    await expect.poll(() => home.cloud.servers(), { timeout: 30_000 }).toMatchObject([{ imaged: 2 }]);
    await expect
      .poll(async () => conditionOf((await stand.read("managednode/reset"))!, "UpToDate"), { timeout: 30_000 })
      .toMatchObject({ status: "True" });
    await stand.reaches("managednode/reset", "Available");
    expect(await home.cloud.servers()).toMatchObject([{ imaged: 2 }]);
    expect((await stand.read("managednode/reset"))!.status).toMatchObject({
      lastReset: { wish: `${status.externalId} first`, at: expect.any(String) },
      serverId: status["serverId"],
    });
  });

  it("is gone for good where somebody deletes it, until that is confirmed", async ({ expect }) => {
    const home = await stand.home("lost");
    await stand.apply(nodeManifest(home));
    await stand.reaches("managednode/lost", "Available");
    const { status } = (await stand.read("managednode/lost"))!;
    await home.cloud.behindOurBack("DELETE", `nodes/${status.externalId}`);
    await stand.reaches("managednode/lost", "ExternalResourceMissing");
    expect(await home.cloud.nodes()).toEqual([]);
    await stand.kubectl(["annotate", "managednode/lost", `yunfan.dev/recreate=${status.externalId}`]);
    await stand.reaches("managednode/lost", "Available");
    expect(await home.cloud.nodes()).toHaveLength(1);
  });
});

describe.concurrent("a ManagedNode of a server that exists", () => {
  it("takes it in and gives it back", async ({ expect }) => {
    const home = await stand.home("accepted");
    const server = await plantServer(home, "spare");
    await stand.apply(acceptedManifest(home, server));
    await stand.reaches("managednode/accepted", "Available");
    expect((await stand.read("managednode/accepted"))!.status).toMatchObject({ origin: "Accepted", serverId: server });
    expect(await home.cloud.servers()).toMatchObject([{ id: server, imaged: 1 }]);
    await stand.kubectl(["delete", "managednode/accepted", "--timeout=60s"]);
    expect(await home.cloud.nodes()).toEqual([]);
    expect(await home.cloud.servers()).toMatchObject([{ id: server, nodeId: "", imaged: 2 }]);
  });

  it("is one alone that claims it, and does not take a node", async ({ expect }) => {
    const home = await stand.home("claimed");
    const server = await plantServer(home, "spare");
    await stand.apply(acceptedManifest(home, server));
    await stand.reaches("managednode/claimed", "Available");
    await stand.apply(
      nodeManifest(
        home,
        { instanceType: undefined, existingServer: { id: server, eraseDisks: true } },
        { name: "second" },
      ),
    );
    await stand.reaches("managednode/second", "ExternalIdConflict");
    await stand.kubectl(["delete", "managednode/second", "--timeout=30s"]);
    expect(await home.cloud.servers()).toMatchObject([{ id: server, imaged: 1 }]);
    expect(await home.cloud.nodes()).toHaveLength(1);
  });
});

describe.concurrent("many ManagedNodes of a cluster", () => {
  it("are deleted one at a time, and tell who goes first", async ({ expect }) => {
    const home = await stand.home("many", { simulator: { speed: 200 } });
    const names = ["many-a", "many-b", "many-c", "many-d", "many-e"];
    await stand.apply(...names.map((name) => nodeManifest(home, {}, { name, labels: { batch: "many" } })));
    for (const name of names) await stand.reaches(`managednode/${name}`, "Available");
    const all = ["delete", "managednodes.yunfan.dev", "-l", "batch=many", "--timeout=80s"];
    const deletion = stand.kubectl(all, { timeoutMs: 85_000 });
    const atOnce: number[] = [];
    const left = async (): Promise<number> => {
      const nodes = await home.cloud.nodes();
      atOnce.push(nodes.filter(({ phase }) => phase === "Deleting").length);
      return nodes.length;
    };
    await expect.poll(left, { timeout: 80_000, interval: 50 }).toBe(0);
    expect(await deletion).toMatchObject({ code: 0 });
    expect(Math.max(...atOnce)).toBe(1);
    const reasons = names
      .flatMap((name) => stand.versions(`managednode/${name}`))
      .flatMap(({ status }) => status.conditions ?? []);
    expect(reasons).toContainEqual(
      expect.objectContaining({
        type: "Ready",
        reason: "WaitingForTurn",
        message: expect.stringContaining("ManagedNode "),
      }),
    );
  });
});

describe.concurrent("a ManagedNode that is meant for another cluster", () => {
  it("stays where it is until that is confirmed by its id, and is moved once", async ({ expect }) => {
    const home = await stand.home("from");
    const { id: toId } = (await home.cloud.behindOurBack("POST", "clusters", { name: "move-target" })) as {
      id: string;
    };
    await stand.apply(clusterManifest("move-target", { accountRef: { name: "from" }, externalId: toId }));
    await stand.reaches("managedcluster/move-target", "Available");
    await stand.apply(nodeManifest(home));
    await stand.reaches("managednode/from", "Available");
    const { status } = (await stand.read("managednode/from"))!;
    await stand.apply(nodeManifest(home, { clusterRef: { name: "move-target" } }));
    await stand.reaches("managednode/from", "MoveNotConfirmed");
    expect(await home.cloud.nodes()).toMatchObject([{ clusterId: home.clusterId }]);
    await stand.kubectl(["annotate", "managednode/from", `yunfan.dev/move=${status.externalId}`]);
    await expect
      .poll(() => home.cloud.nodes(), { timeout: 40_000 })
      .toMatchObject([{ clusterId: toId, phase: "Active" }]);
    await stand.reaches("managednode/from", "Available");
    const [moved] = await home.cloud.nodes();
    expect((await stand.read("managednode/from"))!.status).toMatchObject({
      clusterName: "move-target",
      externalId: moved!.id,
      serverId: status["serverId"],
    });
    expect(await home.cloud.servers()).toMatchObject([{ imaged: 2 }]);
  });
});

describe.concurrent("a ManagedNode that is adopted", () => {
  it("writes nothing, also when it is made anew, and leaves the node", async ({ expect }) => {
    const home = await stand.home("adopted");
    await stand.apply(nodeManifest(home, {}, { name: "first" }));
    await stand.reaches("managednode/first", "Available");
    const { status } = (await stand.read("managednode/first"))!;
    await stand.kubectl(["annotate", "managednode/first", `yunfan.dev/force-orphan=${status.externalId}`]);
    await stand.kubectl(["delete", "managednode/first", "--timeout=30s"]);
    const annotations = { "yunfan.dev/reset": `${status.externalId} came-with-it` };
    await stand.apply(nodeManifest(home, { externalId: status.externalId }, { annotations }));
    await stand.reaches("managednode/adopted", "Available");
    await stand.kubectl(["delete", "managednode/adopted", "--timeout=30s"]);
    expect(await writes(home)).toHaveLength(1);
    expect(await home.cloud.servers()).toMatchObject([{ imaged: 1 }]);
  });

  it("is not taken from a pool, unless it is only observed", async ({ expect }) => {
    const home = await stand.home("pooled");
    await stand.apply(poolManifest(home, { replicas: 1 }));
    await stand.reaches("nodepool/pooled", "Available");
    const id = (await home.cloud.nodes())[0]?.id;
    await stand.apply(nodeManifest(home, { externalId: id }));
    await stand.reaches("managednode/pooled", "NodeInPool");
    await stand.apply(nodeManifest(home, { externalId: id, managementPolicy: "Observe" }, { name: "watched" }));
    await stand.reaches("managednode/watched", "Available");
    expect((await home.cloud.nodes()).map(({ id: still }) => still)).toEqual([id]);
  });
});

it("A node that is paid for a term is not deleted, nor is one waited for that turns out to be", async ({ expect }) => {
  const home = await stand.home("termed", { simulator: { speed: 1 } });
  const ids: string[] = [];
  for (const name of ["termed-0", "termed-1", "termed-2"]) {
    const planted = await home.cloud.behindOurBack("POST", "nodes", { clusterId: home.clusterId, name });
    const { id } = planted as { id: string };
    await stand.apply(
      nodeManifest(home, { externalId: id, deletionPolicy: "Delete", instanceType: undefined }, { name }),
    );
    await stand.reaches(`managednode/${name}`, "Available");
    ids.push(id);
  }
  const [first, second, third] = ids;
  const paid = (billingMode: number) => home.cloud.behindOurBack("PATCH", `nodes/${second}`, { billingMode });
  const remove = (name: string) => stand.kubectl(["delete", `managednode/${name}`, "--wait=false"]);
  const leaves = async (id: string | undefined): Promise<void> => {
    const deleting = async () => (await home.cloud.nodes()).filter(({ phase }) => phase === "Deleting");
    await expect.poll(async () => (await deleting()).map((node) => node.id), { timeout: 60_000 }).toEqual([id]);
    await home.cloud.behindOurBack("DELETE", `nodes/${id}`);
  };
  await remove("termed-0");
  await stand.reaches("managednode/termed-0", "Deleting");
  await remove("termed-1");
  await stand.reaches("managednode/termed-1", "WaitingForTurn");
  await paid(1);
  await stand.lookAgain("managednode/termed-1");
  await stand.reaches("managednode/termed-1", "PrepaidNode");
  await remove("termed-2");
  await leaves(first);
  await leaves(third);
  await stand.gone("managednode/termed-2");
  await paid(0);
  await stand.lookAgain("managednode/termed-1");
  await leaves(second);
  await stand.gone("managednode/termed-1");
});

itStaysClean(() => stand);
