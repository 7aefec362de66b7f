// A cluster over time: how it is made and raised, its tasks and their stages, and what fails half-way.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, SECOND, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { managedBody, todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const BUSY = [400, "ErrorClusterState"];
const GONE = [404, "ErrorClusterNotFound"];

const task = (client: AckClient, { task_id: id }: Record<string, unknown>) => client.get(`/tasks/${String(id)}`);
const create = (client: AckClient, body: unknown) => client.ask<Record<string, string>>("POST", "/clusters", body);

describe("a create", () => {
  test("goes through its stages, which its task tells", async () => {
    const { client, clock } = await startBed();
    const ids = await create(client, todaysBody("c", { tags: [{ key: "k", value: "v" }] }));
    const id = ids["cluster_id"] ?? "";
    expect(await task(client, ids)).toMatchObject({
      task_id: ids["task_id"],
      cluster_id: id,
      task_type: "cluster_create",
      state: "running",
      current_stage: "CreateResources",
      stages: [{ state: "running" }, { state: "initial" }, { state: "initial" }],
      target: { type: "cluster", id },
      parameters: { tags: [{ key: "k", value: "v" }] },
    });
    clock.advance(MINUTE);
    expect(await task(client, ids)).toMatchObject({
      current_stage: "InstallControlPlane",
      stages: [{ state: "success" }, { state: "running" }, {}],
    });
    clock.advance(3 * MINUTE - 1);
    expect(await client.stateOf(id)).toBe("initial");
    clock.advance(1);
    expect(await task(client, ids)).toMatchObject({ state: "success", stages: [{}, {}, { state: "success" }] });
    expect(await task(client, ids)).not.toHaveProperty("error");
    expect(await client.stateOf(id)).toBe("running");
  });

  test("is as fast as the speed says", async () => {
    const { client, clock } = await startBed({ speed: 240 });
    const { cluster_id: id = "" } = await create(client, todaysBody("c"));
    clock.advance(SECOND);
    expect(await client.stateOf(id)).toBe("running");
  });

  test.each([
    ["V2026", "Today", "failed"],
    ["Reference", "Older", "fail"],
  ] as const)(
    "that fails leaves a failed cluster, which nobody rolls back (%s, spelled as %s)",
    async (dialect, spelling, word) => {
      const { client, clock } = await startBed({ dialect, spelling });
      await client.colleague("POST", "plans", { clusterName: "c", failAt: "Create", message: "The stack failed." });
      const ids = await create(client, (dialect === "V2026" ? todaysBody : managedBody)("c"));
      clock.advance(3 * MINUTE - 1);
      expect(await client.stateOf(ids["cluster_id"] ?? "")).toBe("initial");
      clock.advance(1);
      expect(await task(client, ids)).toMatchObject({
        state: word,
        error: { code: "ErrorCreateCluster", message: "The stack failed." },
      });
      expect(await client.stateOf(ids["cluster_id"] ?? "")).toBe("failed");
      expect((await client.state())["plans"]).toEqual([]);
      clock.advance(60 * MINUTE);
      expect(await client.state()).toMatchObject({ clusters: [{ state: "failed", message: "The stack failed." }] });
      await client.ask("DELETE", `/clusters/${ids["cluster_id"]}`);
      clock.advance(3 * MINUTE);
      expect((await client.state())["clusters"]).toEqual([]);
    },
  );

  test("cannot be deleted, raised, grown or opened before it is done", async () => {
    const { client } = await startReferenceBed();
    const { cluster_id: id } = await create(client, managedBody("c", { kubernetes_version: "1.12.6-aliyun.1" }));
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual(BUSY);
    expect(await client.refusal("GET", `/k8s/${id}/user_config`)).toEqual(BUSY);
    const upgrade = { next_version: "1.14.6-aliyun.1" };
    expect(await client.refusal("POST", `/api/v2/clusters/${id}/upgrade`, upgrade)).toEqual(BUSY);
    expect(
      await client.refusal("POST", `/clusters/${id}/attach`, { password: "Test@1903", instances: ["i-1"] }),
    ).toEqual(BUSY);
    expect((await client.log()).slice(1).some(({ effect }) => effect)).toBe(false);
  });

  test("is refused by a state in the words that a switch says", async () => {
    const { client } = await startBed({ wrongStateCode: "IncorrectClusterStatus" });
    const { cluster_id: id } = await create(client, todaysBody("c"));
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual([400, "IncorrectClusterStatus"]);
  });
});

