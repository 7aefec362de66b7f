// How many nodes a pool has: by what is wanted, by the autoscaler, by substitutes, and by changes that are partial.
import { describe, expect, test } from "vitest";
import type { AckClient, Bed, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed } from "../../../../test/support/clouds/alibaba/bed.ts";

const BUSY = [400, "ErrorClusterState"];

interface Pooled extends Bed {
  readonly clusterId: string;
  readonly id: string;
  /** Of the pool. */
  readonly item: string;
}

/** With one pool, at rest. */
async function startPooled(pool: object, options: Parameters<typeof startBed>[0] = {}): Promise<Pooled> {
  const bed = await startBed(options);
  const clusterId = await bed.client.running();
  const { id } = await bed.client.colleague("POST", "nodepools", { clusterId, name: "pool", ...pool });
  return { ...bed, clusterId, id, item: `/clusters/${clusterId}/nodepools/${id}` };
}

interface Shown {
  scaling_group: Wire;
  auto_scaling: Wire;
  kubernetes_config: Wire;
  status: Wire;
}

const show = (client: AckClient, item: string) => client.get<Shown>(item);
const put = (client: AckClient, item: string, body: object) => client.ask<Record<string, string>>("PUT", item, body);
const members = async (client: AckClient, poolId: string) =>
  ((await client.state())["nodes"] ?? [])
    .filter(({ nodepoolId }) => nodepoolId === poolId)
    .map(({ serverId }) => String(serverId));

describe("what is wanted", () => {
  test("is bought, and its task names what was bought", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 1 });
    const before = await members(client, id);
    const { task_id: task, nodepool_id: pool } = await put(client, item, { scaling_group: { desired_size: 3 } });
    expect(pool).toBe(id);
    expect((await show(client, item)).status).toMatchObject({ state: "scaling", total_nodes: 3, healthy_nodes: 1 });
    clock.advance(3 * MINUTE);
    expect((await show(client, item)).status).toMatchObject({ state: "active", healthy_nodes: 3 });
    const bought = (await members(client, id)).filter((server) => !before.includes(server));
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      task_type: "nodepool_update",
      state: "success",
      task_result: bought.map((data) => ({ data, status: "success" })),
    });
  });

  test("less takes the oldest away, drained and released", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 3 });
    const [, , youngest] = await members(client, id);
    await put(client, item, { scaling_group: { desired_size: 1 } });
    expect((await show(client, item)).status).toMatchObject({ state: "removing", removing_nodes: 2 });
    clock.advance(2 * MINUTE);
    expect(await members(client, id)).toEqual([youngest]);
    expect((await client.state())["servers"]).toMatchObject([{ id: youngest }]);
  });

  test.each([
    ["Today", "removing"],
    ["Older", "removing_nodes"],
  ] as const)("less is %s called %s while it goes on", async (spelling, state) => {
    const { client, item } = await startPooled({ desiredSize: 1 }, { spelling });
    await put(client, item, { scaling_group: { desired_size: 0 } });
    expect((await show(client, item)).status).toMatchObject({ state });
  });

  test("is not changed while the pool moves, unless the switch lets it", async () => {
    const { client, item } = await startPooled({ desiredSize: 1 });
    await put(client, item, { scaling_group: { desired_size: 2 } });
    expect(await client.refusal("PUT", item, { scaling_group: { desired_size: 3 } })).toEqual(BUSY);

    const { client: lenient, item: other, id, clock } = await startPooled({ desiredSize: 1 }, { busyPools: "Accept" });
    for (const size of [2, 4]) await put(lenient, other, { scaling_group: { desired_size: size } });
    clock.advance(3 * MINUTE);
    expect(await members(lenient, id)).toHaveLength(4);
  });

  test("is added to by a scale-out, whether it was known or not", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 1 });
    await client.ask("POST", item, { count: 2 });
    clock.advance(3 * MINUTE);
    expect([(await show(client, item)).scaling_group["desired_size"], (await members(client, id)).length]).toEqual([
      3, 3,
    ]);

    const { client: open, clock: time, item: other, id: unknown } = await startPooled({ desiredSize: null });
    await open.ask("POST", other, { count: 2 });
    time.advance(3 * MINUTE);
    expect((await members(open, unknown)).length).toBe(2);
    expect((await show(open, other)).scaling_group).not.toHaveProperty("desired_size");
  });

  test("cannot be had where a scale-out fails, or where all is sold out", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 1 });
    await client.colleague("POST", "plans", {
      nodepoolName: "pool",
      failAt: "ScaleOut",
      joined: 1,
      code: "InvalidAccountStatus.NotEnoughBalance",
    });
    const { task_id: failed } = await put(client, item, { scaling_group: { desired_size: 4 } });
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${failed}`)).toMatchObject({
      state: "failed",
      error: { code: "InvalidAccountStatus.NotEnoughBalance" },
    });
    expect(await members(client, id)).toHaveLength(2);

    await client.colleague("PATCH", `nodepools/${id}`, { soldOutAbove: 3 });
    clock.advance(3 * MINUTE);
    expect(await members(client, id)).toHaveLength(3);
    const { task_id: soldOut } = await put(client, item, { scaling_group: { desired_size: 5 } });
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${soldOut}`)).toMatchObject({ error: { code: "OperationDenied.NoStock" } });
    expect((await show(client, item)).status).toMatchObject({ state: "active", total_nodes: 3 });

    await client.colleague("PATCH", `nodepools/${id}`, { soldOutAbove: null });
    clock.advance(3 * MINUTE);
    expect(await members(client, id)).toHaveLength(5);
  });
});

