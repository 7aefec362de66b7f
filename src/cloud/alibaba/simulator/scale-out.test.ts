// Growth by the reference: so many more (2.3), so many in all (3.5), and what comes of one that fails.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { PASSWORD, scaleOutBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const INVALID = [400, "InvalidParameter"];
const BUSY = [400, "ErrorClusterState"];

const scale = (client: AckClient, id: string, count: number, fields: object = {}) =>
  client.ask<Record<string, string>>("POST", `/api/v2/clusters/${id}`, scaleOutBody(count, fields));

describe("a scale-out (2.3)", () => {
  test("adds workers, which its task and their tags name", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running();
    const tags = [{ key: "yunfan.dev/nonce", value: "n1" }];
    const answer = await client.send(`/api/v2/clusters/${id}`, { method: "POST", body: scaleOutBody(2, { tags }) });
    expect([answer.status, answer.json()]).toMatchObject([
      202,
      { cluster_id: id, task_id: expect.any(String), request_id: expect.any(String) },
    ]);
    const { task_id: task } = answer.json() as Record<string, string>;
    expect(await client.stateOf(id)).toBe("scaling");
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      task_type: "cluster_scaleout",
      state: "running",
      parameters: { tags },
    });
    clock.advance(3 * MINUTE);
    const servers = ((await client.state())["servers"] ?? []).map(({ id: server }) => server);
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      state: "success",
      task_result: servers.map((data) => ({ data, status: "success" })),
    });
    const { nodes } = await client.get<{ nodes: Wire[] }>(`/clusters/${id}/nodes`);
    expect(nodes).toMatchObject(
      servers.map((server) => ({ instance_id: server, tags, nodepool_id: "", source: "ess" })),
    );
    expect((await client.state())["nodes"]).toMatchObject([
      { labels: { "yunfan.dev/nonce": "n1" }, vswitchId: "vsw-1" },
      { vswitchId: "vsw-2" },
    ]);
    expect(await client.stateOf(id)).toBe("running");
  });

  test("adds again when it is sent again, one at a time", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running();
    await scale(client, id, 1);
    expect(await client.refusal("POST", `/api/v2/clusters/${id}`, scaleOutBody(1))).toEqual(BUSY);
    clock.advance(3 * MINUTE);
    await scale(client, id, 1);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 2 });
  });

  test("that fails keeps what it made, and says why", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running("c");
    const plan = { clusterName: "c", failAt: "ScaleOut", joined: 2, message: "Out of stock." };
    await client.colleague("POST", "plans", plan);
    const { task_id: task } = await scale(client, id, 5);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/tasks/${task}`)).toMatchObject({
      state: "failed",
      error: { code: "OperationDenied.NoStock", message: "Out of stock." },
      task_result: [{ status: "success" }, { status: "success" }],
    });
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 2, state: "running" });
    await scale(client, id, 3);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 5 });
  });

  test.each([
    ["of none", { count: 0 }, INVALID],
    ["without a count", { count: undefined }, INVALID],
    ["without vswitches", { vswitch_ids: undefined }, INVALID],
    ["over six vswitches", { vswitch_ids: ["1", "2", "3", "4", "5", "6"] }, INVALID],
    ["without types of servers", { worker_instance_types: undefined }, INVALID],
    ["without a word on data disks", { worker_data_disk: undefined }, INVALID],
    ["with both logins", { login_password: PASSWORD }, INVALID],
    ["with a weak password", { key_pair: undefined, login_password: "weak" }, INVALID],
    ["beyond the quota", { count: 4 }, [400, "QuotaExceeded.Node"]],
  ])("%s is refused", async (_, fields, expected) => {
    const { client } = await startReferenceBed({ nodeQuota: 3 });
    const id = await client.running();
    expect(await client.refusal("POST", `/api/v2/clusters/${id}`, scaleOutBody(1, fields))).toEqual(expected);
    expect((await client.state())["servers"]).toEqual([]);
  });

  test("is lenient with numbers and booleans as strings, and needs no login", async () => {
    const { client } = await startReferenceBed();
    const id = await client.running();
    await scale(client, id, 1, { count: "2", worker_data_disk: "true", key_pair: undefined });
    expect((await client.state())["servers"]).toHaveLength(2);
  });

  test("is not for serverless clusters, and no call of today", async () => {
    const { client } = await startReferenceBed();
    const id = await client.running("s", { clusterType: "Ask" });
    expect(await client.refusal("POST", `/api/v2/clusters/${id}`, scaleOutBody(1))).toEqual([
      400,
      "OperationNotSupported",
    ]);
    const { client: today } = await startBed();
    const other = await today.running();
    expect(await today.refusal("POST", `/api/v2/clusters/${other}`, scaleOutBody(1))).toEqual([
      404,
      "InvalidApi.NotFound",
    ]);
    expect(await today.refusal("PUT", `/clusters/${other}`, {})).toEqual([404, "InvalidApi.NotFound"]);
  });
});

describe("a total (3.5)", () => {
  const total = (client: AckClient, id: string, nodes: number) =>
    client.send(`/clusters/${id}`, {
      method: "PUT",
      body: { worker_instance_type: "ecs.c5.xlarge", login_password: PASSWORD, num_of_nodes: nodes },
    });

  test("counts workers, whoever made them, and never makes them fewer", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running("c", { clusterType: "Kubernetes" });
    await client.colleague("POST", "nodes", { clusterId: id });
    expect((await total(client, id, 3)).status).toBe(202);
    clock.advance(3 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 6 });
    expect((await total(client, id, 2)).json()).toMatchObject({ code: "InvalidParameter" });
  });
});
