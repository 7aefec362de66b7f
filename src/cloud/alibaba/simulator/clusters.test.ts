// Creates of every kind in both dialects, what they require and refuse, and how clusters are shown.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import {
  dedicatedBody,
  edgeBody,
  managedBody,
  PASSWORD,
  serverlessBody,
  todaysBody,
} from "../../../../test/support/clouds/alibaba/bodies.ts";

const INVALID = [400, "InvalidParameter"];
const MISSING = [400, "MissingParameter"];

const create = (client: AckClient, body: unknown) => client.ask<Record<string, string>>("POST", "/clusters", body);
const refused = (client: AckClient, body: unknown) => client.refusal("POST", "/clusters", body);

describe("a create by the reference", () => {
  test.each([
    ["dedicated (2.1)", dedicatedBody, { cluster_type: "Kubernetes", profile: "Default" }, 3],
    ["managed (2.2)", managedBody, { cluster_type: "ManagedKubernetes", profile: "Default" }, 0],
    ["edge (2.4)", edgeBody, { cluster_type: "ManagedKubernetes", profile: "Edge" }, 0],
    ["serverless (3.4)", serverlessBody, { cluster_type: "Ask", profile: "Serverless" }, 0],
  ] as const)("makes a cluster that is %s", async (_, body, kind, size) => {
    const { client, clock } = await startReferenceBed();
    const answer = await client.send("/clusters", { method: "POST", body: body("my-test") });
    expect(answer.status).toBe(202);
    const ids = answer.json() as Record<string, string>;
    expect(ids).toEqual({
      cluster_id: expect.stringMatching(/^c[0-9a-f]{32}$/),
      request_id: expect.any(String),
      task_id: expect.stringMatching(/^T-[0-9a-f]{24}$/),
    });
    expect(await client.get(`/clusters/${ids["cluster_id"]}`)).toMatchObject({
      ...kind,
      state: "initial",
      master_url: "",
    });
    clock.advance(4 * MINUTE);
    expect(await client.get(`/clusters/${ids["cluster_id"]}`)).toMatchObject({
      ...kind,
      state: "running",
      size,
      vpc_id: "vpc-1",
      region_id: "cn-hangzhou",
      current_version: "1.14.6-aliyun.1",
    });
    expect((await client.state())["nodepools"]).toEqual([]);
  });

  test("buys masters and workers, which the cloud counts and lists", async () => {
    const { client, clock } = await startReferenceBed();
    const { cluster_id: id } = await create(client, dedicatedBody("c", { master_count: 5, num_of_nodes: 2 }));
    expect((await client.state())["servers"]).toHaveLength(7);
    clock.advance(4 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 7, state: "running" });
    const { nodes } = await client.get<{ nodes: Wire[] }>(`/clusters/${id}/nodes`);
    expect(nodes.map((node) => [node["instance_role"], node["node_status"]])).toEqual([
      ...Array.from({ length: 5 }, () => ["Master", "Ready"]),
      ...Array.from({ length: 2 }, () => ["Worker", "Ready"]),
    ]);
  });

  const required: Record<string, [(name: string) => Record<string, unknown>, string[]]> = {
    dedicated: [
      dedicatedBody,
      ["master_instance_types", "master_system_disk_category", "master_system_disk_size", "master_vswitch_ids"],
    ],
    "dedicated, of workers": [
      dedicatedBody,
      ["worker_instance_types", "worker_vswitch_ids", "num_of_nodes", "snat_entry"],
    ],
    managed: [managedBody, ["worker_system_disk_category", "worker_system_disk_size", "num_of_nodes", "snat_entry"]],
    edge: [edgeBody, ["worker_system_disk_category", "worker_system_disk_size"]],
    serverless: [serverlessBody, ["nat_gateway", "vpc_id", "vswitch_id"]],
  };

  test.each(Object.keys(required))("misses every field that is required of one that is %s", async (kind) => {
    const { client } = await startReferenceBed();
    const [body, fields] = required[kind]!;
    for (const field of fields) {
      expect([field, ...(await refused(client, { ...body("c"), [field]: undefined }))]).toEqual([field, ...MISSING]);
    }
    for (const field of ["cluster_type", "name", "region_id"]) {
      expect([field, ...(await refused(client, { ...body("c"), [field]: undefined }))]).toEqual([field, ...INVALID]);
    }
    expect((await client.state())["clusters"]).toEqual([]);
  });

  test("does without the fields of workers where the switch says so, unless there are workers", async () => {
    const { client } = await startReferenceBed({ workerFields: "Optional" });
    const bare = { worker_system_disk_category: undefined, worker_system_disk_size: undefined };
    await create(client, managedBody("none", bare));
    expect(await refused(client, managedBody("some", { ...bare, num_of_nodes: 1 }))).toEqual(MISSING);
  });

  test.each([
    ["both logins", { login_password: PASSWORD }],
    ["neither login", { key_pair: undefined }],
    ["a password of two sorts", { key_pair: undefined, login_password: "onlyletters1" }],
    ["a password that is too short", { key_pair: undefined, login_password: "Ab1!" }],
    ["a password that is too long", { key_pair: undefined, login_password: `Ab1!${"x".repeat(27)}` }],
    ["301 nodes", { num_of_nodes: 301 }],
    ["a profile that the reference does not have", { profile: "Serverless" }],
    ["six vswitches", { vswitch_ids: ["1", "2", "3", "4", "5", "6"] }],
    ["a kind of which there is none", { cluster_type: "Swarm" }],
    ["flannel and terway", { addons: [{ name: "flannel" }, { name: "terway-eniip" }] }],
    ["a version that is on no offer", { kubernetes_version: "1.12" }],
    ["a version that is too old", { kubernetes_version: "1.11.5-aliyun.1" }],
  ])("refuses %s", async (_, fields) => {
    const { client } = await startReferenceBed();
    expect(await refused(client, managedBody("c", fields))).toEqual(INVALID);
  });

  test("refuses masters other than three or five, and an edge cluster that is not public", async () => {
    const { client } = await startReferenceBed();
    expect(await refused(client, dedicatedBody("c", { master_count: 4 }))).toEqual(INVALID);
    expect(await refused(client, edgeBody("c", { endpoint_public_access: false }))).toEqual(INVALID);
    const { cluster_id: id } = await create(client, edgeBody("c", { endpoint_public_access: undefined }));
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ profile: "Edge" });
  });

  test("is lenient: the field that 2.2 misspells, numbers and booleans as strings, a list with commas", async () => {
    const { client } = await startReferenceBed();
    const body = managedBody("lenient", {
      vswitch_ids: undefined,
      vwitch_ids: "vsw-1,vsw-2",
      num_of_nodes: "0",
      snat_entry: "true",
      worker_data_disk: "false",
    });
    const { cluster_id: id } = await create(client, body);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ vswitch_id: "vsw-1,vsw-2" });
  });
});

