// The start from command-line flags, what is there from the start, and what a colleague does to clusters, nodes and namespaces.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { kubectlOk, sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import { easyStackSimulator } from "./index.ts";
import { EcnsClient, PROJECT, startClusterBed, startTestBed, USER } from "./test-support.ts";

describe("a simulator", () => {
  test("has what was agreed on from the start", async () => {
    const { client } = await startTestBed({
      clusters: [
        { name: "eks-1", type: "EKS" },
        { name: "eos-1", type: "EOS" },
      ],
    });
    const state = await client.state();
    expect(Object.keys(state)).toEqual(
      "projects images registry collections clusters namespaces nodes applications servers loadbalancers sessions users offers".split(
        " ",
      ),
    );
    expect(state).toMatchObject({
      projects: [],
      images: [],
      registry: [{ id: "storage", total: 5_150_212_096, free: 4_864_376_832 }],
      clusters: [
        { id: "eks-1", name: "eks-1", type: "EKS", address: "https://10.10.1.11:6443", projectId: PROJECT },
        { id: "eos-1", type: "EOS", address: "https://10.10.2.11:6443" },
      ],
      namespaces: [{ id: "eks-1/default", cluster: "eks-1", name: "default", users: [] }, { id: "eos-1/default" }],
    });
    expect(state["nodes"]?.map(({ name, role }) => `${name as string}: ${role as string}`)).toEqual([
      "eks-1-node-1: Normal",
      "eks-1-hybrid-1: HybridOrchestration",
      "eks-1-secure-1: SecurityContainer",
      "eos-1-node-1: Normal",
      "eos-1-hybrid-1: HybridOrchestration",
      "eos-1-secure-1: SecurityContainer",
    ]);
    expect(state["users"]?.map(({ id }) => id)).toEqual(["u-0123456789abcdef", "u-dev", "u-guest"]);
    expect(state["offers"]?.map(({ id }) => id)).toEqual([
      "Zone/default-az",
      "Flavor/m1.small",
      "Network/net",
      "Subnet/sub",
      "VolumeType/hdd",
      "VolumeType/high-performance",
      "ServerImage/ubuntu",
      "KeyPair/ops",
    ]);
  });

  test("answers what there is in general", async () => {
    const { client } = await startTestBed();
    expect(await client.ok("GET", "eks/organization/")).toEqual({
      domains_selector: [
        {
          domain_name: "Default",
          domain_id: "default",
          projects: [{ project_name: "admin", project_id: PROJECT, clusters: [] }],
        },
      ],
    });
    expect(await client.ok("GET", "eks/projects/")).toEqual({
      projects: [{ project_name: "admin", project_id: PROJECT }],
    });
    const capabilities = (name: string) =>
      client.list(`eks/applications/kernel-capabilities/${name}`, "capabilities") as Promise<unknown> as Promise<
        string[]
      >;
    const [some, all] = [await capabilities("default"), await capabilities("all")];
    expect(all).toEqual(expect.arrayContaining(some));
    expect(all.length).toBeGreaterThan(some.length);
    expect(await client.list("hybrid/container_infra/k8sversions/", "versions")).toContainEqual({
      k8s_version: "v1.16.6-es",
      runtime_version: [{ container_runtime: "docker", available: true }],
    });
  });

  test("shows nodes by role and by cluster, and an overview, without an API server behind", async () => {
    const { client } = await startTestBed();
    const names = async (query: string) =>
      (await client.list(`eks/cluster/${query}`, "nodes_status")).map(({ name }) => name);
    const address = "apiserver_host=https://10.10.1.11:6443";
    expect(await names(`nodes/?${address}`)).toHaveLength(3);
    expect(await names(`nodesrole/?${address}&&node_role=hybrid-orchestration`)).toEqual(["eks-1-hybrid-1"]);
    expect((await client.refusal("GET", "eks/cluster/nodes/?apiserver_host=https://nowhere"))[0]).toBe(404);
    expect((await client.refusal("GET", "eks/cluster/nodesrole/?node_role=king"))[0]).toBe(400);
    await client.colleague("PATCH", `nodes/${encodeURIComponent("eks-1/eks-1-node-1")}`, { phase: "NotReady" });
    expect((await client.list("eks/cluster/nodes/", "nodes_status"))[0]).toMatchObject({ phase: "NotReady" });
    const none = { count: 0, pods: [] };
    expect(await client.ok("GET", "eks/overview/pods_status/")).toEqual({
      running: [none],
      failed: [none],
      other: [none],
    });
    expect(await client.ok("GET", "eks/overview/pvc_status/")).toMatchObject({ mounted: { count: 0, pvcs: [] } });
  });

  test("serves every path with and without the slash at its end, for the products that the reference names", async () => {
    const { client } = await startTestBed();
    const statusOf = async (at: string) => (await client.call("GET", at)).status;
    expect(await statusOf("eks/organization")).toBe(200);
    expect(await statusOf("security/organization/")).toBe(200);
    expect(await statusOf("image/organization/")).toBe(404);
    expect(await statusOf("eks/images/loginfo/")).toBe(404);
    expect(await statusOf("image/images/loginfo")).toBe(200);
  });
});

