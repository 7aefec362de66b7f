// Nodes: how they are listed, and how they leave by 2.11 and by today's call, with and without their servers.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";

const INVALID = [400, "InvalidParameter"];
const UNKNOWN = [400, "ErrorNodeNotFound"];
const BUSY = [400, "ErrorClusterState"];

interface Listed {
  nodes: Wire[];
  page: Wire;
}

const list = (client: AckClient, clusterId: string, query = "") =>
  client.get<Listed>(`/clusters/${clusterId}/nodes${query}`);
const serverIds = async (client: AckClient) => ((await client.state())["servers"] ?? []).map(({ id }) => id);

/** A cluster with so many workers of no pool, or of its default one; their servers. */
async function withNodes(client: AckClient, count: number, fields: object = {}): Promise<[string, string[]]> {
  const clusterId = await client.running("c", fields);
  const servers: string[] = [];
  for (let index = 0; index < count; index += 1) {
    servers.push(String((await client.colleague("POST", "nodes", { clusterId }))["serverId"]));
  }
  return [clusterId, servers];
}

describe("the list of nodes", () => {
  test.each([
    ["V2026", /^np[0-9a-f]{32}$/],
    ["Reference", /^$/],
  ] as const)("tells of each what a client may need, in %s", async (dialect, poolId) => {
    const { client } = await startBed({ dialect });
    const [id, [server]] = await withNodes(client, 1, { clusterType: "Kubernetes" });
    const { nodes, page } = await list(client, id);
    expect(nodes.map((node) => node["instance_role"])).toEqual(["Master", "Master", "Master", "Worker"]);
    expect(nodes[3]).toMatchObject({
      instance_id: server,
      node_name: expect.stringMatching(/^cn-hangzhou\.192\.168\.\d+\.\d+$/),
      nodepool_id: expect.stringMatching(poolId),
      state: "running",
      node_status: "Ready",
      source: "ess",
      instance_charge_type: "PostPaid",
      is_aliyun_node: true,
    });
    expect(page).toEqual({ page_number: 1, page_size: 10, total_count: 4 });
  });

  test("comes in pages of 100 at most, and of the nodes, pool or state that is asked for", async () => {
    const { client } = await startBed({ nodeQuota: 200 });
    const [id, servers] = await withNodes(client, 3);
    const { id: poolId } = await client.colleague("POST", "nodepools", { clusterId: id, name: "p", desiredSize: 101 });
    const { nodes, page } = await list(client, id, "?pageNumber=2&pageSize=500");
    expect([nodes.length, page]).toEqual([4, { page_number: 2, page_size: 100, total_count: 104 }]);
    expect((await list(client, id, `?nodepool_id=${poolId}&page_size=1`)).page).toMatchObject({ total_count: 101 });
    const wanted = await list(client, id, `?instanceIds=${servers[0]},${servers[2]},none`);
    expect(wanted.nodes.map((node) => node["instance_id"])).toEqual([servers[0], servers[2]]);
    expect((await list(client, id, "?state=removing")).nodes).toEqual([]);
    expect((await list(client, id, "?state=all")).page).toMatchObject({ total_count: 104 });
  });

  test("shows machines that joined by a script, and what a colleague did to a node", async () => {
    const { client } = await startBed();
    const id = await client.running("edge", { profile: "Edge", publicAccess: true });
    const joined = await client.colleague("POST", "nodes", { clusterId: id, source: "script" });
    await client.colleague("PATCH", `nodes/${joined.id}`, { nodeStatus: "NotReady", state: "stopped" });
    expect((await list(client, id)).nodes).toMatchObject([
      { source: "script", is_aliyun_node: false, node_status: "NotReady", state: "stopped" },
    ]);
    expect((await client.state())["servers"]).toMatchObject([{ bought: false, imaged: 0, clusterId: id }]);
  });
});