describe("a create of today", () => {
  test.each(["Default", "Edge", "Serverless"] as const)(
    "makes a managed cluster of the profile %s",
    async (profile) => {
      const { client, clock } = await startBed();
      const isEdge = profile === "Edge";
      const { cluster_id: id } = await create(client, todaysBody("c", { profile, endpoint_public_access: isEdge }));
      clock.advance(4 * MINUTE);
      expect(await client.get(`/clusters/${id}`)).toMatchObject({ profile, state: "running", size: 0 });
      const pools = (await client.state())["nodepools"] ?? [];
      const own = { clusterId: id, isDefault: true, desiredSize: null, state: "active" };
      expect(pools).toMatchObject(profile === "Serverless" ? [] : [own]);
    },
  );

  test("takes no account of what no longer counts", async () => {
    const { client, clock } = await startBed();
    const gone = { num_of_nodes: 3, master_count: 5, key_pair: "a", login_password: PASSWORD, disable_rollback: true };
    const { cluster_id: id } = await create(client, todaysBody("c", gone));
    clock.advance(4 * MINUTE);
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size: 0 });
    expect((await client.state())["servers"]).toEqual([]);
  });

  test("refuses dedicated clusters in the cloud's words, unless a switch allows them", async () => {
    const plane = {
      size: 5,
      instance_types: ["ecs.g7.xlarge"],
      system_disk_category: "cloud_essd",
      system_disk_size: 120,
    };
    const body = todaysBody("c", {
      cluster_type: "Kubernetes",
      control_plane_config: { ...plane, login_password: PASSWORD },
    });
    const { client } = await startBed();
    const answer = await client.send("/clusters", { method: "POST", body });
    expect([answer.status, answer.json()]).toMatchObject([
      400,
      { message: expect.stringContaining("August 21, 2024") },
    ]);

    const { client: other, clock } = await startBed({ dedicatedClusters: "Allow" });
    expect(await refused(other, { ...body, control_plane_config: undefined })).toEqual(MISSING);
    expect(await refused(other, { ...body, control_plane_config: plane })).toEqual(INVALID);
    const { cluster_id: id } = await create(other, body);
    clock.advance(4 * MINUTE);
    const shown = await other.get(`/clusters/${id}`);
    expect(shown).toMatchObject({ cluster_type: "Kubernetes", size: 5, control_plane_config: { size: 5 } });
    expect(JSON.stringify([shown, await other.state()])).not.toContain(PASSWORD);
  });

  test.each([
    ["Ask, which is called Serverless there", { cluster_type: "Ask" }, INVALID],
    ["an edge cluster that is not public", { profile: "Edge" }, INVALID],
    ["a VPC without vswitches", { vswitch_ids: undefined }, MISSING],
    ["vswitches without a VPC", { vpcid: undefined }, MISSING],
    ["a region that there is not", { region_id: "cn-nowhere" }, [404, "InvalidRegionId.NotFound"]],
    ["21 tags", { tags: Array.from({ length: 21 }, (_, index) => ({ key: `k${index}`, value: "v" })) }, INVALID],
    ["a tag of the cloud's own", { tags: [{ key: "acs:x", value: "v" }] }, INVALID],
    ["a tag that starts with aliyun", { tags: [{ key: "aliyun-x", value: "v" }] }, INVALID],
    ["a version without its patch", { kubernetes_version: "1.32" }, INVALID],
  ])("refuses %s", async (_, fields, expected) => {
    const { client } = await startBed();
    expect(await refused(client, todaysBody("c", fields))).toEqual(expected);
  });

  test("keeps 20 tags", async () => {
    const { client } = await startBed();
    const tags = Array.from({ length: 20 }, (_, index) => ({ key: `yunfan.dev/k${index}`, value: "v" }));
    const { cluster_id: id } = await create(client, todaysBody("c", { tags }));
    expect((await client.get(`/clusters/${id}`))["tags"]).toEqual(tags);
  });

  test("that names no version gets the newest", async () => {
    const { client } = await startBed();
    const { cluster_id: id } = await create(client, todaysBody("c", { kubernetes_version: "1.32.1-aliyun.1" }));
    expect(await client.get(`/clusters/${id}`)).toMatchObject({
      current_version: "1.32.1-aliyun.1",
      init_version: "1.32.1-aliyun.1",
      next_version: "1.33.3-aliyun.1",
    });
    const newest = await create(client, todaysBody("d", { container_cidr: undefined }));
    expect(await client.get(`/clusters/${newest["cluster_id"]}`)).toMatchObject({
      current_version: "1.34.1-aliyun.1",
      next_version: "",
    });
  });
});

