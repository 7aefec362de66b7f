// Nodes that are created (4.1.9) and deleted (4.1.13), what reads show of them, and their jobs (4.1.24).
import { describe, expect, test } from "vitest";
import { nodeBody, Nodes, startNodes, subJobsOf } from "./test-nodes.ts";
import { MINUTE, poolBody, PROJECT, SALTED } from "./test-support.ts";

const PASSWORD = { userPassword: { username: "root", password: SALTED } };

describe("a create", () => {
  test("answers with what was asked for and a job, and ends with an Active node on a server of its own", async () => {
    const { nodes, client, clock } = await startNodes();
    const created = await nodes.create("node-1", { k8sTags: { a: "b" }, login: PASSWORD });
    expect(created).toMatchObject({
      kind: "Node",
      metadata: { name: "node-1", labels: { foo: "bar" }, annotations: { annotation1: "abc" } },
      spec: {
        count: 1,
        os: "EulerOS 2.5",
        billingMode: 0,
        k8sTags: { a: "b" },
        login: { userPassword: { username: "root", password: "******" } },
        extendParam: { chargingMode: 0 },
      },
      status: { jobID: expect.any(String) },
    });
    expect((await nodes.read(created.metadata.uid)).status).toEqual({ phase: "Build" });
    expect((await client.state())["servers"]).toEqual([]);
    clock.advance(MINUTE + 1_000);
    expect((await nodes.read(created.metadata.uid)).status).toMatchObject({ phase: "Installing" });
    clock.advance(2 * MINUTE);
    const { status } = await nodes.read(created.metadata.uid);
    expect(status).toEqual({
      phase: "Active",
      serverId: expect.any(String),
      privateIP: expect.stringMatching(/^192\.168\./),
    });
    expect((await client.state())["servers"]).toMatchObject([
      { id: status["serverId"], name: "node-1", nodeId: created.metadata.uid, imaged: 1, vpc: "vpc-of-a-colleague" },
    ]);
  });

  test("has sub-jobs, each of which can be read by its own id", async () => {
    const { nodes, clock } = await startNodes();
    const { metadata, status } = await nodes.create("node-1");
    clock.advance(2 * MINUTE);
    const job = await nodes.job(status.jobID ?? "");
    const server = { serverID: (await nodes.read(metadata.uid)).status["serverId"] };
    expect(job).toMatchObject({
      spec: { type: "CreateNode", resourceID: metadata.uid, resourceName: "node-1", extendParam: server },
      status: { phase: "Running" },
    });
    expect(subJobsOf(job).map(({ spec, status: { phase } }) => [spec["type"], phase])).toEqual([
      ["CreateNodeVM", "Success"],
      ["InstallNode", "Running"],
    ]);
    for (const subJob of subJobsOf(job)) {
      expect(await nodes.job(subJob.metadata.uid)).toMatchObject({
        metadata: subJob.metadata,
        spec: { type: subJob.spec["type"], resourceID: metadata.uid, extendParam: server, subJobs: [] },
        status: subJob.status,
      });
    }
    clock.advance(2 * MINUTE);
    expect((await nodes.job(status.jobID ?? "")).status).toEqual({ phase: "Success", reason: "" });
  });

  test("goes on where the cloud has forgotten its job", async () => {
    const { nodes, client, clock } = await startNodes();
    const { status } = await nodes.create("node-1");
    const job = `/api/v3/projects/${PROJECT}/jobs/`;
    const [subJob] = subJobsOf(await nodes.job(status.jobID ?? ""));
    await client.colleague("DELETE", `jobs/${status.jobID}`);
    for (const id of [status.jobID, subJob?.metadata.uid]) {
      expect(await client.refusal(`${job}${id}`)).toEqual([404, "CCE.01404001"]);
    }
    clock.advance(5 * MINUTE);
    expect(await nodes.phases()).toEqual(["Active"]);
  });

  test("of several gives them random names and answers with one id", async () => {
    const { nodes, clock } = await startNodes();
    const { metadata, status } = await nodes.create("node", { count: 3 });
    clock.advance(5 * MINUTE);
    const names = (await nodes.list()).map(({ metadata: { name } }) => name);
    expect(names).toEqual(Array(3).fill(expect.stringMatching(/^node-[0-9a-f]{6}$/)));
    expect(new Set(names).size).toBe(3);
    expect((await nodes.list()).map(({ metadata: { uid } }) => uid)).toContain(metadata.uid);
    const job = await nodes.job(status.jobID ?? "");
    expect([job.status.phase, new Set(subJobsOf(job).map(({ spec }) => spec["resourceID"])).size]).toEqual([
      "Success",
      3,
    ]);
    expect(await nodes.imaged()).toEqual([1, 1, 1]);
  });

  test("shows no labels, taints and passwords to readers, and all of them to the state", async () => {
    const { nodes, client, clock } = await startNodes();
    const taints = [{ key: "a", value: "b", effect: "NoSchedule" }];
    const options = { ecsGroupId: "group-1", extendParam: { maxPods: 20 } };
    const { metadata } = await nodes.create("node-1", { k8sTags: { a: "b" }, taints, login: PASSWORD, ...options });
    clock.advance(5 * MINUTE);
    const { spec } = await nodes.read(metadata.uid);
    expect(Object.keys(spec).sort()).toEqual(
      ["az", "billingMode", "dataVolumes", "flavor", "login", "os", "publicIP", "rootVolume"].sort(),
    );
    expect(spec["login"]).toEqual({ userPassword: { username: "root", password: "******" } });
    expect((await client.state())["nodes"]).toMatchObject([{ labels: { a: "b" }, taints, options, billingMode: 0 }]);
    expect(await nodes.list()).toEqual([await nodes.read(metadata.uid)]);
  });

  test("with an EIP shows its address", async () => {
    const { nodes, clock } = await startNodes();
    const eip = { iptype: "5_bgp", bandwidth: { size: 10, sharetype: "PER" } };
    const { metadata } = await nodes.create("node-1", { publicIP: { count: 1, eip } });
    clock.advance(5 * MINUTE);
    expect((await nodes.read(metadata.uid)).status["publicIP"]).toMatch(/^10\.34\./);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a name of 3", "abc", {}],
    ["a name of 33", "a".repeat(33), {}],
    ["a name that ends with -", "node-", {}],
    ["a name that starts with a digit", "1node", {}],
    ["no count", "node", { count: undefined }],
    ["a count of 0", "node", { count: 0 }],
    ["no login", "node", { login: undefined }],
    ["an empty login", "node", { login: {} }],
    ["both logins", "node", { login: { sshKey: "key", ...PASSWORD } }],
    ["a plain password", "node", { login: { userPassword: { username: "root", password: "Secret-123" } } }],
    ["no data volume", "node", { dataVolumes: [] }],
    ["a small root volume", "node", { rootVolume: { size: 39, volumetype: "SATA" } }],
    [
      "an EIP without its count",
      "node",
      { publicIP: { eip: { iptype: "x", bandwidth: { size: 1, sharetype: "PER" } } } },
    ],
    ["a script that is not base64", "node", { extendParam: { "alpha.cce/preInstall": "echo $HOME" } }],
    ["15 pods", "node", { extendParam: { maxPods: 15 } }],
    ["21 labels", "node", { k8sTags: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, "v"])) }],
    ["21 taints", "node", { taints: Array.from({ length: 21 }, (_, at) => ({ key: `k${at}`, effect: "NoExecute" })) }],
    ["another billing mode", "node", { billingMode: 1 }],
  ])("with %s is refused", async (_, name, spec) => {
    const { nodes, client } = await startNodes();
    const refusal = await client.refusal(nodes.path, { method: "POST", body: nodeBody(name, spec) });
    expect(refusal).toEqual([400, "CCE.01400001"]);
    expect(await client.state()).toMatchObject({ nodes: [], servers: [], jobs: [] });
  });

  test("of a name in use is refused within its cluster, unless told otherwise", async () => {
    const { nodes, client } = await startNodes();
    await nodes.create("node");
    const again = { method: "POST", body: nodeBody("node") };
    expect(await client.refusal(nodes.path, again)).toEqual([409, "CCE.01409001"]);
    await new Nodes(client, await client.available("another")).create("node");
    const lax = await startNodes({ duplicateNames: "Allow" });
    expect((await lax.nodes.create("node")).metadata.uid).not.toBe((await lax.nodes.create("node")).metadata.uid);
  });

  test("is refused for want of servers, of room in the cluster, and where the cluster sleeps", async () => {
    const { nodes, client, clusterId } = await startNodes();
    const create = (count: number) => client.refusal(nodes.path, { method: "POST", body: nodeBody("node", { count }) });
    expect(await create(51)).toEqual([400, "CCE.01400014"]);
    await client.colleague("PATCH", "quotas/server", { quotaLimit: 1 });
    await nodes.server();
    expect(await create(1)).toEqual([400, "CCE.01400008"]);
    await client.colleague("PATCH", `clusters/${clusterId}`, { phase: "Hibernation" });
    expect(await create(1)).toEqual([403, "CCE.01403009"]);
    expect(await client.refusal(`${nodes.path}x`)).toEqual([404, "APIGW.0101"]);
  });
});