describe("an upgrade", () => {
  const upgrade = (client: AckClient, id: string, version: string) =>
    client.ask("POST", `/api/v2/clusters/${id}/upgrade`, { next_version: version, master_only: true });

  test("raises the control plane to the version that is offered next, and to no other", async () => {
    const { client, clock } = await startBed();
    const id = await client.running("c", { version: "1.32.1-aliyun.1" });
    for (const version of ["1.34.1-aliyun.1", "1.32.7-aliyun.1", "1.31.9-aliyun.1", ""]) {
      const body = { next_version: version };
      expect(await client.refusal("POST", `/api/v2/clusters/${id}/upgrade`, body)).toEqual([400, "InvalidParameter"]);
    }
    const ids = await upgrade(client, id, "1.33.3-aliyun.1");
    expect(await client.get(`/clusters/${id}`)).toMatchObject({
      state: "upgrading",
      current_version: "1.32.1-aliyun.1",
    });
    expect(
      await client.refusal("POST", `/clusters/${id}/nodepools`, { nodepool_info: { name: "p" }, scaling_group: {} }),
    ).toEqual(BUSY);
    clock.advance(5 * MINUTE);
    expect(await task(client, ids)).toMatchObject({ task_type: "cluster_upgrade", state: "success" });
    expect(await client.get(`/clusters/${id}`)).toMatchObject({
      state: "running",
      current_version: "1.33.3-aliyun.1",
      init_version: "1.32.1-aliyun.1",
      next_version: "1.34.1-aliyun.1",
    });
  });

  test("that fails leaves the version, and can be sent again", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running("c", { version: "1.12.6-aliyun.1" });
    await client.colleague("POST", "plans", {
      clusterName: "c",
      failAt: "Upgrade",
      code: "PreCheckFailed",
      message: "no",
    });
    const ids = await upgrade(client, id, "1.14.6-aliyun.1");
    clock.advance(5 * MINUTE);
    expect(await task(client, ids)).toMatchObject({
      state: "failed",
      error: { code: "PreCheckFailed", message: "no" },
    });
    expect(await client.get(`/clusters/${id}`)).toMatchObject({
      state: "updating_failed",
      current_version: "1.12.6-aliyun.1",
    });
    await upgrade(client, id, "1.14.6-aliyun.1");
    clock.advance(5 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ state: "running", current_version: "1.14.6-aliyun.1" });
  });
});

describe("tasks of a cluster", () => {
  test("are listed newest first and in pages today, and one by one by the reference", async () => {
    const { client, clock } = await startBed();
    const id = await client.running("c");
    for (const on of [true, false]) {
      await client.ask("PUT", `/api/v2/clusters/${id}`, { deletion_protection: on });
      clock.advance(SECOND);
    }
    await client.colleague("PATCH", `clusters/${id}`, { state: "failed", message: "The control plane is gone." });
    const list = await client.get<{ tasks: Wire[] }>(`/clusters/${id}/tasks?page_size=2`);
    expect(list).toMatchObject({
      page_info: { page_number: 1, page_size: 2, total_count: 3 },
      requestId: expect.any(String),
    });
    expect(list.tasks).toMatchObject([
      { task_type: "cluster_update", state: "failed", error: { message: "The control plane is gone." } },
      { task_type: "cluster_modify", state: "success" },
    ]);
    expect(await client.refusal("GET", "/tasks/none")).toEqual([404, "ErrorTaskNotFound"]);
    expect(await client.refusal("GET", "/clusters/none/tasks")).toEqual(GONE);

    const { client: reference } = await startReferenceBed();
    const other = await reference.running();
    expect(await reference.refusal("GET", `/clusters/${other}/tasks`)).toEqual([404, "InvalidApi.NotFound"]);
  });
});
