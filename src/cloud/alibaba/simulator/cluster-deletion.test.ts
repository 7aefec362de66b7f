// How a cluster goes: what is in its way, what goes with it and what stays, and how it fails.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { dedicatedBody, scaleOutBody, todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const BUSY = [400, "ErrorClusterState"];
const GONE = [404, "ErrorClusterNotFound"];

const task = (client: AckClient, { task_id: id }: Record<string, unknown>) => client.get(`/tasks/${String(id)}`);
const create = (client: AckClient, body: unknown) => client.ask<Record<string, string>>("POST", "/clusters", body);

describe("a deletion", () => {
  const remove = (client: AckClient, id: string, query = "") =>
    client.send(`/clusters/${id}${query}`, { method: "DELETE" });

  test("answers nothing by the reference, and ids today", async () => {
    const { client } = await startReferenceBed();
    const answer = await remove(client, await client.running());
    expect([answer.status, answer.text]).toEqual([202, ""]);

    const { client: today } = await startBed();
    const id = await today.running();
    expect((await remove(today, id)).json()).toMatchObject({ cluster_id: id, task_id: expect.stringMatching(/^T-/) });
  });

  test("takes a while, takes the nodes along, and is not begun twice", async () => {
    const { client, clock } = await startReferenceBed();
    const { cluster_id: id = "" } = await create(client, dedicatedBody("c", { num_of_nodes: 1 }));
    clock.advance(4 * MINUTE);
    await remove(client, id);
    expect(await client.stateOf(id)).toBe("deleting");
    expect((await remove(client, id)).status).toBe(202);
    expect(await client.refusal("GET", `/k8s/${id}/user_config`)).toEqual(BUSY);
    clock.advance(3 * MINUTE);
    expect(await client.state()).toMatchObject({ clusters: [], nodes: [], servers: [] });
    expect(
      ((await client.state())["tasks"] ?? []).filter(({ taskType }) => taskType === "cluster_delete"),
    ).toHaveLength(1);
    expect(await client.refusal("GET", `/clusters/${id}`)).toEqual(GONE);
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual(GONE);
  });

  test("ends what goes on in the cluster, and nothing joins it any more", async () => {
    const { client, clock } = await startReferenceBed();
    const id = await client.running("c");
    const ids = await client.ask("POST", `/api/v2/clusters/${id}`, scaleOutBody(1));
    await remove(client, id);
    expect(await task(client, ids)).toMatchObject({
      state: "failed",
      error: { code: "Canceled", message: "the cluster is being deleted" },
    });
    clock.advance(3 * MINUTE);
    expect(await client.state()).toMatchObject({ clusters: [], nodes: [], servers: [] });
  });

  test("shows the state deleted for a while where the switch says so", async () => {
    const { client, clock } = await startBed({ deletedClusters: "Linger" });
    const id = await client.running("c", { vpcId: "vpc-1", podCidr: "172.20.0.0/16" });
    await remove(client, id);
    clock.advance(3 * MINUTE);
    expect(await client.stateOf(id)).toBe("deleted");
    expect((await client.get<{ clusters: Wire[] }>("/regions/cn-hangzhou/clusters")).clusters).toMatchObject([
      { state: "deleted" },
    ]);
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual(BUSY);
    await create(client, todaysBody("c"));
    clock.advance(10 * MINUTE);
    expect(await client.refusal("GET", `/clusters/${id}`)).toEqual(GONE);
  });

  test("keeps what it was told to", async () => {
    const { client } = await startBed();
    const id = await client.running();
    const options = [{ resource_type: "ALB", delete_mode: "delete" }];
    const query = new URLSearchParams({
      delete_options: JSON.stringify(options),
      retain_resources: '["lb-1"]',
      keep_slb: "true",
      retain_all_resources: "true",
    });
    await remove(client, id, `?${query.toString()}`);
    expect(await client.shown("clusters", "cluster")).toMatchObject({
      deleteOptions: [
        { resourceType: "ALB", deleteMode: "delete" },
        { resourceType: "SLB", deleteMode: "retain" },
      ],
      retainResources: ["lb-1"],
      retainAllResources: true,
    });
  });

  test.each([
    "delete_options=no",
    "retain_resources=no",
    `delete_options=${encodeURIComponent('[{"resource_type":"ALB"}]')}`,
  ])("with %s is refused", async (query) => {
    const { client } = await startBed();
    const id = await client.running();
    expect(await client.refusal("DELETE", `/clusters/${id}?${query}`)).toEqual([400, "InvalidParameter"]);
    expect(await client.stateOf(id)).toBe("running");
  });

  test("that fails says why, leaves the cluster, and can be sent again", async () => {
    const { client, clock } = await startBed();
    const id = await client.running("c");
    await client.colleague("POST", "plans", { clusterName: "c", failAt: "Delete", message: "An ENI is in use." });
    const first = (await remove(client, id)).json() as Record<string, string>;
    clock.advance(3 * MINUTE);
    expect(await client.stateOf(id)).toBe("delete_failed");
    expect(await task(client, first)).toMatchObject({
      error: { code: "DependencyViolation", message: "An ENI is in use." },
    });
    await remove(client, id);
    clock.advance(3 * MINUTE);
    expect(await client.refusal("GET", `/clusters/${id}`)).toEqual(GONE);
  });

  test.each([
    "failed",
    "updating_failed",
    "delete_failed",
    "stopped",
    "inactive",
    "unavailable",
    "disconnected",
    "waiting",
    "scaling",
  ])("is possible in the state %s", async (state) => {
    const { client } = await startBed();
    const id = await client.running("c", { state });
    expect((await remove(client, id)).status).toBe(202);
  });

  test.each(["initial", "upgrading", "migrating", "deleted"])("is not possible in the state %s", async (state) => {
    const { client } = await startBed();
    expect(await client.refusal("DELETE", `/clusters/${await client.running("c", { state })}`)).toEqual(BUSY);
  });

  test.each([
    ["V2026", undefined, "Bought"],
    ["V2026", "All", "All"],
    ["Reference", undefined, "All"],
    ["Reference", "Bought", "Bought"],
  ] as const)("of %s, with the switch at %s, releases the servers that are %s", async (dialect, chosen, released) => {
    const { client, clock } = await startBed({ dialect, ...(chosen === undefined ? {} : { deleteReleases: chosen }) });
    const id = await client.running("c");
    await client.colleague("POST", "nodes", { clusterId: id });
    for (const server of ["i-paid", "i-free"]) {
      await client.colleague("POST", "servers", {
        id: server,
        name: server,
        chargeType: server === "i-paid" ? "PrePaid" : "PostPaid",
      });
    }
    await client.ask("POST", `/clusters/${id}/attach`, { password: "Test@1903", instances: ["i-paid", "i-free"] });
    clock.advance(3 * MINUTE);
    await remove(client, id);
    clock.advance(3 * MINUTE);
    const left = ((await client.state())["servers"] ?? []).map(({ id: serverId, clusterId }) => [serverId, clusterId]);
    expect(left).toEqual([["i-paid", ""], ...(released === "All" ? [] : [["i-free", ""]])]);
  });
});

