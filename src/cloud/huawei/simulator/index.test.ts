// What a colleague may do, and the start from command-line flags.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { RunningSimulator } from "../../simulation/definition.ts";
import { huaweiSimulator } from "./index.ts";
import { CceClient, CLUSTERS, KEYS, MINUTE, PROJECT, startTestBed, USER } from "./test-support.ts";

describe("a colleague", () => {
  test("creates, changes and deletes clusters, unlogged, with all that is in them", async () => {
    const { client } = await startTestBed();
    const cluster = await client.colleague("POST", "clusters", {
      name: "adopted",
      description: "theirs",
      version: "v1.13",
      createdAt: "2020-01-02T03:04:05Z",
    });
    await client.colleague("POST", "nodepools", { clusterId: cluster.id, name: "pool", initialNodeCount: 2 });
    await client.colleague("POST", "addons", { clusterId: cluster.id, template: "metrics-server", version: "1.0.1" });
    await client.colleague("PATCH", `clusters/${cluster.id}`, {
      description: "still theirs",
      containerCidr: "10.1.0.0/16",
    });
    expect(await client.state()).toMatchObject({
      clusters: [
        {
          name: "adopted",
          createdAt: "2020-01-02T03:04:05.000Z",
          phase: "Available",
          description: "still theirs",
          version: "v1.13.10-r1",
          spec: { containerNetwork: { cidr: "10.1.0.0/16" } },
        },
      ],
      nodepools: [{ name: "pool", clusterId: cluster.id, phase: "", initialNodeCount: 2 }],
      nodes: [{ phase: "Active" }, { phase: "Active" }],
      addons: [{ name: "coredns", status: "running" }, { name: "storage-driver" }, { name: "metrics-server" }],
      jobs: [],
    });
    await client.colleague("DELETE", `clusters/${cluster.id}`);
    expect(await client.state()).toMatchObject({ clusters: [], nodepools: [], nodes: [], addons: [] });
    expect(await client.log()).toEqual([]);
  });

  test("moves the count of a pool, as the autoscaler within its bounds", async () => {
    const { client, clock } = await startTestBed();
    const clusterId = await client.available();
    const autoscaling = { enable: true, minNodeCount: 1, maxNodeCount: 3 };
    const pool = await client.colleague("POST", "nodepools", {
      clusterId,
      name: "pool",
      initialNodeCount: 1,
      autoscaling,
    });
    const patch = (body: unknown) => client.send(`/_simulator/nodepools/${pool.id}`, { method: "PATCH", body });
    expect((await patch({ autoscaledTo: 3 })).status).toBe(200);
    expect((await client.state())["nodes"]).toHaveLength(3);
    expect((await patch({ autoscaledTo: 4 })).status).toBe(409);
    expect((await patch({ autoscaling: { enable: false } })).status).toBe(200);
    expect((await patch({ autoscaledTo: 2 })).status).toBe(409);
    expect((await patch({ initialNodeCount: 5, k8sTags: { a: "b" } })).json()).toMatchObject({
      initialNodeCount: 5,
      phase: "Synchronizing",
      nodeTemplate: { k8sTags: { a: "b", "cce.cloud.com/cce-nodepool": "pool" } },
    });
    clock.advance(5 * MINUTE);
    expect((await patch({ phase: "Error" })).json()).toMatchObject({ phase: "Error" });
    await client.colleague("DELETE", `nodepools/${pool.id}`);
    expect(await client.state()).toMatchObject({ nodepools: [], nodes: [] });
  });

  test("breaks, adds and deletes nodes: the pool then wants one more or less", async () => {
    const { client } = await startTestBed();
    const clusterId = await client.available();
    const pool = await client.colleague("POST", "nodepools", { clusterId, name: "pool", initialNodeCount: 1 });
    const added = await client.colleague("POST", "nodes", { clusterId, nodepoolId: pool.id });
    await client.colleague("PATCH", `nodes/${added.id}`, { phase: "Abnormal" });
    expect(await client.state()).toMatchObject({
      nodepools: [{ initialNodeCount: 2 }],
      nodes: [{ phase: "Active" }, { phase: "Abnormal" }],
    });
    await client.colleague("DELETE", `nodes/${added.id}`);
    expect(await client.state()).toMatchObject({ nodepools: [{ initialNodeCount: 1 }], nodes: [{ phase: "Active" }] });
  });

  test.each(["Error", "Repairing", "RepairFailed"])(
    "puts nodes into the phase %s of the public cloud",
    async (phase) => {
      const { client } = await startTestBed();
      const clusterId = await client.available();
      const loose = await client.colleague("POST", "nodes", { clusterId, name: "by-hand", phase });
      const pool = await client.colleague("POST", "nodepools", { clusterId, name: "pool", initialNodeCount: 1 });
      const node = (await client.state())["nodes"]?.find(({ nodepoolId }) => nodepoolId === pool.id);
      await client.colleague("PATCH", `nodes/${node?.id}`, { phase });
      const listed = (await client.send(`${CLUSTERS}/${clusterId}/nodes`)).json() as { items: unknown[] };
      expect(listed.items).toMatchObject([
        {
          metadata: {
            name: "by-hand",
            uid: loose.id,
            annotations: { "kubernetes.io/node-pool.id": "az1.dc1#s1.medium#EulerOS 2.2" },
          },
          status: { phase },
        },
        { metadata: { annotations: { "kubernetes.io/node-pool.id": pool.id } }, status: { phase } },
      ]);
    },
  );

  test("breaks and removes add-ons", async () => {
    const { client } = await startTestBed();
    await client.available();
    const [coredns] = (await client.state())["addons"] ?? [];
    await client.colleague("PATCH", `addons/${coredns?.id}`, { status: "abnormal", reason: "pods" });
    expect((await client.state())["addons"]?.[0]).toMatchObject({
      status: "abnormal",
      reason: "pods",
      version: "1.17.1",
    });
    await client.colleague("DELETE", `addons/${coredns?.id}`);
    expect((await client.state())["addons"]).toMatchObject([{ name: "storage-driver" }]);
  });

  test("takes a plan back", async () => {
    const { client } = await startTestBed();
    const plan = await client.colleague("POST", "plans", { clusterName: "cluster", failAt: "InstallMaster" });
    expect(plan).toMatchObject({ name: "cluster", concerns: "Cluster", failAt: "InstallMaster" });
    await client.colleague("DELETE", `plans/${plan.id}`);
    expect((await client.state())["plans"]).toEqual([]);
  });

  test.each([
    ["POST", "clusters", { name: "X" }, 400],
    ["POST", "clusters", { name: "taken" }, 409],
    ["POST", "clusters", { name: "fine", colour: "red" }, 400],
    ["PATCH", "clusters/none", { phase: "Error" }, 404],
    ["PATCH", "clusters/none", { phase: "Happy" }, 400],
    ["DELETE", "clusters/none", undefined, 404],
    ["POST", "nodepools", { clusterId: "none", name: "pool" }, 404],
    ["PATCH", "nodepools/none", { initialNodeCount: 1 }, 404],
    ["POST", "nodes", { clusterId: "none" }, 404],
    ["PATCH", "nodes/none", { phase: "Active" }, 404],
    ["DELETE", "nodes/none", undefined, 404],
    ["POST", "addons", { clusterId: "none", template: "coredns", version: "1.17.1" }, 404],
    ["PATCH", "addons/none", { status: "running" }, 404],
    ["POST", "plans", { failAt: "InstallMaster" }, 400],
    ["POST", "plans", { clusterName: "a", nodepoolName: "b" }, 400],
    ["PATCH", "jobs/none", { failAt: "InstallMaster" }, 404],
    ["POST", "jobs", {}, 405],
    ["PATCH", "quotas/none", { quotaLimit: 1 }, 404],
  ])("is refused %s %s %j with %i", async (method, path, body, status) => {
    const { client } = await startTestBed();
    await client.available("taken");
    expect((await client.send(`/_simulator/${path}`, { method, body })).status).toBe(status);
  });
});