describe("what is bought", () => {
  const servers = async (fields: object) => {
    const { client, clusterId } = await startPooled({});
    const group = { vswitch_ids: ["vsw-1", "vsw-2"], instance_types: ["ecs.g7.large"], desired_size: 3, ...fields };
    const body = { nodepool_info: { name: "p" }, scaling_group: group };
    const { nodepool_id: id } = await client.ask("POST", `/clusters/${clusterId}/nodepools`, body);
    const state = await client.state();
    return [
      (state["nodes"] ?? []).filter(({ nodepoolId }) => nodepoolId === id).map(({ vswitchId }) => vswitchId),
      (state["servers"] ?? []).map(({ chargeType }) => chargeType),
    ];
  };

  test("is spread over the vswitches, and paid as it goes", async () => {
    expect(await servers({})).toEqual([
      ["vsw-1", "vsw-2", "vsw-1"],
      ["PostPaid", "PostPaid", "PostPaid"],
    ]);
  });

  test("is all in the first vswitch by priority, and for a term where that was asked for", async () => {
    expect(await servers({ multi_az_policy: "PRIORITY", instance_charge_type: "PrePaid" })).toEqual([
      ["vsw-1", "vsw-1", "vsw-1"],
      ["PrePaid", "PrePaid", "PrePaid"],
    ]);
  });
});

describe("a change", () => {
  test("leaves alone what it does not name", async () => {
    const { client, item } = await startPooled({ desiredSize: 1, labels: { a: "b" }, tags: { t: "u" } });
    const before = await show(client, item);
    await put(client, item, { scaling_group: { instance_types: ["ecs.g8.large"] } });
    const after = await show(client, item);
    expect(after.scaling_group).toEqual({ ...before.scaling_group, instance_types: ["ecs.g8.large"] });
    expect([after.auto_scaling, after.kubernetes_config]).toEqual([before.auto_scaling, before.kubernetes_config]);
  });

  test("of auto_scaling is whole: without enable it is off", async () => {
    const { client, clock, item, id } = await startPooled({
      desiredSize: 2,
      autoScaling: { enable: true, minInstances: 1, maxInstances: 5 },
    });
    await put(client, item, { auto_scaling: { max_instances: 9 } });
    expect((await show(client, item)).auto_scaling).toEqual({
      enable: false,
      min_instances: 0,
      max_instances: 9,
      type: "cpu",
    });
    clock.advance(MINUTE);
    expect(await members(client, id)).toHaveLength(2);
  });

  test.each([true, false])(
    "of labels and taints replaces them, and reaches nodes that are there: %s",
    async (updateNodes) => {
      const { client, clock, item } = await startPooled({ desiredSize: 1, labels: { a: "b" }, taints: [] });
      const config = { labels: [{ key: "c", value: "d" }], taints: [{ key: "k", effect: "NoExecute" }] };
      const { task_id: task } = await put(client, item, { kubernetes_config: config, update_nodes: updateNodes });
      expect((await show(client, item)).status).toMatchObject({ state: "updating" });
      clock.advance(20_000);
      expect(await client.get(`/tasks/${task}`)).toMatchObject({ state: "success" });
      expect(await show(client, item)).toMatchObject({
        kubernetes_config: {
          labels: [{ key: "c", value: "d" }],
          taints: [{ key: "k", value: "", effect: "NoExecute" }],
        },
        status: { state: "active" },
      });
      expect((await client.state())["nodes"]).toMatchObject([{ labels: updateNodes ? { c: "d" } : { a: "b" } }]);
    },
  );
});

