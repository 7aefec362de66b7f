// Existing servers: each is judged by itself, its disk is replaced once for each time that it is accepted, and it may fail to join.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { attachBody, PASSWORD } from "../../../../test/support/clouds/alibaba/bodies.ts";

const INVALID = [400, "InvalidParameter"];
const MISSING = [400, "MissingParameter"];
const BUSY = [400, "ErrorClusterState"];

async function plant(client: AckClient, ...servers: string[]): Promise<void> {
  for (const id of servers) await client.colleague("POST", "servers", { id, name: id });
}

interface Attached {
  list: { code: string; instanceId: string; message: string }[];
  task_id: string;
}

const attach = (client: AckClient, id: string, ...servers: string[]) =>
  client.ask<Attached>("POST", `/clusters/${id}/attach`, attachBody(...servers));

const server = async (client: AckClient, id: string) => client.shown("servers", id);

describe("an attach to a cluster (2.6)", () => {
  test.each(["V2026", "Reference"] as const)(
    "takes the servers in, with their disks replaced, in %s",
    async (dialect) => {
      const { client, clock } = await startBed({ dialect });
      const id = await client.running("c", { vpcId: "vpc-7" });
      await plant(client, "i-1", "i-2");
      const answer = await client.send(`/clusters/${id}/attach`, { method: "POST", body: attachBody("i-1", "i-2") });
      expect(answer.status).toBe(202);
      const { list, task_id: task } = answer.json() as Attached;
      expect(list).toEqual(["i-1", "i-2"].map((instanceId) => ({ code: "200", instanceId, message: "successful" })));
      expect(await client.stateOf(id)).toBe("scaling");
      expect(await client.get(`/tasks/${task}`)).toMatchObject({
        state: "running",
        task_result: [{ data: "i-1", status: "initial" }, {}],
      });
      clock.advance(3 * MINUTE);
      expect(await client.stateOf(id)).toBe("running");
      expect(await client.get(`/tasks/${task}`)).toMatchObject({
        state: "success",
        task_type: dialect === "V2026" ? "nodepool_attach" : "cluster_attach",
        task_result: [
          { data: "i-1", status: "success" },
          { data: "i-2", status: "success" },
        ],
      });
      const { nodes } = await client.get<{ nodes: Wire[] }>(`/clusters/${id}/nodes`);
      expect(nodes).toMatchObject(
        ["i-1", "i-2"].map((serverId) => ({ instance_id: serverId, source: "ess_attach", node_status: "Ready" })),
      );
      expect(await server(client, "i-1")).toMatchObject({ imaged: 1, bought: false, clusterId: id, vpc: "vpc-7" });
    },
  );

  test("refuses some and takes others, and says so of each", async () => {
    const { client, clock } = await startReferenceBed();
    const [id, other] = [await client.running("c", { vpcId: "vpc-1" }), await client.running("d", { vpcId: "vpc-2" })];
    await plant(client, "i-1", "i-taken");
    await client.colleague("POST", "servers", { id: "i-far", name: "i-far", vpc: "vpc-2" });
    await attach(client, other, "i-taken");
    clock.advance(3 * MINUTE);
    const { list, task_id: task } = await attach(client, id, "i-none", "i-far", "i-1", "i-taken", "i-1");
    expect(list.map(({ code, instanceId }) => [instanceId, code])).toEqual([
      ["i-none", "404"],
      ["i-far", "400"],
      ["i-1", "200"],
      ["i-taken", "400"],
      ["i-1", "400"],
    ]);
    expect(list[1]?.message).toContain("vpc-1");
    expect(list[3]?.message).toContain(other);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      state: "failed",
      error: { code: "ErrorAttachInstance", message: list[0]?.message },
    });
    expect(await Promise.all(["i-far", "i-1", "i-taken"].map((one) => server(client, one)))).toMatchObject([
      { imaged: 0, clusterId: "" },
      { imaged: 1, clusterId: id },
      { imaged: 1, clusterId: other },
    ]);
  });

  test("of a server that is a node already does not write its disk again; of one that left it does", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running();
    await plant(client, "i-1");
    await attach(client, id, "i-1");
    clock.advance(3 * MINUTE);
    expect((await attach(client, id, "i-1")).list).toMatchObject([{ code: "400" }]);
    expect(await server(client, "i-1")).toMatchObject({ imaged: 1 });
    clock.advance(3 * MINUTE);
    const [node] = (await client.state())["nodes"] ?? [];
    await client.colleague("DELETE", `nodes/${node?.id}`);
    await attach(client, id, "i-1");
    expect(await server(client, "i-1")).toMatchObject({ imaged: 2 });
  });

  test("that fails for one leaves it free with its disk replaced, and the others in", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running();
    await plant(client, "i-1", "i-2", "i-3");
    await client.colleague("POST", "plans", {
      serverId: "i-2",
      failAt: "Attach",
      message: "No route to the API server.",
    });
    const { list, task_id: task } = await attach(client, id, "i-1", "i-2", "i-3");
    expect(list.map(({ code }) => code)).toEqual(["200", "200", "200"]);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      state: "failed",
      error: { code: "ErrorAttachInstance", message: "No route to the API server." },
      task_result: [{ status: "success" }, { data: "i-2", status: "failed" }, { status: "success" }],
    });
    expect(await server(client, "i-2")).toMatchObject({ imaged: 1, clusterId: "" });
    expect((await client.state())["nodes"]).toHaveLength(2);
    await attach(client, id, "i-2");
    clock.advance(3 * MINUTE);
    expect(await server(client, "i-2")).toMatchObject({ imaged: 2, clusterId: id });
  });

  test("gives its tags to the nodes, as tags and as labels", async () => {
    const { client } = await startReferenceBed();
    const id = await client.running();
    await plant(client, "i-1");
    const tags = [{ key: "team", value: "a" }];
    await client.ask("POST", `/clusters/${id}/attach`, { ...attachBody("i-1"), tags });
    const { nodes } = await client.get<{ nodes: Wire[] }>(`/clusters/${id}/nodes`);
    expect(nodes).toMatchObject([{ tags }]);
    expect((await client.state())["nodes"]).toMatchObject([{ labels: { team: "a" } }]);
  });

  test.each([
    ["without a login", { password: undefined }, MISSING],
    ["with a weak password", { password: "weak" }, INVALID],
    ["without servers", { instances: [] }, INVALID],
    ["with servers that are no list", { instances: 7 }, INVALID],
  ])("%s is refused", async (_, fields, expected) => {
    const { client } = await startReferenceBed();
    const id = await client.running();
    const body = { ...attachBody("i-1"), ...fields };
    expect(await client.refusal("POST", `/clusters/${id}/attach`, body)).toEqual(expected);
  });

  test.each([
    ["Either", 202],
    ["Required", 400],
  ] as const)("with a key pair and no password, where it is %s", async (attachPassword, status) => {
    const { client } = await startReferenceBed({ attachPassword });
    const id = await client.running();
    const body = { instances: ["i-1"], key_pair: "common" };
    expect((await client.send(`/clusters/${id}/attach`, { method: "POST", body })).status).toBe(status);
    await client.ask("POST", `/clusters/${await client.running("d")}/attach`, { ...body, password: PASSWORD });
  });

  test("is not for a serverless cluster, nor beyond the quota, nor by the reference while the cluster moves", async () => {
    const { client } = await startReferenceBed({ nodeQuota: 1 });
    await plant(client, "i-1", "i-2");
    const serverless = await client.running("s", { clusterType: "Ask" });
    expect(await client.refusal("POST", `/clusters/${serverless}/attach`, attachBody("i-1"))).toEqual([
      400,
      "OperationNotSupported",
    ]);
    const id = await client.running();
    expect(await client.refusal("POST", `/clusters/${id}/attach`, attachBody("i-1", "i-2"))).toEqual([
      400,
      "QuotaExceeded.Node",
    ]);
    await attach(client, id, "i-1");
    expect(await client.refusal("POST", `/clusters/${id}/attach`, attachBody("i-2"))).toEqual(BUSY);
  });
});

