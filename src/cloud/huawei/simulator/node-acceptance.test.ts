// Servers that exist and become nodes (4.1.14).
import { describe, expect, test } from "vitest";
import { acceptBody, Nodes, startNodes } from "./test-nodes.ts";
import { MINUTE, poolBody } from "./test-support.ts";

const TAINTS = [{ key: "a", value: "b", effect: "NoSchedule" }];

describe("an accept", () => {
  test("answers with a job alone, and the node is found by its server", async () => {
    const { nodes, client, clock } = await startNodes();
    const serverId = await nodes.server({ name: "old-name", flavor: "s3.large.2", az: "az2" });
    const job = await nodes.accept(serverId, { name: "a", k8sOptions: { labels: { a: "b" }, taints: TAINTS } });
    const [node] = await nodes.list();
    expect(node).toMatchObject({
      metadata: { name: "a" },
      spec: { flavor: "s3.large.2", az: "az2", os: "EulerOS 2.5" },
      status: { phase: "Installing", serverId },
    });
    const id = node?.metadata.uid;
    expect((await nodes.job(job)).spec).toMatchObject({ resourceID: id, extendParam: { serverID: serverId } });
    clock.advance(5 * MINUTE);
    expect(await nodes.phases()).toEqual(["Active"]);
    expect(await client.state()).toMatchObject({
      servers: [
        {
          id: serverId,
          nodeId: id,
          name: "a",
          imaged: 1,
          vpc: "vpc-of-a-colleague",
          disks: [{ imaged: 1 }, { imaged: 1 }],
        },
      ],
      nodes: [{ labels: { a: "b" }, taints: TAINTS }],
    });
  });

  test("takes the server's name where it is given none", async () => {
    const { nodes } = await startNodes();
    await nodes.accept(await nodes.server({ name: "mine" }));
    expect((await nodes.list()).map(({ metadata }) => metadata.name)).toEqual(["mine"]);
  });

  test("of a server that is absent, elsewhere or a node already is refused", async () => {
    const { nodes, client } = await startNodes();
    const accept = (id: string, path = nodes.path) =>
      client.refusal(`${path}/add`, { method: "POST", body: acceptBody(id) });
    expect(await accept("none")).toEqual([400, "CCE.01400001"]);
    expect(await accept(await nodes.server({ vpc: "another" }))).toEqual([400, "CCE.01400001"]);
    const serverId = await nodes.server();
    await nodes.accept(serverId);
    expect(await accept(serverId)).toEqual([409, "CCE.01409001"]);
    const other = new Nodes(client, await client.available("other"));
    expect(await accept(serverId, other.path)).toEqual([409, "CCE.01409001"]);
    const pools = nodes.path.replace("nodes", "nodepools");
    await client.expectStatus(201, pools, { method: "POST", body: poolBody("pool", { initialNodeCount: 1 }) });
    const pooled = (await client.state())["nodes"]?.find(({ nodepoolId }) => nodepoolId !== "");
    expect(await accept(String(pooled?.["serverId"]))).toEqual([409, "CCE.01409001"]);
    expect(await nodes.imaged()).toEqual([0, 0]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["a name of 57", { name: "a".repeat(57) }],
    ["no os", { os: undefined }],
    ["no login", { login: undefined }],
    ["a plain password", { login: { userPassword: { password: "Secret-123" } } }],
    [
      "21 taints",
      { k8sOptions: { taints: Array.from({ length: 21 }, (_, at) => ({ key: `k${at}`, effect: "NoExecute" })) } },
    ],
    ["257 pods", { k8sOptions: { maxPods: 257 } }],
    ["six tags", { serverConfig: { userTags: Array.from({ length: 6 }, (_, at) => ({ key: `k${at}`, value: "v" })) } }],
    ["a tag of the cloud's", { serverConfig: { userTags: [{ key: "CCE-a", value: "v" }] } }],
  ])("with %s is refused", async (_, spec) => {
    const { nodes, client } = await startNodes();
    const body = acceptBody(await nodes.server(), spec);
    expect(await client.refusal(`${nodes.path}/add`, { method: "POST", body })).toEqual([400, "CCE.01400001"]);
    expect(await client.state()).toMatchObject({ nodes: [], jobs: [], servers: [{ imaged: 0, nodeId: "" }] });
  });

  test("lays out disks from v1.15.11 on", async () => {
    const { nodes, client } = await startNodes();
    const volumeConfig = { storage: { storageSelectors: [{}], storageGroups: [{}] } };
    const old = new Nodes(client, (await client.colleague("POST", "clusters", { name: "older", version: "v1.13" })).id);
    const body = acceptBody(await nodes.server(), { volumeConfig });
    expect(await client.refusal(`${old.path}/add`, { method: "POST", body })).toEqual([400, "CCE.01400001"]);
    await nodes.send("POST", "add", body);
  });

  test("that fails was written all the same, and leaves the node", async () => {
    const { nodes, client, clock } = await startNodes();
    const serverId = await nodes.server();
    await client.colleague("POST", "plans", { serverId, failAt: "InstallNode" });
    const job = await nodes.accept(serverId);
    clock.advance(5 * MINUTE);
    expect([(await nodes.job(job)).status.phase, await nodes.phases(), await nodes.imaged()]).toEqual([
      "Failed",
      ["Abnormal"],
      [1],
    ]);
  });
});