describe("a removal by 2.11", () => {
  const remove = (client: AckClient, id: string, body: object) =>
    client.send(`/clusters/${id}/nodes`, { method: "POST", body });

  test("drains, and leaves the servers unless they are to be released", async () => {
    const { client, clock } = await startReferenceBed();
    const [id, [first = "", second = "", third = ""]] = await withNodes(client, 3);
    const answer = await remove(client, id, { nodes: [first] });
    expect([answer.status, answer.text]).toEqual([202, ""]);
    expect(await client.stateOf(id)).toBe("draining");
    expect((await list(client, id, "?state=removing")).nodes).toMatchObject([{ instance_id: first }]);
    clock.advance(MINUTE);
    expect(await client.stateOf(id)).toBe("removing");
    clock.advance(MINUTE);
    expect(await client.stateOf(id)).toBe("running");
    expect(await client.state()).toMatchObject({ nodes: [{}, {}], servers: [{ id: first, clusterId: "" }, {}, {}] });
    await remove(client, id, { nodes: [second], release_node: true });
    clock.advance(2 * MINUTE);
    expect(await serverIds(client)).toEqual([first, third]);
  });

  test.each([
    [{ removeAnswer: "Task" }, ["cluster_id", "request_id", "task_id"]],
    [{ dialect: "V2026" }, ["cluster_id", "request_id", "task_id"]],
    [{ removeAnswer: "Empty" }, []],
    [{ dialect: "Reference" }, []],
  ] as const)("answers, with %j, the members %j", async (options, members) => {
    const { client } = await startBed(options);
    const [id, [server]] = await withNodes(client, 1);
    const { text } = await remove(client, id, { nodes: [server] });
    expect(Object.keys(JSON.parse(text === "" ? "{}" : text) as object).sort()).toEqual(members);
  });

  test.each([
    ["Both", true, true],
    ["Ids", true, false],
    ["Names", false, true],
  ] as const)("takes %s, of ids and names", async (nodeNames, byId, byName) => {
    const { client } = await startReferenceBed({ nodeNames });
    for (const [key, passes] of [
      ["instance_id", byId],
      ["node_name", byName],
    ] as const) {
      const id = await client.running(`c-${key.length}`);
      await client.colleague("POST", "nodes", { clusterId: id });
      const [node] = (await list(client, id)).nodes;
      const { status } = await remove(client, id, { nodes: [node?.[key]] });
      expect([key, status]).toEqual([key, passes ? 202 : 400]);
    }
  });

  test("does not touch masters, nor anything where one name is wrong, and wants the cluster at rest", async () => {
    const { client } = await startReferenceBed();
    const [id, [worker]] = await withNodes(client, 1, { clusterType: "Kubernetes" });
    const [master] = (await list(client, id)).nodes;
    const path = `/clusters/${id}/nodes`;
    expect(await client.refusal("POST", path, { nodes: [worker, master?.["instance_id"]] })).toEqual(INVALID);
    expect(await client.refusal("POST", path, { nodes: [worker, "i-none"] })).toEqual(UNKNOWN);
    expect(await client.refusal("POST", path, {})).toEqual([400, "MissingParameter"]);
    expect(await client.stateOf(id)).toBe("running");
    await remove(client, id, { nodes: [worker, worker] });
    expect(await client.refusal("POST", path, { nodes: [worker] })).toEqual(BUSY);
    const tasks = (await client.state())["tasks"] ?? [];
    expect(tasks).toMatchObject([{ taskType: "cluster_nodes_remove", results: [{ data: worker }] }]);
  });

  test("never releases a subscription server, and does release an attached one", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running();
    for (const [server, chargeType] of [
      ["i-paid", "PrePaid"],
      ["i-free", "PostPaid"],
    ] as const) {
      await client.colleague("POST", "servers", { id: server, name: server, chargeType });
    }
    await client.ask("POST", `/clusters/${id}/attach`, { password: "Test@1903", instances: ["i-paid", "i-free"] });
    clock.advance(3 * MINUTE);
    expect((await list(client, id)).nodes.map((node) => node["instance_charge_type"])).toEqual(["PrePaid", "PostPaid"]);
    await remove(client, id, { nodes: ["i-paid", "i-free"], release_node: true });
    clock.advance(2 * MINUTE);
    expect((await client.state())["servers"]).toMatchObject([{ id: "i-paid", clusterId: "", imaged: 1 }]);
  });
});

describe("a removal by 2.11 from a pool of today", () => {
  test("has the pool buy a substitute, and does not drain unless asked", async () => {
    const { client, clock } = await startBed();
    const id = await client.running();
    const pool = await client.colleague("POST", "nodepools", { clusterId: id, name: "p", desiredSize: 2 });
    const [first] = await serverIds(client);
    await client.ask("POST", `/clusters/${id}/nodes`, { nodes: [first], release_node: true });
    expect(await client.stateOf(id)).toBe("removing");
    clock.advance(30_000);
    expect(await serverIds(client)).toHaveLength(1);
    clock.advance(MINUTE);
    expect(await client.stateOf(id)).toBe("scaling");
    clock.advance(3 * MINUTE);
    expect(await client.get(`/clusters/${id}/nodepools/${pool.id}`)).toMatchObject({
      scaling_group: { desired_size: 2 },
      status: { state: "active", total_nodes: 2 },
    });
  });
});

