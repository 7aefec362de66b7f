// Namespaces (1.12) over the wire, without an API server behind: lists, creation, settings, access, deletion.
import { describe, expect, test } from "vitest";
import type { EcnsClient } from "./test-support.ts";
import { PROJECT, startTestBed, USER_ID } from "./test-support.ts";

const ALL = "eks/namespace/clustertype/PROJECT_ALL/?business_type=";
const CLUSTERS = [
  { name: "eks-1", type: "EKS" as const },
  { name: "eos-1", type: "EOS" as const },
];

function body({ base = {}, ...settings }: { base?: object; [setting: string]: unknown } = {}): object {
  const namespace_base = {
    name: "team",
    cluster_name: "eks-1",
    cluster_type: "EKS",
    domain: "Default",
    project: "admin",
    project_id: PROJECT,
    ...base,
  };
  return { namespace: { namespace_base, ...settings } };
}

const at = (name = "team", cluster = "eks-1") => `eks/namespace/cluster/${cluster}/ns/${name}`;

const create = (client: EcnsClient, more?: Parameters<typeof body>[0]) =>
  client.ok("POST", "eks/namespace/", body(more));

async function names(client: EcnsClient, path = ALL): Promise<unknown[]> {
  const found = await client.list(path, "namespaces");
  return found.map((one) => {
    const { cluster_name: cluster, name } = one["namespace_base"] as Record<string, string>;
    return `${cluster}/${name}`;
  });
}

async function record(client: EcnsClient, id = "eks-1/team") {
  return (await client.state())["namespaces"]?.find((one) => one.id === id);
}

describe("a namespace", () => {
  test("is created with quota, policy, users and roles, and shows so", async () => {
    const { client } = await startTestBed();
    const wanted = {
      base: { role: ["Developer"], user_ids: [{ id: "u-dev" }, { id: USER_ID }] },
      psp: "Unlimited",
      quota: { pods: 10, cpu: 4 },
    };
    const made = await create(client, wanted);
    expect(made).toMatchObject({
      namespace: {
        namespace_base: {
          name: "team",
          cluster_name: "eks-1",
          cluster_type: "EKS",
          project_id: PROJECT,
          role: ["Developer"],
          user_ids: [
            { id: "u-dev", name: "u-dev", email: "u-dev@ecns.example" },
            { id: USER_ID, name: "operator" },
          ],
        },
        psp: "Unlimited",
        quota: { pods: 10, cpu: 4, memory: -1 },
        namespace_status: { status: "Active", creation_time: "2026-01-02T03:04:05Z" },
      },
    });
    expect(await client.list(ALL, "namespaces")).toContainEqual(made["namespace"]);
    expect(await client.ok("GET", "eks/namespace/?business_type=")).toMatchObject([
      {
        project_name: "admin",
        project_id: PROJECT,
        clusters: [{ cluster_name: "eks-1", namespaces: ["default", "team"] }],
      },
    ]);
    expect(await client.ok("GET", "eks/resources/Namespace/team/?cluster_type=EKS&cluster_name=eks-1")).toEqual({
      existence: true,
    });
  });

  test.each([
    ["a name that is none", { name: "Team!" }, 400],
    ["a cluster that is not there", { cluster_name: "none" }, 404],
    ["the wrong type of its cluster", { cluster_type: "EOS" }, 400],
    ["a business type on EKS", { business_type: "Normal" }, 400],
    ["no business type on EOS", { cluster_name: "eos-1", cluster_type: "EOS" }, 400],
    ["another project", { project_id: "p-2" }, 403],
    ["a user that is not there", { user_ids: [{ id: "nobody" }] }, 400],
    ["a role that is none", { role: ["Owner"] }, 400],
    ["a name in use", { name: "default" }, 409],
  ])("is refused with %s", async (_, base, status) => {
    const { client } = await startTestBed({ clusters: CLUSTERS });
    expect((await client.refusal("POST", "eks/namespace/", body({ base })))[0]).toBe(status);
    expect(await record(client)).toBeUndefined();
  });

  test("of EOS has a business type, by which it is listed", async () => {
    const { client } = await startTestBed({ clusters: CLUSTERS });
    const base = { cluster_name: "eos-1", cluster_type: "EOS", business_type: "SecurityContainer" };
    await create(client, { base });
    const typed = "eks/namespace/clustertype/PROJECT_ALL/?business_type=";
    expect(await names(client, `${typed}SecurityContainer`)).toEqual(["eos-1/team"]);
    expect(await names(client, `${typed}Normal`)).toEqual(["eks-1/default", "eos-1/default"]);
    expect(await names(client, "eks/namespace/clustertype/EOS/")).toEqual(["eos-1/default", "eos-1/team"]);
    expect((await client.refusal("GET", "eks/namespace/clustertype/SOME/"))[0]).toBe(400);
  });

  test("of another project is in the list of the cloud alone, and is neither changed nor deleted", async () => {
    const { client } = await startTestBed();
    await client.colleague("POST", "namespaces", { cluster: "eks-1", name: "team", projectId: "p-2" });
    expect(await names(client)).toEqual(["eks-1/default"]);
    expect((await client.refusal("GET", "eks/namespace/clustertype/CLOUD_ALL/"))[0]).toBe(403);
    expect((await client.refusal("POST", "eks/namespace/", body()))[0]).toBe(409);
    expect((await client.refusal("PATCH", `${at()}/psp/`, { psp: "Limited" }))[0]).toBe(403);
    expect((await client.refusal("DELETE", `${at()}/`))[0]).toBe(403);
    const { client: administrator } = await startTestBed({ cloudAdmin: true });
    await administrator.colleague("POST", "namespaces", { cluster: "eks-1", name: "team", projectId: "p-2" });
    expect(await names(administrator, "eks/namespace/clustertype/CLOUD_ALL/")).toContain("eks-1/team");
  });

  test("wants a project's administrator", async () => {
    const { client } = await startTestBed({ projectAdmin: false });
    expect((await client.refusal("POST", "eks/namespace/", body()))[0]).toBe(403);
  });
});