describe("a create that was planned to fail", () => {
  test("before there is a server leaves nothing but the job", async () => {
    const { nodes, client, clock } = await startNodes();
    await client.colleague("POST", "plans", { nodeName: "node-1", failAt: "CreateNodeVM" });
    const { status } = await nodes.create("node-1");
    clock.advance(5 * MINUTE);
    const job = await nodes.job(status.jobID ?? "");
    expect(job.status).toEqual({ phase: "Failed", reason: expect.stringContaining("CreateNodeVM") });
    expect(await client.state()).toMatchObject({ nodes: [], servers: [], plans: [] });
  });

  test.each(["Abnormal", "Error"])("after that leaves server and node, %s", async (leaves) => {
    const { nodes, client, clock } = await startNodes();
    await client.colleague("POST", "plans", { nodeName: "node-1", failAt: "InstallNode", leaves });
    const { metadata, status } = await nodes.create("node-1");
    clock.advance(5 * MINUTE);
    const node = await nodes.read(metadata.uid);
    expect(node.status).toMatchObject({ phase: leaves, serverId: expect.any(String) });
    const job = await nodes.job(status.jobID ?? "");
    expect(subJobsOf(job).map((subJob) => subJob.status.phase)).toEqual(["Success", "Failed"]);
    expect(job.spec["extendParam"]).toEqual({ serverID: node.status["serverId"] });
    expect(await nodes.imaged()).toEqual([1]);
    await nodes.send("DELETE", metadata.uid);
    clock.advance(5 * MINUTE);
    expect(await client.state()).toMatchObject({ nodes: [], servers: [] });
  });

  test("at one of several fails the job and leaves the others", async () => {
    const { nodes, client, clock } = await startNodes();
    await client.colleague("POST", "plans", { nodeName: "node", failAt: "InstallNode" });
    const { status } = await nodes.create("node", { count: 2 });
    clock.advance(5 * MINUTE);
    expect((await nodes.job(status.jobID ?? "")).status.phase).toBe("Failed");
    expect(await nodes.phases()).toEqual(["Abnormal", "Active"]);
  });
});