describe("the definition for the command line", () => {
  const defaults = Object.fromEntries(
    huaweiSimulator.flags
      .filter((flag) => flag.default !== undefined)
      .map(({ flags, default: value }) => [camelCase(flags.split(" ")[0] ?? ""), value]),
  );

  function camelCase(flag: string): string {
    return flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  }

  async function file(name: string, content: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "yunfan-huawei-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, name), content);
    return join(folder, name);
  }

  function clientOf(simulator: RunningSimulator): CceClient {
    const client = new CceClient(simulator.url);
    onTestFinished(async () => {
      await client.close();
      await simulator.close();
    });
    return client;
  }

  test("has the fixed flags", () => {
    const wanted = "access-key secret-key username password domain project-id project-name token-ttl writes-per-minute";
    const more =
      "cluster-quota k8s-tags-updatable kubeconfig listen speed faults duplicate-names iam-lock-after addon-values";
    const names = huaweiSimulator.flags.map(({ flags }) => flags.split(" ")[0]?.slice(2));
    expect(names).toEqual(expect.arrayContaining(`${wanted} ${more}`.split(" ")));
  });

  test("starts with the keys alone, on the real clock, and says the project's id", async () => {
    const simulator = await huaweiSimulator.start({ ...defaults, ...KEYS, projectId: PROJECT, speed: "100000" });
    const client = clientOf(simulator);
    expect(simulator.extra).toEqual({ projectId: PROJECT });
    const { metadata } = await client.create("cluster");
    await expect.poll(() => client.phase(metadata.uid)).toBe("Available");
  });

  test("takes faults and switches", async () => {
    const faults = await file("faults.json", '{"faults":[{"action":"Status","status":503}]}');
    const simulator = await huaweiSimulator.start({
      ...defaults,
      ...KEYS,
      projectId: PROJECT,
      faults,
      clusterQuota: "1",
      writesPerMinute: "2",
      errorStyle: "Camel",
      iamLockAfter: "5",
      addonValues: "Filled",
    });
    const client = clientOf(simulator);
    await expect(client.create("cluster")).rejects.toThrow("503");
    await client.create("cluster");
    await expect(client.create("other")).rejects.toThrow("CCE.01400007");
    await expect(client.create("other")).rejects.toThrow("APIGW.0308");
  });

  test("serves the server, the CA and the client certificate of a kubeconfig in every cluster", async () => {
    const kubeconfig = await file(
      "config",
      JSON.stringify({
        "current-context": "here",
        contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } }],
        users: [{ name: "u", user: { "client-certificate-data": "Q0VSVA==", "client-key": "key.pem" } }],
      }),
    );
    await writeFile(kubeconfig.replace(/config$/, "key.pem"), "KEY");
    const client = clientOf(await huaweiSimulator.start({ ...defaults, ...KEYS, projectId: PROJECT, kubeconfig }));
    const id = await client.available();
    expect((await client.read(id)).status).toMatchObject({ endpoints: [{ url: "https://127.0.0.1:6443" }] });
    expect((await client.send(`${CLUSTERS}/${id}/clustercert`)).json()).toMatchObject({
      clusters: [{ cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } }],
      users: [{ user: { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" } }],
    });
  });

  test.each([
    ["--access-key", { accessKey: undefined, secretKey: undefined }],
    ["--secret-key", { secretKey: undefined }],
    ["--password", { username: USER.username }],
    ["--speed", { speed: "fast" }],
    ["--token-ttl", { tokenTtl: "0" }],
    ["--writes-per-minute", { writesPerMinute: "0" }],
    ["--cluster-quota", { clusterQuota: "-1" }],
    ["--k8s-tags-updatable", { k8sTagsUpdatable: "perhaps" }],
    ["--error-style", { errorStyle: "Kebab" }],
    ["--iam-lock-after", { iamLockAfter: "0" }],
    ["--addon-values", { addonValues: "Some" }],
    ["--listen", { listen: "8080" }],
  ])("names the flag %s that is at fault", async (flag, wrong) => {
    await expect(huaweiSimulator.start({ ...defaults, ...KEYS, ...wrong })).rejects.toThrow(flag);
  });

  test.each(["", "{}", '{"current-context":"x","contexts":[],"clusters":[],"users":[]}'])(
    "names a kubeconfig of %j",
    async (content) => {
      const kubeconfig = await file("config", content);
      await expect(huaweiSimulator.start({ ...defaults, ...KEYS, kubeconfig })).rejects.toThrow(kubeconfig);
    },
  );
});