test("a node that is leaving already is left alone by a second removal", async () => {
  const { client, clock } = await startBed();
  const [id, [server = ""]] = await withNodes(client, 1);
  const path = `/clusters/${id}/nodes`;
  await client.ask("POST", path, { nodes: [server] });
  const again = await client.ask("POST", path, { nodes: [server], release_node: true, drain_node: true });
  expect(await client.get(`/tasks/${String(again["task_id"])}`)).toMatchObject({ task_result: [] });
  expect(await client.stateOf(id)).toBe("removing");
  clock.advance(2 * MINUTE);
  expect((await client.state())["servers"]).toMatchObject([{ id: server, clusterId: "" }]);
});

describe("a removal from a pool by name", () => {
  const remove = (client: AckClient, item: string, query: Record<string, string>) =>
    client.send(`${item}/nodes?${new URLSearchParams(query).toString()}`, { method: "DELETE" });

  async function withPool(client: AckClient, desiredSize: number | null = 3): Promise<[string, string, string[]]> {
    const clusterId = await client.running();
    const pool = await client.colleague("POST", "nodepools", { clusterId, name: "p", desiredSize });
    return [clusterId, `/clusters/${clusterId}/nodepools/${pool.id}`, await serverIds(client)];
  }

  test("has the pool want less, drains, and releases", async () => {
    const { client, clock } = await startBed();
    const [id, item, [first = "", second = "", third]] = await withPool(client);
    const query = { instance_ids: JSON.stringify([first, second]), release_node: "true", drain_node: "true" };
    const { task_id: task } = (await remove(client, item, query)).json() as Record<string, string>;
    expect([
      await client.stateOf(id),
      (await client.get<{ scaling_group: Wire }>(item)).scaling_group["desired_size"],
    ]).toEqual(["draining", 1]);
    clock.advance(2 * MINUTE);
    expect(await serverIds(client)).toEqual([third]);
    expect(await client.get(`/tasks/${task}`)).toMatchObject({ task_type: "nodepool_nodes_remove", state: "success" });
    clock.advance(30 * MINUTE);
    expect(await client.get(item)).toMatchObject({ status: { state: "active", total_nodes: 1 } });
  });

  test("leaves the servers where they are not to be released, and knows ids with commas and the older parameter", async () => {
    const { client, clock } = await startBed();
    const [, item, [first = "", second = "", third = ""]] = await withPool(client);
    await remove(client, item, { instance_ids: `${first},${second}` });
    clock.advance(MINUTE);
    const { nodes } = await list(client, item.split("/")[2] ?? "");
    await remove(client, item, { nodes: JSON.stringify([nodes[0]?.["node_name"]]) });
    clock.advance(MINUTE);
    expect((await client.state())["servers"]).toMatchObject(
      [first, second, third].map((server) => ({ id: server, clusterId: "" })),
    );
  });

  test("is refused for a node of another pool, for names, and while the pool moves", async () => {
    const { client } = await startBed();
    const [clusterId, item, [first = "", second = ""]] = await withPool(client);
    const { serverId } = await client.colleague("POST", "nodes", { clusterId });
    const [node] = (await list(client, clusterId)).nodes;
    const refusal = async (query: Record<string, string>) =>
      client.refusal("DELETE", `${item}/nodes?${new URLSearchParams(query).toString()}`);
    expect(await refusal({ instance_ids: JSON.stringify([serverId]) })).toEqual(UNKNOWN);
    expect(await refusal({ instance_ids: JSON.stringify([node?.["node_name"]]) })).toEqual(UNKNOWN);
    expect(await refusal({})).toEqual([400, "MissingParameter"]);
    await remove(client, item, { instance_ids: JSON.stringify([first]) });
    expect(await refusal({ instance_ids: JSON.stringify([second]) })).toEqual(BUSY);
  });

  test("is no call of the reference", async () => {
    const { client } = await startReferenceBed();
    const id = await client.running();
    expect(await client.refusal("DELETE", `/clusters/${id}/nodepools/np/nodes`)).toEqual([404, "InvalidApi.NotFound"]);
  });

  test("leaves a pool alone of which nobody says how many it wants", async () => {
    const { client, clock } = await startBed();
    const [, item] = await withPool(client, null);
    const { serverId } = await client.colleague("POST", "nodes", {
      clusterId: item.split("/")[2],
      nodepoolId: item.split("/")[4],
    });
    await remove(client, item, { instance_ids: JSON.stringify([serverId]) });
    clock.advance(30 * MINUTE);
    expect((await client.get<{ scaling_group: Wire }>(item)).scaling_group).not.toHaveProperty("desired_size");
  });
});
