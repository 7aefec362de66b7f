// What becomes of nodes that are there: renamed, reset, detached, moved (4.1.12, 4.1.15 to 4.1.17), or in a colleague's hands.
import { describe, expect, test } from "vitest";
import { detachBody, moveBody, Nodes, resetBody, startNodes, subJobsOf } from "./test-nodes.ts";
import { MINUTE, poolBody, SALTED } from "./test-support.ts";

/** A node on a planted server, Active. */
async function startAccepted(options: Parameters<typeof startNodes>[0] = {}) {
  const bed = await startNodes(options);
  const serverId = await bed.nodes.server();
  await bed.nodes.accept(serverId);
  bed.clock.advance(5 * MINUTE);
  const [node] = await bed.nodes.list();
  return { ...bed, serverId, id: node?.metadata.uid ?? "" };
}

test("a rename concerns the server too, and nothing else", async () => {
  const { nodes, client, id } = await startAccepted();
  const put = { method: "PUT", body: { metadata: { name: "n" }, spec: { flavor: "other" } } };
  const renamed = await client.expectStatus(200, `${nodes.path}/${id}`, put);
  expect(renamed).toMatchObject({ metadata: { name: "n", uid: id }, spec: { flavor: "s6.large.2" } });
  expect((await client.state())["servers"]).toMatchObject([{ name: "n" }]);
  await nodes.create("taken");
  for (const [name, refused] of [
    ["taken", [409, "CCE.01409001"]],
    ["N", [400, "CCE.01400001"]],
  ]) {
    const body = { metadata: { name } };
    expect(await client.refusal(`${nodes.path}/${id}`, { method: "PUT", body })).toEqual(refused);
  }
  expect((await client.log()).filter(({ method }) => method === "PUT").map(({ effect }) => effect)).toEqual([
    true,
    false,
    false,
  ]);
});

describe("a reset", () => {
  test("writes all disks once, and drops labels and taints that it does not name", async () => {
    const { nodes, client, clock, id } = await startAccepted();
    const job = await nodes.send("POST", "reset", resetBody(id, { os: "CentOS 7.6", name: "again" }));
    expect(await nodes.phases()).toEqual(["Installing"]);
    const once = await client.refusal(`${nodes.path}/reset`, { method: "POST", body: resetBody(id) });
    expect(once).toEqual([403, "CCE.01403003"]);
    clock.advance(5 * MINUTE);
    expect((await nodes.job(job)).spec).toMatchObject({ type: "ResetNode", resourceID: id });
    expect(await client.state()).toMatchObject({
      nodes: [{ id, name: "again", phase: "Active", spec: { os: "CentOS 7.6" }, labels: {}, taints: [] }],
      servers: [{ name: "again", imaged: 2, nodeId: id, disks: [{ imaged: 2 }, { imaged: 2 }] }],
    });
  });

  test("gives another id where the cloud does so, to be found by server and by job", async () => {
    const { nodes, client, clock, id, serverId } = await startAccepted({ resetChangesId: true });
    const job = await nodes.send("POST", "reset", resetBody(id));
    clock.advance(10_000);
    const [node, ...others] = await nodes.list();
    expect([node?.status["serverId"], others]).toEqual([serverId, []]);
    const other = node?.metadata.uid;
    expect(other).not.toBe(id);
    expect(await client.refusal(`${nodes.path}/${id}`)).toEqual([404, "CCE.01404001"]);
    expect((await nodes.job(job)).spec["resourceID"]).toBe(other);
    clock.advance(5 * MINUTE);
    expect([await nodes.phases(), await nodes.imaged()]).toEqual([["Active"], [2]]);
  });

  test("of a pool's node goes by the pool, whatever the call says", async () => {
    const { nodes, client, clock } = await startNodes();
    const pools = nodes.path.replace("nodes", "nodepools");
    await client.expectStatus(201, pools, { method: "POST", body: poolBody("pool", { initialNodeCount: 1 }) });
    clock.advance(5 * MINUTE);
    const [node] = await nodes.list();
    await nodes.send("POST", "reset", resetBody(node?.metadata.uid ?? "", { os: "CentOS 7.6" }));
    clock.advance(5 * MINUTE);
    expect((await nodes.list()).map(({ spec, status }) => [spec["os"], status.phase])).toEqual([
      ["EulerOS 2.5", "Active"],
    ]);
    expect(await nodes.imaged()).toEqual([2]);
  });

  test("of what is none, is twice in the list, or is being made, is refused", async () => {
    const { nodes, client, id } = await startAccepted();
    const reset = (body: unknown) => client.refusal(`${nodes.path}/reset`, { method: "POST", body });
    expect(await reset(resetBody("none"))).toEqual([404, "CCE.01404001"]);
    const twice = resetBody(id) as { nodeList: unknown[] };
    expect(await reset({ ...twice, nodeList: [...twice.nodeList, ...twice.nodeList] })).toEqual([400, "CCE.01400001"]);
    const { metadata } = await nodes.create("node-1");
    expect(await reset(resetBody(metadata.uid))).toEqual([403, "CCE.01403003"]);
    expect(await nodes.imaged()).toEqual([1]);
  });

  test("that fails leaves the node, written", async () => {
    const { nodes, client, clock, id, serverId } = await startAccepted();
    await client.colleague("POST", "plans", { serverId, failAt: "ReinstallServer" });
    const job = await nodes.send("POST", "reset", resetBody(id));
    clock.advance(5 * MINUTE);
    expect([(await nodes.job(job)).status.phase, await nodes.phases(), await nodes.imaged()]).toEqual([
      "Failed",
      ["Abnormal"],
      [2],
    ]);
  });
});

