// How clusters are listed in both dialects, pages, quotas, and ranges of networks.
import { describe, expect, test } from "vitest";
import type { AckClient, Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { edgeBody, managedBody, serverlessBody, todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

const LIST = "/regions/cn-hangzhou/clusters";

const INVALID = [400, "InvalidParameter"];

/** The members that the table of 2.10 has. */
const DOCUMENTED = [
  "agent_version",
  "cluster_id",
  "created",
  "external_loadbalancer_id",
  "master_url",
  "name",
  "network_mode",
  "region_id",
  "security_group_id",
  "size",
  "state",
  "updated",
  "vpc_id",
  "vswitch_id",
];

interface Listed {
  clusters: Wire[];
  page_info: { page_number: number; page_size: number; total_count: number };
}

describe("the list of the reference", () => {
  test("is one bare array of the whole account, Swarm clusters among them, without a word on kinds", async () => {
    const { client } = await startReferenceBed();
    await client.running("ours");
    await client.running("elsewhere", { regionId: "cn-beijing" });
    await client.running("old", { clusterType: "Swarm" });
    const listed = await client.get<Wire[]>("/clusters");
    expect(listed.map(({ name, region_id: region }) => [name, region])).toEqual([
      ["ours", "cn-hangzhou"],
      ["elsewhere", "cn-beijing"],
      ["old", "cn-hangzhou"],
    ]);
    for (const cluster of listed) expect(Object.keys(cluster).sort()).toEqual(DOCUMENTED);
  });

  test("shows kinds and tags where the switch says so, as GET of one does in any case", async () => {
    const { client } = await startReferenceBed({ clusterList: "Full" });
    const id = await client.running("ours", { tags: { a: "b" } });
    const shown = { cluster_type: "ManagedKubernetes", tags: [{ key: "a", value: "b" }], profile: "Default" };
    expect(await client.get("/clusters")).toMatchObject([shown]);
    expect(await client.get(`/clusters/${id}`)).toMatchObject(shown);
  });

  test("is not there today, and neither is the one that followed it", async () => {
    const { client } = await startBed();
    for (const path of ["/clusters", "/api/v1/clusters"]) {
      expect(await client.refusal("GET", path)).toEqual([404, "InvalidApi.NotFound"]);
    }
    const { client: reference } = await startReferenceBed();
    expect(await reference.refusal("GET", LIST)).toEqual([404, "InvalidApi.NotFound"]);
  });
});

describe("the list of a region", () => {
  test("has what is in the region, with tags and versions and without addresses", async () => {
    const { client } = await startBed();
    await client.running("ours", {
      tags: { "yunfan.dev/nonce": "n" },
      version: "1.33.3-aliyun.1",
      deletionProtection: true,
    });
    await client.running("elsewhere", { regionId: "cn-beijing" });
    const { clusters, page_info: info } = await client.get<Listed>(LIST);
    expect(clusters).toMatchObject([
      {
        name: "ours",
        tags: [{ key: "yunfan.dev/nonce", value: "n" }],
        current_version: "1.33.3-aliyun.1",
        next_version: "1.34.1-aliyun.1",
        deletion_protection: true,
        cluster_type: "ManagedKubernetes",
      },
    ]);
    expect(clusters[0]).not.toHaveProperty("master_url");
    expect(info).toEqual({ page_number: 1, page_size: 10, total_count: 1 });
    expect((await client.get<Listed>("/regions/cn-beijing/clusters")).clusters).toMatchObject([{ name: "elsewhere" }]);
    expect(await client.refusal("GET", "/regions/cn-nowhere/clusters")).toEqual([404, "InvalidRegionId.NotFound"]);
  });

  test("comes in pages, by either spelling, and an empty one after the last", async () => {
    const { client } = await startBed({ maxPageSize: 4 });
    for (let index = 0; index < 5; index += 1) await client.running(`c${index}`);
    const read = async (query: string) => {
      const { clusters, page_info: info } = await client.get<Listed>(`${LIST}?${query}`);
      return [clusters.map(({ name }) => name), info];
    };
    const info = (number: number, size: number) => ({ page_number: number, page_size: size, total_count: 5 });
    expect(await read("page_number=2&page_size=2")).toEqual([["c2", "c3"], info(2, 2)]);
    expect(await read("pageNumber=3&pageSize=2")).toEqual([["c4"], info(3, 2)]);
    expect(await read("page_number=4&page_size=2")).toEqual([[], info(4, 2)]);
    expect(await read("page_size=50")).toEqual([["c0", "c1", "c2", "c3"], info(1, 4)]);
    for (const bad of ["0", "-1", "x", ""]) {
      expect(await client.refusal("GET", `${LIST}?page_number=${bad}`)).toEqual(INVALID);
    }
  });

  test("is filtered by name, kind, profile and id", async () => {
    const { client } = await startBed();
    const id = await client.running("a", { profile: "Edge" });
    await client.running("b");
    const names = async (query: string) =>
      (await client.get<Listed>(`${LIST}?${query}`)).clusters.map(({ name }) => name);
    expect(await names("name=a")).toEqual(["a"]);
    expect(await names("profile=Edge")).toEqual(["a"]);
    expect(await names(`cluster_id=${id}`)).toEqual(["a"]);
    expect(await names("cluster_type=ManagedKubernetes&name=b")).toEqual(["b"]);
    expect(await names("cluster_type=Kubernetes")).toEqual([]);
  });
});

describe("how a cluster is shown", () => {
  test.each([
    ["Reference", "2026-01-02T03:04:05Z"],
    ["V2026", "2026-01-02T11:04:05+08:00"],
  ] as const)("has times in the way of %s", async (dialect, created) => {
    const { client } = await startBed({ dialect });
    expect(await client.get(`/clusters/${await client.running()}`)).toMatchObject({ created });
  });

  test.each([
    ["Number", 3],
    ["String", "3"],
  ] as const)("has a size that is a %s where the switch says so", async (sizeType, size) => {
    const { client } = await startBed({ sizeType });
    const id = await client.running("dedicated", { clusterType: "Kubernetes" });
    expect(await client.get(`/clusters/${id}`)).toMatchObject({ size });
    expect((await client.get<Listed>(LIST)).clusters).toMatchObject([{ size }]);
  });

  test.each([
    ["Today", ["delete_failed", "upgrading"]],
    ["Older", ["deleteFailed", "Upgrading"]],
  ] as const)("has the words of states that are spelled as %s", async (spelling, words) => {
    const { client } = await startBed({ spelling });
    const id = await client.running();
    const shown: unknown[] = [];
    for (const state of ["delete_failed", "upgrading"]) {
      await client.colleague("PATCH", `clusters/${id}`, { state });
      shown.push(await client.stateOf(id));
    }
    expect(shown).toEqual(words);
  });

  test("has addresses as JSON in a string, the public one where there is one", async () => {
    const { client } = await startBed();
    const addresses = async (publicAccess: boolean) => {
      const id = await client.running(`public-${publicAccess}`, { publicAccess });
      return JSON.parse(String((await client.get(`/clusters/${id}`))["master_url"])) as unknown;
    };
    const intranet = { intranet_api_server_endpoint: expect.stringMatching(/^https:\/\/192\.168\.255\.\d+:6443$/) };
    expect(await addresses(false)).toEqual({ ...intranet, api_server_endpoint: "" });
    const internet = { api_server_endpoint: expect.stringMatching(/^https:\/\/47\.100\.0\.\d+:6443$/) };
    expect(await addresses(true)).toEqual({ ...intranet, ...internet });
  });

  test("has no tags anywhere where they are hidden", async () => {
    for (const dialect of ["V2026", "Reference"] as const) {
      const { client } = await startBed({ dialect, hideTags: true, clusterList: "Full" });
      const id = await client.running("c", { tags: { "yunfan.dev/nonce": "n" } });
      if (dialect === "V2026") {
        await client.colleague("POST", "nodepools", { clusterId: id, name: "p", tags: { nonce: "n" } });
      }
      await client.colleague("POST", "nodes", { clusterId: id });
      const list = dialect === "V2026" ? [LIST, `/clusters/${id}/nodepools`] : ["/clusters"];
      for (const path of [...list, `/clusters/${id}`, `/clusters/${id}/nodes`]) {
        expect([path, JSON.stringify(await client.get(path))]).toEqual([path, expect.not.stringMatching(/nonce|tags/)]);
      }
    }
  });
});

describe("a quota", () => {
  const full = (what: string) => [400, `QuotaExceeded.${what}`];
  const create = (client: AckClient, body: unknown) => client.ask("POST", "/clusters", body);

  test("of all clusters refuses one more, until it is raised", async () => {
    const { client } = await startBed({ clusterQuota: 1 });
    await create(client, todaysBody("a"));
    const next = todaysBody("b", { vpcid: "vpc-2" });
    expect(await client.refusal("POST", "/clusters", next)).toEqual(full("Cluster"));
    await client.colleague("PATCH", "quotas/cluster", { limit: 2 });
    expect(await client.get("/quota")).toMatchObject({ cluster_quota: 2, amk_cluster_quota: 1, ask_cluster_quota: 1 });
    expect(await client.refusal("POST", "/clusters", next)).toEqual(full("ManagedCluster"));
    await client.colleague("PATCH", "quotas/managed", { limit: 2 });
    await create(client, next);
  });

  test("of a kind refuses that kind alone", async () => {
    const { client } = await startReferenceBed({ managedQuota: 1, serverlessQuota: 1 });
    await create(client, edgeBody("a"));
    expect(await client.refusal("POST", "/clusters", managedBody("b", { vpcid: "vpc-2" }))).toEqual(
      full("ManagedCluster"),
    );
    await create(client, serverlessBody("c"));
    expect(await client.refusal("POST", "/clusters", serverlessBody("d"))).toEqual(full("ServerlessCluster"));
  });

  test("of nodes counts those that a cluster is made with", async () => {
    const { client } = await startReferenceBed({ nodeQuota: 2 });
    expect(await client.refusal("POST", "/clusters", managedBody("a", { num_of_nodes: 3 }))).toEqual(full("Node"));
    expect(await client.state()).toMatchObject({ clusters: [], servers: [] });
    await create(client, managedBody("a", { num_of_nodes: 2 }));
  });

  test("is told as a limit alone", async () => {
    const { client } = await startBed({
      clusterQuota: 7,
      managedQuota: 5,
      serverlessQuota: 3,
      nodeQuota: 11,
      nodepoolQuota: 2,
    });
    expect(await client.get("/quota")).toMatchObject({
      cluster_quota: 7,
      amk_cluster_quota: 5,
      ask_cluster_quota: 3,
      node_quota: 11,
      cluster_nodepool_quota: 2,
    });
  });
});

describe("ranges", () => {
  test.each([
    ["that is none", { container_cidr: "172.20.0.0" }],
    ["that is public", { container_cidr: "8.8.0.0/16" }],
    ["of Services that is public", { service_cidr: "100.64.0.0/16" }],
    ["of Services that overlaps the pods", { service_cidr: "172.20.1.0/24" }],
    [
      "of pods that overlaps the VPC that the cloud makes",
      { vpcid: undefined, vswitch_ids: undefined, container_cidr: "192.168.1.0/24" },
    ],
    ["of Services that overlaps it", { vpcid: undefined, vswitch_ids: undefined, service_cidr: "192.168.0.0/20" }],
  ])("one %s is refused", async (_, fields) => {
    const { client } = await startBed();
    expect(await client.refusal("POST", "/clusters", todaysBody("c", fields))).toEqual(INVALID);
  });

  test("of pods of two clusters in a VPC may not overlap, unless a switch allows it; in two VPCs they may", async () => {
    const { client } = await startBed();
    await client.ask("POST", "/clusters", todaysBody("a"));
    const within = todaysBody("b", { container_cidr: "172.20.128.0/17" });
    expect(await client.refusal("POST", "/clusters", within)).toEqual(INVALID);
    await client.ask("POST", "/clusters", { ...within, vpcid: "vpc-2" });

    const { client: lenient } = await startBed({ cidrOverlaps: "Allow" });
    await lenient.ask("POST", "/clusters", todaysBody("a"));
    await lenient.ask("POST", "/clusters", within);
  });

  test("that nobody named are chosen so that none overlap", async () => {
    const { client } = await startBed();
    const open = { container_cidr: undefined, service_cidr: undefined };
    for (let index = 0; index < 20; index += 1) await client.ask("POST", "/clusters", todaysBody(`c${index}`, open));
    const networks = ((await client.state())["clusters"] ?? []).map(({ network }) => network as Record<string, string>);
    expect(networks[0]).toMatchObject({ podCidr: "172.16.0.0/16", serviceCidr: "172.19.0.0/20" });
    expect(new Set(networks.map(({ podCidr }) => podCidr)).size).toBe(20);
    expect(networks[3]).toMatchObject({ podCidr: "172.19.0.0/16", serviceCidr: "172.21.0.0/20" });
  });

  test("are none of their own with terway or in a serverless cluster", async () => {
    const { client } = await startBed();
    await client.ask("POST", "/clusters", todaysBody("t", { addons: [{ name: "terway-eniip" }] }));
    await client.ask("POST", "/clusters", todaysBody("s", { profile: "Serverless" }));
    expect((await client.state())["clusters"]).toMatchObject([
      { network: { podCidr: "" } },
      { network: { podCidr: "" } },
    ]);
  });

  test("a VPC is made where none is named", async () => {
    const { client } = await startBed();
    await client.ask("POST", "/clusters", todaysBody("c", { vpcid: undefined, vswitch_ids: undefined }));
    const { network } = await client.shown("clusters", "c");
    expect(network).toMatchObject({
      vpcId: expect.stringMatching(/^vpc-/),
      vswitchIds: [expect.stringMatching(/^vsw-/)],
    });
  });
});
