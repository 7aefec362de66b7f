// Node pools of today: made, changed by parts, grown and shrunk, sold out, scaled by the autoscaler, and removed.
import { describe, expect, test } from "vitest";
import type { AckClient, Bed, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { PASSWORD, poolBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const INVALID = [400, "InvalidParameter"];
const BUSY = [400, "ErrorClusterState"];
const GONE = [404, "ErrorNodePoolNotFound"];

interface Pooled extends Bed {
  readonly clusterId: string;
  /** Of the collection. */
  readonly path: string;
  /** Makes a pool; its path. */
  readonly make: (name: string, blocks?: Parameters<typeof poolBody>[1]) => Promise<string>;
  /** The same, and waits until its nodes are there. */
  readonly ready: (name: string, blocks?: Parameters<typeof poolBody>[1]) => Promise<string>;
}

async function startPooled(options: Parameters<typeof startBed>[0] = {}): Promise<Pooled> {
  const bed = await startBed(options);
  const clusterId = await bed.client.running();
  const path = `/clusters/${clusterId}/nodepools`;
  const make: Pooled["make"] = async (name, blocks) => {
    const { nodepool_id: id } = await bed.client.ask("POST", path, poolBody(name, blocks));
    return `${path}/${String(id)}`;
  };
  const ready: Pooled["ready"] = async (name, blocks) => {
    const made = await make(name, blocks);
    bed.clock.advance(3 * MINUTE);
    return made;
  };
  return { ...bed, clusterId, path, make, ready };
}

const status = async (client: AckClient, path: string) => (await client.get(path))["status"] as Wire;
const poolId = (path: string): string => path.split("/").at(-1) ?? "";
const servers = async (client: AckClient) => ((await client.state())["servers"] ?? []).map(({ id }) => id);

describe("a pool", () => {
  test("is made with its nodes, which its task names", async () => {
    const { client, clock, clusterId, path } = await startPooled();
    const body = poolBody("pool", {
      scaling: { tags: [{ key: "yunfan.dev/nonce", value: "n" }], login_password: undefined },
      config: { taints: [{ key: "k", value: "v", effect: "NoSchedule" }] },
    });
    const answer = await client.ask<Record<string, string>>("POST", path, body);
    expect(answer).toEqual({
      nodepool_id: expect.stringMatching(/^np[0-9a-f]{32}$/),
      task_id: expect.stringMatching(/^T-/),
      request_id: expect.any(String),
    });
    const item = `${path}/${answer["nodepool_id"]}`;
    expect(await client.get(item)).toMatchObject({
      nodepool_info: { name: "pool", is_default: false, type: "ess", region_id: "cn-hangzhou" },
      scaling_group: {
        desired_size: 2,
        instance_types: ["ecs.g7.large"],
        tags: [{ key: "yunfan.dev/nonce", value: "n" }],
      },
      kubernetes_config: {
        labels: [{ key: "team", value: "a" }],
        taints: [{ key: "k", value: "v", effect: "NoSchedule" }],
      },
      auto_scaling: { enable: false },
      status: { state: "initial", total_nodes: 2, healthy_nodes: 0, initial_nodes: 2 },
    });
    expect(await client.stateOf(clusterId)).toBe("scaling");
    clock.advance(20_000);
    expect(await status(client, item)).toMatchObject({ state: "scaling" });
    clock.advance(150_000);
    expect(await status(client, item)).toMatchObject({
      state: "active",
      healthy_nodes: 2,
      serving_nodes: 2,
      initial_nodes: 0,
    });
    expect(await client.stateOf(clusterId)).toBe("running");
    const task = await client.get(`/tasks/${answer["task_id"]}`);
    expect(task).toMatchObject({
      task_type: "nodepool_create",
      state: "success",
      target: { type: "nodepool", id: answer["nodepool_id"] },
    });
    const bought = await servers(client);
    expect(task["task_result"]).toEqual(bought.map((data) => ({ data, status: "success" })));
    expect(await client.state()).toMatchObject({
      servers: [{ bought: true, imaged: 1, clusterId, instanceType: "ecs.g7.large" }, {}],
      nodes: [
        {
          nodepoolId: answer["nodepool_id"],
          role: "Worker",
          source: "ess",
          labels: { team: "a" },
          tags: { "yunfan.dev/nonce": "n" },
        },
        {},
      ],
    });
  });

  test("may have no word on how many nodes it wants", async () => {
    const { client, ready, path } = await startPooled();
    const item = await ready("open", { scaling: { desired_size: undefined } });
    expect((await client.get<{ scaling_group: Wire }>(item)).scaling_group).not.toHaveProperty("desired_size");
    const counted = await ready("counted", { scaling: { desired_size: undefined }, rest: { count: 1 } });
    expect(await client.get(counted)).toMatchObject({ scaling_group: { desired_size: 1 }, status: { total_nodes: 1 } });
    const { nodepools } = await client.get<{ nodepools: { nodepool_info: Wire }[] }>(path);
    expect(nodepools.map(({ nodepool_info: { name, is_default } }) => [name, is_default])).toEqual([
      ["default-nodepool", true],
      ["open", false],
      ["counted", false],
    ]);
  });

  test("keeps no password", async () => {
    const { client, make } = await startPooled();
    const item = await make("pool", { scaling: { key_pair: undefined, login_password: PASSWORD } });
    expect(JSON.stringify([await client.get(item), await client.state()])).not.toContain(PASSWORD);
  });

  test.each([
    ["without vswitches", { scaling: { vswitch_ids: undefined } }],
    ["without types of servers", { scaling: { instance_types: undefined } }],
    ["with 21 vswitches", { scaling: { vswitch_ids: Array.from({ length: 21 }, (_, index) => `v${index}`) } }],
    ["with both logins", { scaling: { login_password: PASSWORD } }],
    ["with a weak password", { scaling: { key_pair: undefined, login_password: "weak" } }],
    ["with 2,001 nodes", { scaling: { desired_size: 2_001 } }],
    [
      "with bounds that make no sense",
      { rest: { auto_scaling: { enable: true, min_instances: 2, max_instances: 1 } } },
    ],
    ["with a label that is none", { config: { labels: [{ key: "-a", value: "b" }] } }],
    ["with a taint of no effect", { config: { taints: [{ key: "a", value: "b", effect: "Never" }] } }],
  ])("%s is refused", async (_, blocks) => {
    const { client, path } = await startPooled();
    expect(await client.refusal("POST", path, poolBody("pool", blocks))).toEqual(INVALID);
    expect((await client.state())["nodepools"]).toHaveLength(1);
  });

  test("is not for serverless clusters, and no call of the reference", async () => {
    const { client } = await startBed();
    const id = await client.running("s", { profile: "Serverless" });
    expect(await client.refusal("POST", `/clusters/${id}/nodepools`, poolBody("p"))).toEqual([
      400,
      "OperationNotSupported",
    ]);
    expect(await client.get(`/clusters/${id}/nodepools`)).toEqual({ nodepools: [] });
    const { client: reference } = await startReferenceBed();
    const other = await reference.running();
    for (const method of ["GET", "POST"]) {
      expect(await reference.refusal(method, `/clusters/${other}/nodepools`, {})).toEqual([404, "InvalidApi.NotFound"]);
    }
  });

  test("has a name that is unique in its cluster, unless names may be used twice", async () => {
    const { client, path, make } = await startPooled();
    await make("same");
    expect(await client.refusal("POST", path, poolBody("same"))).toEqual([400, "ErrorNodePoolNameAlreadyExist"]);
    const { make: again, client: lenient } = await startPooled({ duplicateNames: "Allow" });
    await again("same");
    await again("same");
    expect((await lenient.state())["nodepools"]).toHaveLength(3);
  });

  test("counts in quotas: of pools, and of nodes of the cluster", async () => {
    const { client, path, make, ready } = await startPooled({ nodeQuota: 3, nodepoolQuota: 3 });
    const item = await ready("a");
    expect(await client.refusal("POST", path, poolBody("b"))).toEqual([400, "QuotaExceeded.Node"]);
    expect(await client.refusal("PUT", item, { scaling_group: { desired_size: 4 } })).toEqual([
      400,
      "QuotaExceeded.Node",
    ]);
    await make("b", { scaling: { desired_size: 1 } });
    expect(await client.refusal("POST", path, poolBody("c"))).toEqual([400, "QuotaExceeded.NodePool"]);
  });

  test("is not found where there is none, or in another cluster", async () => {
    const { client, make } = await startPooled();
    const other = await client.running("other");
    expect(await client.refusal("GET", `/clusters/${other}/nodepools/${poolId(await make("p"))}`)).toEqual(GONE);
    expect(await client.refusal("DELETE", `/clusters/${other}/nodepools/none`)).toEqual(GONE);
    expect(await client.refusal("GET", "/clusters/none/nodepools")).toEqual([404, "ErrorClusterNotFound"]);
  });

  test("is made while another one grows, and not while the cluster is raised", async () => {
    const { client, clusterId, path, make } = await startPooled();
    await make("one");
    await make("two");
    await client.colleague("PATCH", `clusters/${clusterId}`, { state: "upgrading" });
    expect(await client.refusal("POST", path, poolBody("three"))).toEqual(BUSY);
  });
});

describe("a creation that fails", () => {
  async function startFailed(failedPools: "Stay" | "Vanish") {
    const { client, ready } = await startPooled({ failedPools });
    await client.colleague("POST", "plans", { nodepoolName: "pool", failAt: "Create", message: "No such vswitch." });
    const item = await ready("pool");
    const tasks = (await client.state())["tasks"] ?? [];
    return { client, item, task: tasks.at(-1), bought: await servers(client) };
  }

  const error = { code: "ErrorCreateNodePool", message: "No such vswitch." };

  test("buys nothing, tells why, and leaves the pool", async () => {
    const { client, item, task, bought } = await startFailed("Stay");
    expect([bought, task]).toMatchObject([[], { state: "failed", error }]);
    expect(await status(client, item)).toMatchObject({ state: "failed" });
    expect(await client.refusal("PUT", item, { scaling_group: { desired_size: 1 } })).toEqual(BUSY);
    await client.ask("DELETE", item);
  });

  test("leaves no pool where the switch says so", async () => {
    const { client, item, task, bought } = await startFailed("Vanish");
    expect([bought, task]).toMatchObject([[], { state: "failed", error }]);
    expect(await client.refusal("GET", item)).toEqual(GONE);
  });

  test("because everything is sold out leaves a pool that is short", async () => {
    const { client, ready } = await startPooled();
    await client.colleague("POST", "plans", { nodepoolName: "pool", soldOutAbove: 1 });
    const item = await ready("pool", { scaling: { desired_size: 3 } });
    expect(await client.get(item)).toMatchObject({
      scaling_group: { desired_size: 3 },
      status: { state: "active", total_nodes: 1 },
    });
    expect(((await client.state())["tasks"] ?? []).at(-1)).toMatchObject({
      taskType: "nodepool_create",
      state: "failed",
      error: { code: "OperationDenied.NoStock", message: expect.stringContaining("sold out") },
      results: [{ status: "success" }],
    });
  });
});

describe("a deletion", () => {
  test("drains, releases what was bought, and then the pool is gone", async () => {
    const { client, clock, clusterId, ready } = await startPooled();
    const item = await ready("pool");
    const { task_id: id } = await client.ask("DELETE", item);
    expect(await status(client, item)).toMatchObject({ state: "deleting", removing_nodes: 2 });
    expect(await client.stateOf(clusterId)).toBe("draining");
    expect(await client.refusal("DELETE", item)).toEqual(BUSY);
    clock.advance(MINUTE);
    expect(await client.stateOf(clusterId)).toBe("removing");
    clock.advance(MINUTE);
    expect(await client.refusal("GET", item)).toEqual(GONE);
    expect(await client.get(`/tasks/${String(id)}`)).toMatchObject({ task_type: "nodepool_delete", state: "success" });
    expect([await servers(client), await client.stateOf(clusterId)]).toEqual([[], "running"]);
  });

  test("by force does not drain", async () => {
    const { client, clock, clusterId, ready } = await startPooled();
    const item = await ready("pool");
    await client.ask("DELETE", `${item}?force=true`);
    expect(await client.stateOf(clusterId)).toBe("removing");
    clock.advance(30_000);
    expect(await client.refusal("GET", item)).toEqual(GONE);
  });

  test("of a pool with nodes is refused where the switch says so, unless by force", async () => {
    const { client, ready } = await startPooled({ nonemptyPools: "Refuse" });
    const item = await ready("pool");
    expect(await client.refusal("DELETE", item)).toEqual([400, "OperationDenied.NodePoolNotEmpty"]);
    await client.ask("DELETE", `${item}?force=true`);
    await client.ask("DELETE", await ready("empty", { scaling: { desired_size: 0 } }));
  });

  test("that fails leaves pool and nodes, says why, and can be sent again", async () => {
    const { client, clock, ready } = await startPooled();
    const item = await ready("pool");
    await client.colleague("POST", "plans", { nodepoolName: "pool", failAt: "Delete", message: "A disk is in use." });
    const { task_id: id } = await client.ask("DELETE", item);
    clock.advance(MINUTE);
    expect(await status(client, item)).toMatchObject({ state: "delete_failed", healthy_nodes: 2 });
    expect(await client.get(`/tasks/${String(id)}`)).toMatchObject({
      error: { code: "DependencyViolation", message: "A disk is in use." },
    });
    await client.ask("DELETE", item);
    clock.advance(2 * MINUTE);
    expect([await client.refusal("GET", item), await servers(client)]).toEqual([GONE, []]);
  });

  test("of the cluster takes the pools along", async () => {
    const { client, clock, clusterId, ready } = await startPooled();
    const item = await ready("pool");
    await client.ask("DELETE", `/clusters/${clusterId}`);
    clock.advance(3 * MINUTE);
    expect(await client.state()).toMatchObject({ clusters: [], nodepools: [], nodes: [], servers: [] });
    expect(await client.refusal("GET", item)).toEqual([404, "ErrorClusterNotFound"]);
  });
});