describe("a detach", () => {
  test("leaves the server, whose system disk alone is written", async () => {
    const { nodes, client, clock, id, serverId } = await startAccepted();
    const login = { userPassword: { username: "root", password: SALTED } };
    const body = { spec: { ...detachBody(id).spec, login } };
    const answer = await client.expectStatus(200, `${nodes.path}/operation/remove`, { method: "PUT", body });
    expect(answer).toEqual({
      apiVersion: "v3",
      kind: "RemoveNodesTask",
      spec: { login: { userPassword: { username: "root", password: "******" } }, nodes: [{ uid: id }] },
      status: { jobID: expect.any(String) },
    });
    expect(await nodes.phases()).toEqual(["Deleting"]);
    clock.advance(5 * MINUTE);
    expect(await client.refusal(`${nodes.path}/${id}`)).toEqual([404, "CCE.01404001"]);
    expect((await client.state())["servers"]).toMatchObject([
      { id: serverId, nodeId: "", imaged: 2, disks: [{ imaged: 2 }, { imaged: 1 }] },
    ]);
    expect((await nodes.job(answer.status.jobID ?? "")).status.phase).toBe("Success");
  });

  test("needs a login and nodes of the cluster", async () => {
    const { nodes, client, id } = await startAccepted();
    const detach = (body: unknown) => client.refusal(`${nodes.path}/operation/remove`, { method: "PUT", body });
    expect(await detach({ spec: { nodes: [{ uid: id }] } })).toEqual([400, "CCE.01400001"]);
    expect(await detach({ spec: { ...detachBody(id).spec, login: {} } })).toEqual([400, "CCE.01400001"]);
    expect(await detach(detachBody("none"))).toEqual([404, "CCE.01404001"]);
    expect(await nodes.phases()).toEqual(["Active"]);
  });

  test.each([false, true])("and then an accept: another id is %s", async (resetChangesId) => {
    const { nodes, clock, id, serverId } = await startAccepted({ resetChangesId });
    await nodes.send("PUT", "operation/remove", detachBody(id));
    clock.advance(5 * MINUTE);
    await nodes.accept(serverId);
    const [node] = await nodes.list();
    expect(node?.metadata.uid !== id).toBe(resetChangesId);
  });

  test("of a pool's node gives its server a record", async () => {
    const { nodes, client, clock } = await startNodes();
    const pools = nodes.path.replace("nodes", "nodepools");
    await client.expectStatus(201, pools, { method: "POST", body: poolBody("pool", { initialNodeCount: 1 }) });
    clock.advance(5 * MINUTE);
    expect((await client.state())["servers"]).toEqual([]);
    const [node] = await nodes.list();
    await nodes.send("PUT", "operation/remove", detachBody(node?.metadata.uid ?? ""));
    clock.advance(5 * MINUTE);
    expect(await client.state()).toMatchObject({
      nodepools: [{ initialNodeCount: 0 }],
      nodes: [],
      servers: [{ id: node?.status["serverId"], nodeId: "", imaged: 2 }],
    });
  });
});