describe("a delete", () => {
  test("takes the node and its server, and answers with the phase that it was in", async () => {
    const { nodes, client, clock } = await startNodes();
    const { metadata } = await nodes.create("node-1");
    clock.advance(5 * MINUTE);
    const path = `${nodes.path}/${metadata.uid}`;
    const { status } = await client.expectStatus(200, path, { method: "DELETE" });
    expect(status).toMatchObject({ phase: "Active", jobID: expect.any(String), serverId: expect.any(String) });
    expect(await nodes.phases()).toEqual(["Deleting"]);
    expect(await nodes.send("DELETE", metadata.uid)).toBe(status.jobID);
    clock.advance(2 * MINUTE);
    expect(await client.refusal(path)).toEqual([404, "CCE.01404001"]);
    expect(await client.refusal(path, { method: "DELETE" })).toEqual([404, "CCE.01404001"]);
    expect(await client.state()).toMatchObject({ nodes: [], servers: [] });
    expect((await nodes.job(status.jobID ?? "")).status.phase).toBe("Success");
  });

  test("of a node being created ends that, and no server comes of it", async () => {
    const { nodes, client, clock } = await startNodes();
    const { metadata, status } = await nodes.create("node-1");
    clock.advance(10_000);
    await nodes.send("DELETE", metadata.uid);
    clock.advance(10 * MINUTE);
    expect((await nodes.job(status.jobID ?? "")).status.phase).toBe("Failed");
    expect(await client.state()).toMatchObject({ nodes: [], servers: [] });
  });

  test("takes an accepted server and a prepaid one with it: nobody asks again", async () => {
    const { nodes, client, clock } = await startNodes();
    await nodes.accept(await nodes.server({ billingMode: 1 }));
    clock.advance(5 * MINUTE);
    const [node] = await nodes.list();
    expect(node?.spec["billingMode"]).toBe(1);
    await nodes.send("DELETE", node?.metadata.uid ?? "");
    clock.advance(5 * MINUTE);
    expect((await client.state())["servers"]).toEqual([]);
  });

  test("of a pool's node leaves the pool wanting one less", async () => {
    const { nodes, client, clock } = await startNodes();
    const pools = nodes.path.replace("nodes", "nodepools");
    await client.expectStatus(201, pools, { method: "POST", body: poolBody("pool", { initialNodeCount: 2 }) });
    clock.advance(5 * MINUTE);
    const [node] = await nodes.list();
    await nodes.send("DELETE", node?.metadata.uid ?? "");
    clock.advance(5 * MINUTE);
    expect(await client.state()).toMatchObject({ nodepools: [{ initialNodeCount: 1 }], nodes: [{ phase: "Active" }] });
  });

  test("that fails leaves the node", async () => {
    const { nodes, client, clock } = await startNodes();
    const { metadata } = await nodes.create("node-1");
    clock.advance(5 * MINUTE);
    await client.colleague("POST", "plans", { nodeName: "node-1", failAt: "DeleteNodeVM" });
    await nodes.send("DELETE", metadata.uid);
    clock.advance(5 * MINUTE);
    expect(await nodes.phases()).toEqual(["Abnormal"]);
  });
});

test("a cluster takes its nodes and their servers with it, and ends what was being done to them", async () => {
  const { nodes, client, clock, clusterId } = await startNodes();
  const { status } = await nodes.create("node-1");
  await nodes.accept(await nodes.server());
  await client.colleague("DELETE", `clusters/${clusterId}`);
  clock.advance(10 * MINUTE);
  expect(await client.state()).toMatchObject({ clusters: [], nodes: [], servers: [] });
  expect((await nodes.job(status.jobID ?? "")).status.phase).toBe("Failed");
});