describe("an attach to a pool", () => {
  async function withPool(options: Parameters<typeof startBed>[0] = {}, desiredSize: number | null = null) {
    const bed = await startBed(options);
    const clusterId = await bed.client.running();
    const pool = await bed.client.colleague("POST", "nodepools", {
      clusterId,
      name: "p",
      desiredSize,
      labels: { a: "b" },
    });
    await plant(bed.client, "i-1", "i-2");
    return { ...bed, clusterId, poolId: pool.id, item: `/clusters/${clusterId}/nodepools/${pool.id}` };
  }

  test.each([
    [
      "List",
      {
        list: [
          { code: "200", instanceId: "i-1" },
          { code: "404", instanceId: "i-9" },
        ],
      },
      ["list", "request_id", "task_id"],
    ],
    ["Task", {}, ["request_id", "task_id"]],
  ] as const)("answers with its %s where the switch says so", async (attachAnswer, told, members) => {
    const { client, clock, item } = await withPool({ attachAnswer });
    const body = { instances: ["i-1", "i-9"], password: PASSWORD };
    const answer = await client.ask<Attached>("POST", `${item}/attach`, body);
    expect([Object.keys(answer).sort(), answer]).toMatchObject([members, told]);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${answer.task_id}`)).toMatchObject({
      state: "failed",
      task_result: [
        { data: "i-1", status: "success" },
        { data: "i-9", status: "failed" },
      ],
    });
  });

  test("brings the pool's labels, and has it want as many more as it counts", async () => {
    const { client, clock, item, poolId } = await withPool({}, 1);
    await client.colleague("POST", "plans", { serverId: "i-2", failAt: "Attach" });
    await client.ask("POST", `${item}/attach`, { instances: ["i-1", "i-2"] });
    expect(await client.get(item)).toMatchObject({ scaling_group: { desired_size: 3 }, status: { state: "scaling" } });
    clock.advance(3 * MINUTE);
    expect(await client.get(item)).toMatchObject({
      scaling_group: { desired_size: 2 },
      status: { state: "active", total_nodes: 2 },
    });
    const nodes = ((await client.state())["nodes"] ?? []).filter(({ nodepoolId }) => nodepoolId === poolId);
    expect(nodes.at(-1)).toMatchObject({ serverId: "i-1", labels: { a: "b" }, source: "ess_attach" });
    clock.advance(30 * MINUTE);
    expect(await client.get(item)).toMatchObject({ status: { total_nodes: 2 } });
  });

  test("leaves a pool alone that wants no number", async () => {
    const { client, clock, item } = await withPool();
    await client.ask("POST", `${item}/attach`, { instances: ["i-1"] });
    clock.advance(30 * MINUTE);
    expect((await client.get<{ scaling_group: Wire }>(item)).scaling_group).not.toHaveProperty("desired_size");
    expect(await client.get(item)).toMatchObject({ status: { total_nodes: 1, state: "active" } });
  });

  test("goes by the cluster's own call too, and waits until the pool is at rest", async () => {
    const { client, clusterId, item, poolId } = await withPool();
    await client.ask("POST", `/clusters/${clusterId}/attach`, { ...attachBody("i-1"), nodepool_id: poolId });
    expect((await client.state())["nodes"]).toMatchObject([{ nodepoolId: poolId }]);
    expect(await client.refusal("POST", `${item}/attach`, { instances: ["i-2"] })).toEqual(BUSY);
    await attach(client, clusterId, "i-2");
    const unknown = { ...attachBody("i-2"), nodepool_id: "none" };
    expect(await client.refusal("POST", `/clusters/${clusterId}/attach`, unknown)).toEqual([
      404,
      "ErrorNodePoolNotFound",
    ]);
  });

  test("of a deleted pool leaves the attached server free where the switch keeps it", async () => {
    const { client, clock, item } = await withPool();
    await client.ask("POST", `${item}/attach`, { instances: ["i-1"] });
    clock.advance(3 * MINUTE);
    await client.ask("DELETE", item);
    clock.advance(2 * MINUTE);
    expect(await server(client, "i-1")).toMatchObject({ clusterId: "", imaged: 1 });
  });
});