describe("a move", () => {
  async function startTwo(options: Parameters<typeof startNodes>[0] = {}) {
    const bed = await startAccepted(options);
    const targetId = await bed.client.available("target");
    return { ...bed, targetId, target: new Nodes(bed.client, targetId) };
  }

  test.each([false, true])("goes through a time in neither cluster; another id is %s", async (resetChangesId) => {
    const { nodes, target, targetId, client, clock, id, serverId } = await startTwo({ resetChangesId });
    const path = `${nodes.path}/operation/migrateto/${targetId}`;
    const answer = await client.expectStatus(200, path, { method: "PUT", body: moveBody(id) });
    expect(answer).toMatchObject({ kind: "MigrateNodesTask", spec: { os: "EulerOS 2.5", nodes: [{ uid: id }] } });
    expect([await nodes.phases(), await target.phases()]).toEqual([["Deleting"], []]);
    clock.advance(30_000);
    expect([await nodes.phases(), await target.phases()]).toEqual([[], []]);
    clock.advance(MINUTE);
    expect([await nodes.phases(), await target.phases()]).toEqual([[], ["Installing"]]);
    clock.advance(2 * MINUTE);
    const [node] = await target.list();
    expect(node?.status).toMatchObject({ phase: "Active", serverId });
    expect(node?.metadata.uid !== id).toBe(resetChangesId);
    expect((await nodes.job(answer.status.jobID ?? "")).spec["resourceID"]).toBe(node?.metadata.uid);
    expect(await nodes.imaged()).toEqual([2]);
  });

  test("into another VPC, the same cluster, none, or one that sleeps, is refused", async () => {
    const { nodes, client, clusterId, targetId, id } = await startTwo();
    const move = (to: string, body: unknown = moveBody(id)) =>
      client.refusal(`${nodes.path}/operation/migrateto/${to}`, { method: "PUT", body });
    const far = (await client.colleague("POST", "clusters", { name: "far-away", vpc: "another" })).id;
    expect(await move(far)).toEqual([400, "CCE.01400001"]);
    expect(await move(clusterId)).toEqual([400, "CCE.01400001"]);
    expect(await move("none")).toEqual([404, "CCE.01404001"]);
    expect(await move(targetId, { spec: { ...moveBody(id).spec, login: undefined } })).toEqual([400, "CCE.01400001"]);
    expect(await move(targetId, { spec: { ...moveBody(id).spec, os: undefined } })).toEqual([400, "CCE.01400001"]);
    await client.colleague("PATCH", `clusters/${targetId}`, { phase: "Hibernation" });
    expect(await move(targetId)).toEqual([403, "CCE.01403009"]);
    expect([await nodes.phases(), await nodes.imaged()]).toEqual([["Active"], [1]]);
  });

  test("that fails leaves it where it was, in neither, or where it was to go", async () => {
    for (const [failAt, here, there] of [
      ["UninstallNode", ["Abnormal"], []],
      ["ReinstallServer", [], []],
      ["InstallNode", [], ["Abnormal"]],
    ] as const) {
      const { nodes, target, targetId, client, clock, id, serverId } = await startTwo();
      await client.colleague("POST", "plans", { serverId, failAt });
      const job = await nodes.send("PUT", `operation/migrateto/${targetId}`, moveBody(id));
      clock.advance(5 * MINUTE);
      expect([await nodes.phases(), await target.phases()]).toEqual([here, there]);
      const { status, ...shown } = await nodes.job(job);
      expect(status.phase).toBe("Failed");
      const failed = subJobsOf({ status, ...shown }).find((subJob) => subJob.status.phase === "Failed");
      expect([failed?.spec["type"], failed?.spec["extendParam"]]).toEqual([failAt, { serverID: serverId }]);
    }
  });

  test("ends as failed where its target has gone meanwhile", async () => {
    const { nodes, targetId, client, clock, id } = await startTwo();
    const job = await nodes.send("PUT", `operation/migrateto/${targetId}`, moveBody(id));
    await client.colleague("DELETE", `clusters/${targetId}`);
    clock.advance(5 * MINUTE);
    expect((await nodes.job(job)).status).toEqual({ phase: "Failed", reason: "the target cluster is not available" });
    expect(await client.state()).toMatchObject({ nodes: [], servers: [{ nodeId: "" }] });
  });
});

describe("a colleague", () => {
  test("resets a node at the console, and takes a server in", async () => {
    const { nodes, client, clusterId, id, serverId } = await startAccepted();
    const again = await client.colleague("POST", "nodes", { clusterId, serverId });
    expect(again.id).not.toBe(id);
    expect([await nodes.phases(), await nodes.imaged()]).toEqual([["Active"], [2]]);
    await client.colleague("POST", "nodes", { clusterId, serverId: await nodes.server() });
    expect(await nodes.imaged()).toEqual([2, 1]);
  });

  test("changes phases, names and servers, and takes them away", async () => {
    const { nodes, client, clock, id, serverId } = await startAccepted();
    await nodes.send("POST", "reset", resetBody(id));
    await client.colleague("PATCH", `nodes/${id}`, { phase: "Error", name: "theirs" });
    clock.advance(5 * MINUTE);
    expect(await nodes.phases()).toEqual(["Error"]);
    await client.colleague("PATCH", `servers/${serverId}`, { flavor: "larger", billingMode: 1 });
    await client.colleague("DELETE", `servers/${serverId}`);
    expect([await nodes.phases(), (await client.state())["servers"]]).toEqual([["Abnormal"], []]);
    await client.colleague("DELETE", `nodes/${id}`);
    expect(await nodes.list()).toEqual([]);
    const answer = await client.send("/_simulator/servers/none", { method: "PATCH", body: {} });
    expect(answer.status).toBe(404);
  });

  test("plants a node of no pool with a server of its own", async () => {
    const { client, clusterId } = await startNodes();
    const node = await client.colleague("POST", "nodes", { clusterId, name: "loose", billingMode: 1 });
    expect(await client.state()).toMatchObject({
      nodes: [{ name: "loose", nodepoolId: "", billingMode: 1 }],
      servers: [{ id: node["serverId"], nodeId: node.id, imaged: 1 }],
    });
  });
});