describe("a name", () => {
  test.each(["a", "集群-1", "A1-b", "1", "x".repeat(63), "a-"])("%s is taken", async (name) => {
    const { client } = await startBed();
    const { cluster_id: id } = await create(client, todaysBody(name));
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ name });
  });

  test.each(["", "-a", "a.b", "a_b", "a b", "x".repeat(64), "a\n"])("%j is refused", async (name) => {
    const { client } = await startBed();
    expect(await refused(client, todaysBody(name))).toEqual(INVALID);
  });

  test("is unique in a region today, and in the account by the reference", async () => {
    const taken = [400, "ErrorClusterNameAlreadyExist"];
    const elsewhere = { region_id: "cn-beijing", vpcid: "vpc-2" };
    const { client: today } = await startBed();
    await create(today, todaysBody("same"));
    expect(await refused(today, todaysBody("same"))).toEqual(taken);
    await create(today, todaysBody("same", elsewhere));

    const { client: reference } = await startReferenceBed();
    await create(reference, managedBody("same"));
    expect(await refused(reference, managedBody("same", elsewhere))).toEqual(taken);
  });

  test("may be used twice where that is allowed", async () => {
    const { client } = await startBed({ duplicateNames: "Allow" });
    await create(client, todaysBody("same"));
    await create(client, todaysBody("same", { vpcid: "vpc-2" }));
    expect((await client.state())["clusters"]).toHaveLength(2);
  });
});