describe("the settings of a namespace", () => {
  test("are set one by one; what is so already has no effect", async () => {
    const { client } = await startTestBed();
    await create(client);
    await client.ok("PATCH", `${at()}/psp/?cluster_type=EKS`, { psp: "Unlimited" });
    await client.ok("PATCH", `${at()}/psp/?cluster_type=EKS`, { psp: "Unlimited" });
    expect(await record(client)).toMatchObject({ psp: "Unlimited" });
    const writes = (await client.log()).filter(({ method }) => method === "PATCH").map(({ effect }) => effect);
    expect(writes).toEqual([true, false]);
    expect((await client.refusal("PATCH", `${at()}/psp/?cluster_type=EOS`, { psp: "Limited" }))[0]).toBe(400);
    expect((await client.refusal("PATCH", `${at()}/psp/`, { psp: "Some" }))[0]).toBe(400);
  });

  test.each([
    ["Replace", { pods: 5, cpu: -1 }, ["u-guest"]],
    ["Merge", { pods: 5, cpu: 4 }, ["u-dev", "u-guest"]],
  ] as const)("with --patch %s take away what a change does not name, or keep it", async (patch, quota, users) => {
    const { client } = await startTestBed({ patch });
    await create(client, { base: { user_ids: [{ id: "u-dev" }] }, quota: { pods: 10, cpu: 4 } });
    await client.ok("PATCH", `${at()}/quota/?cluster_type=EKS`, { quota: { pods: 5 } });
    await client.ok("PATCH", `${at()}/user_ids/?cluster_type=EKS`, { user_ids: [{ id: "u-guest" }] });
    expect(await record(client)).toMatchObject({ quota, users });
  });

  test("show limits and what is in use, which a colleague may set", async () => {
    const { client } = await startTestBed();
    await create(client, { quota: { pods: 3 } });
    await client.colleague("PATCH", `namespaces/${encodeURIComponent("eks-1/team")}`, { used: { pods: 2 } });
    const { quota } = (await client.ok("GET", `${at()}/quota/`)) as { quota: Record<string, Record<string, number>> };
    expect([quota["hard"], quota["used"]]).toMatchObject([
      { pods: 3, cpu: -1, ingress: -1 },
      { pods: 2, cpu: 0, ingress: 0 },
    ]);
  });

  test("of users decide who may enter: an empty list opens it to everybody", async () => {
    const { client } = await startTestBed();
    await create(client, { base: { user_ids: [{ id: "u-dev" }] } });
    const enter = () => client.call("GET", `eks/namespace/${PROJECT}/cluster/eks-1/ns/team/`);
    expect((await enter()).status).toBe(403);
    await client.ok("PATCH", `${at()}/user_ids/`, { user_ids: [] });
    expect((await enter()).status).toBe(200);
  });

  test("of users hide it from a user who is none of them and administers nothing", async () => {
    const { client } = await startTestBed({ projectAdmin: false });
    await client.colleague("POST", "namespaces", { cluster: "eks-1", name: "team", users: ["u-dev"] });
    expect(await names(client)).toEqual(["eks-1/default"]);
  });
});

describe("the deletion of a namespace", () => {
  test("takes time, in which it shows as Terminating and its name is in use", async () => {
    const { client, clock } = await startTestBed();
    await create(client);
    await client.ok("DELETE", `${at()}/`);
    expect(await record(client)).toMatchObject({ cloudPhase: "Terminating" });
    expect((await client.refusal("POST", "eks/namespace/", body()))[0]).toBe(409);
    clock.advance(3_000);
    expect(await names(client)).toEqual(["eks-1/default"]);
    expect((await client.refusal("DELETE", `${at()}/`))[0]).toBe(404);
    await create(client);
  });

  test("of several names each with its cluster", async () => {
    const { client, clock } = await startTestBed();
    await create(client);
    const namespaces = [{ name: "team", cluster_name: "eks-1", cluster_type: "EKS" }];
    await client.ok("DELETE", "eks/namespace/", { namespaces });
    clock.advance(3_000);
    expect(await record(client)).toBeUndefined();
  });

  test("by a colleague is done at once, and another one of the name is another", async () => {
    const { client, clock } = await startTestBed();
    await create(client);
    clock.advance(60_000);
    await client.colleague("DELETE", `namespaces/${encodeURIComponent("eks-1/team")}`);
    await client.colleague("POST", "namespaces", { cluster: "eks-1", name: "team" });
    expect(await record(client)).toMatchObject({ createdAt: "2026-01-02T03:05:05.678Z" });
  });
});