describe("the autoscaler", () => {
  const on = { enable: true, minInstances: 1, maxInstances: 4 };

  test("counts in place of what is wanted, within its bounds", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 1, autoScaling: on });
    await put(client, item, { scaling_group: { desired_size: 4 } });
    clock.advance(3 * MINUTE);
    expect(await members(client, id)).toHaveLength(1);
    const patch = (to: number) =>
      client.send(`/_simulator/nodepools/${id}`, { method: "PATCH", body: { autoscaledTo: to } });
    expect([(await patch(5)).status, (await patch(0)).status, (await patch(3)).status]).toEqual([409, 409, 200]);
    clock.advance(3 * MINUTE);
    expect([(await members(client, id)).length, (await show(client, item)).scaling_group["desired_size"]]).toEqual([
      3, 3,
    ]);
    await client.colleague("PATCH", `nodepools/${id}`, { autoScaling: { enable: false } });
    expect((await patch(2)).status).toBe(409);
  });

  test("is switched on with as many as its bounds allow, and off with as many as there are", async () => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 1 });
    await put(client, item, { auto_scaling: { enable: true, min_instances: 2, max_instances: 3 } });
    clock.advance(3 * MINUTE);
    expect(await members(client, id)).toHaveLength(2);
    await client.colleague("PATCH", `nodepools/${id}`, { autoscaledTo: 3 });
    clock.advance(3 * MINUTE);
    await put(client, item, { auto_scaling: { enable: false } });
    clock.advance(3 * MINUTE);
    expect([(await members(client, id)).length, (await show(client, item)).scaling_group["desired_size"]]).toEqual([
      3, 3,
    ]);
  });

  test("begins a new pool at its lower bound", async () => {
    const { client, clusterId } = await startPooled({});
    const body = {
      nodepool_info: { name: "auto" },
      scaling_group: { vswitch_ids: ["v"], instance_types: ["t"], desired_size: 5 },
      auto_scaling: { enable: true, min_instances: 1, max_instances: 2 },
    };
    const { nodepool_id: id } = await client.ask("POST", `/clusters/${clusterId}/nodepools`, body);
    expect(await members(client, String(id))).toHaveLength(1);
  });
});

describe("a substitute is bought", () => {
  test.each([
    ["nodes", "leaves", 3],
    ["servers", "is gone", 2],
  ] as const)("where one of the %s %s behind our back, and not one too many", async (collection, _, servers) => {
    const { client, clock, item, id } = await startPooled({ desiredSize: 2 });
    const [lost] = (await client.state())[collection] ?? [];
    await client.colleague("DELETE", `${collection}/${lost?.id}`);
    expect((await show(client, item)).status).toMatchObject({ total_nodes: 1 });
    clock.advance(5 * MINUTE);
    expect(await members(client, id)).toHaveLength(2);
    clock.advance(30 * MINUTE);
    expect((await show(client, item)).status).toMatchObject({ state: "active", healthy_nodes: 2 });
    expect((await client.state())["servers"]).toHaveLength(servers);
  });

  test("not where nobody says how many there should be", async () => {
    const { client, clock, item } = await startPooled({});
    const { id } = await client.colleague("POST", "nodes", {
      clusterId: item.split("/")[2],
      nodepoolId: item.split("/")[4],
    });
    await client.colleague("DELETE", `nodes/${id}`);
    clock.advance(30 * MINUTE);
    expect((await show(client, item)).status).toMatchObject({ total_nodes: 0 });
  });
});