describe("a colleague", () => {
  test("adds clusters, ours and others', and takes them away with all that is in them", async () => {
    const { client } = await startTestBed();
    await client.colleague("POST", "clusters", { name: "second", type: "EHOS" });
    await client.colleague("POST", "clusters", { name: "theirs", projectId: "p-2" });
    const [project] = (await client.ok("GET", "eks/namespace/")) as unknown as {
      clusters: { cluster_name: string }[];
    }[];
    expect(project?.clusters.map((one) => one.cluster_name)).toEqual(["eks-1", "second"]);
    expect((await client.refusal("GET", "eks/cluster/nodes/?apiserver_host=https://10.10.3.11:6443"))[0]).toBe(403);
    await client.colleague("DELETE", "clusters/second");
    const { namespaces, nodes } = await client.state();
    expect(namespaces?.map(({ id }) => id)).toEqual(["eks-1/default", "theirs/default"]);
    expect(nodes?.map(({ cluster }) => cluster)).not.toContain("second");
  });

  test("makes namespaces on the API server behind, too, and has them gone there", async () => {
    const { kubectl, kubeconfigPath } = sharedControlPlane();
    const { client, cluster } = await startClusterBed(kubeconfigPath);
    await client.colleague("POST", "namespaces", { cluster, name: "team" });
    await kubectlOk(kubectl, ["get", "namespace", `${cluster}--team`]);
    await kubectlOk(kubectl, ["create", "configmap", "app", "-n", `${cluster}--team`]);
    await client.colleague("DELETE", `namespaces/${encodeURIComponent(`${cluster}/team`)}`);
    expect((await kubectl(["get", "namespace", `${cluster}--team`])).code).not.toBe(0);
    await client.colleague("POST", "namespaces", { cluster, name: "team" });
    await client.enter(cluster, "team");
    expect(await client.list("eks/kubernetes/configmaps/", "configmaps")).toEqual([]);
  });

  test.each([
    ["clusters", { name: "a--b" }, 400],
    ["clusters", { name: "eks-1" }, 409],
    ["namespaces", { cluster: "none", name: "x" }, 404],
    ["namespaces", { cluster: "eks-1", name: "default" }, 409],
    ["projects", { name: "x!" }, 400],
    ["images", { repository: "none/web" }, 404],
    ["offers", { kind: "Cloud", name: "x" }, 400],
    ["sessions", {}, 405],
  ])("is refused a place in %s for %j", async (collection, body, status) => {
    const { client } = await startTestBed();
    expect((await client.send(`/_simulator/${collection}`, { method: "POST", body })).status).toBe(status);
  });
});

const FLAGS = { ...USER, listen: "127.0.0.1:0", speed: "1", duplicateNames: "Refuse" };

async function start(more: Record<string, unknown>) {
  const simulator = await easyStackSimulator.start({ ...FLAGS, ...more });
  const client = new EcnsClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  return { simulator, client };
}

describe("the flags", () => {
  test("are those that were agreed on, each with a description", () => {
    const wanted =
      "username password user-id domain project-name project-id token-ttl clusters kubeconfig run-pods writes-per-minute " +
      "sessions session-ttl deletes pages times project-admin octavia lb-licenses yaml-body patch listen speed faults duplicate-names";
    const named = easyStackSimulator.flags.map(({ flags }) => /^--([a-z-]+)/.exec(flags)?.[1]);
    expect(named).toEqual(expect.arrayContaining(wanted.split(" ")));
    expect(new Set(named).size).toBe(named.length);
  });

  test("start it, and the ready line says what a client has to know", async () => {
    const { simulator, client } = await start({
      clusters: "a:EOS,b",
      projectId: "p-1",
      userId: "u-1",
      domain: "Finance",
      projectName: "books",
      octavia: "false",
      sessionTtl: "5",
    });
    expect(simulator.extra).toEqual({ projectId: "p-1", userId: "u-1", registry: "registry.ecns.example" });
    await client.signIn({ domain: { name: "Finance" }, scope: { project: { id: "p-1" } } });
    expect((await client.state())["clusters"]).toMatchObject([
      { name: "a", type: "EOS" },
      { name: "b", type: "EKS" },
    ]);
    expect(await client.ok("GET", "eks/ecns/kubernetes/lb/type/")).toEqual({ octavia: { is_installed: false } });
    const { headers } = await client.call("GET", "eks/cluster/nodes/");
    expect(headers["set-cookie"]).toContain("Max-Age=5;");
  });

  test("name a plan of faults to start with", async () => {
    const directory = await mkdtemp(path.join(tmpdir(), "easystack-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const faults = path.join(directory, "faults.json");
    await writeFile(faults, JSON.stringify({ faults: [{ method: "GET", action: "Status", status: 502 }] }));
    const { client } = await start({ faults });
    await client.signIn();
    expect(await client.refusal("GET", "eks/organization/")).toEqual([502, expect.any(String)]);
  });

  test.each([
    ["--username", { username: "" }],
    ["--clusters", { clusters: "Up:EKS" }],
    ["--clusters", { clusters: "a:AKS" }],
    ["--sessions", { sessions: "Ip" }],
    ["--octavia", { octavia: "maybe" }],
    ["--token-ttl", { tokenTtl: "0" }],
    ["/nowhere/config", { kubeconfig: "/nowhere/config" }],
  ])("name %s where it is wrong", async (name, wrong) => {
    await expect(easyStackSimulator.start({ ...FLAGS, ...wrong })).rejects.toThrow(name);
  });
});