describe("deletion protection", () => {
  test("holds a deletion, whoever switched it on, until it is switched off", async () => {
    const { client, clock } = await startBed();
    const id = await client.running("c");
    const protect = (on: boolean) => client.ask("PUT", `/api/v2/clusters/${id}`, { deletion_protection: on });
    const held = [400, "OperationDenied.DeletionProtection"];
    await protect(true);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ deletion_protection: true });
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual(held);
    await protect(false);
    await client.colleague("PATCH", `clusters/${id}`, { deletionProtection: true });
    expect(await client.refusal("DELETE", `/clusters/${id}`)).toEqual(held);
    await protect(false);
    await client.ask("DELETE", `/clusters/${id}`);
    expect(await client.refusal("PUT", `/api/v2/clusters/${id}`, { deletion_protection: true })).toEqual(BUSY);
    clock.advance(3 * MINUTE);
    expect((await client.state())["clusters"]).toEqual([]);
  });

  test("stays as it is where a change does not name it, and is no call of the reference", async () => {
    const { client } = await startBed();
    await create(client, todaysBody("c", { deletion_protection: true }));
    const { id } = await client.shown("clusters", "c");
    const answer = await client.ask("PUT", `/api/v2/clusters/${id}`, { cluster_name: "other" });
    expect(answer).toMatchObject({ cluster_id: id, task_id: expect.any(String) });
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ deletion_protection: true });

    const { client: reference } = await startReferenceBed();
    const other = await reference.running();
    expect(await reference.refusal("PUT", `/api/v2/clusters/${other}`, {})).toEqual([404, "InvalidApi.NotFound"]);
  });
});
