// What a colleague may do, and the start from command-line flags.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { AckClient, KEYS, MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { managedBody, todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";
import { alibabaSimulator } from "./index.ts";
import { SWITCH_NAMES, SWITCHES } from "./rules.ts";

describe("a colleague", () => {
  test("creates, changes and deletes clusters, unlogged, with all that is in them", async () => {
    const { client } = await startBed();
    const cluster = await client.colleague("POST", "clusters", {
      name: "adopted",
      regionId: "cn-beijing",
      tags: { a: "b" },
      clusterType: "Kubernetes",
      version: "1.32.1-aliyun.1",
      createdAt: "2020-01-02T03:04:05Z",
    });
    await client.colleague("POST", "nodepools", {
      clusterId: cluster.id,
      name: "pool",
      desiredSize: 2,
      labels: { l: "v" },
    });
    await client.colleague("POST", "plans", { clusterName: "adopted", failAt: "Delete" });
    await client.colleague("PATCH", `clusters/${cluster.id}`, {
      deletionProtection: true,
      tags: { c: "d" },
      version: "1.33.3-aliyun.1",
    });
    expect(await client.state()).toMatchObject({
      clusters: [
        {
          name: "adopted",
          createdAt: "2020-01-02T03:04:05.000Z",
          state: "running",
          clusterType: "Kubernetes",
          profile: "Default",
          regionId: "cn-beijing",
          version: "1.33.3-aliyun.1",
          tags: { c: "d" },
          deletionProtection: true,
          deleteOptions: [],
        },
      ],
      nodepools: [
        { isDefault: true },
        {
          name: "pool",
          clusterId: cluster.id,
          state: "active",
          desiredSize: 2,
          labels: { l: "v" },
          autoScaling: { enable: false },
        },
      ],
      nodes: [
        { role: "Master" },
        { role: "Master" },
        { role: "Master" },
        { role: "Worker", state: "running", nodeStatus: "Ready" },
        {},
      ],
      plans: [{ name: "adopted", failAt: "Delete" }],
      tasks: [],
      attachscripts: [],
    });
    await client.colleague("DELETE", `clusters/${cluster.id}`);
    expect(await client.state()).toMatchObject({ clusters: [], nodepools: [], nodes: [], servers: [] });
    expect(await client.log()).toEqual([]);
  });

  test("puts a cluster into another state, which ends its tasks and may say why", async () => {
    const { client, clock } = await startBed();
    const { cluster_id: id, task_id: task } = await client.ask<Record<string, string>>(
      "POST",
      "/clusters",
      todaysBody("c"),
    );
    await client.colleague("PATCH", `clusters/${id}`, { state: "running" });
    expect(await client.get(`/tasks/${task}`)).toMatchObject({ state: "failed", error: { code: "Canceled" } });
    expect((await client.get(`/clusters/${id}`))["master_url"]).not.toBe("");
    await client.colleague("PATCH", `clusters/${id}`, { state: "unavailable", message: "The balancer is gone." });
    clock.advance(10 * MINUTE);
    expect(await client.stateOf(id ?? "")).toBe("unavailable");
    expect((await client.state())["tasks"]).toMatchObject([
      {},
      { state: "failed", error: { message: "The balancer is gone." } },
    ]);
  });

  test("plants servers and plans, changes them, and takes them back", async () => {
    const { client } = await startBed();
    const { id } = await client.colleague("POST", "servers", { name: "mine", vpc: "vpc-1", chargeType: "PrePaid" });
    expect(await client.shown("servers", "mine")).toMatchObject({
      id: expect.stringMatching(/^i-/),
      vpc: "vpc-1",
      chargeType: "PrePaid",
      clusterId: "",
      bought: false,
      imaged: 0,
    });
    expect(await client.colleague("PATCH", `servers/${id}`, { chargeType: "PostPaid" })).toMatchObject({
      chargeType: "PostPaid",
    });
    await client.colleague("DELETE", `servers/${id}`);
    const plan = await client.colleague("POST", "plans", { nodepoolName: "p", soldOutAbove: 1 });
    await client.colleague("DELETE", `plans/${plan.id}`);
    expect(await client.state()).toMatchObject({ servers: [], plans: [] });
  });

  test.each([
    ["POST", "clusters", { name: "-" }, 400],
    ["POST", "clusters", { name: "taken" }, 400],
    ["POST", "clusters", { name: "fine", colour: "red" }, 400],
    ["POST", "clusters", { name: "fine", version: "1.1" }, 400],
    ["PATCH", "clusters/none", { state: "failed" }, 404],
    ["PATCH", "clusters/none", { state: "happy" }, 400],
    ["DELETE", "clusters/none", undefined, 404],
    ["POST", "nodepools", { clusterId: "none", name: "pool" }, 404],
    ["PATCH", "nodepools/none", { desiredSize: 1 }, 404],
    ["DELETE", "nodepools/none", undefined, 404],
    ["POST", "nodes", { clusterId: "none" }, 404],
    ["PATCH", "nodes/none", { state: "running" }, 404],
    ["DELETE", "nodes/none", undefined, 404],
    ["DELETE", "servers/none", undefined, 404],
    ["POST", "plans", { failAt: "Create" }, 400],
    ["POST", "plans", { clusterName: "c", nodepoolName: "p", failAt: "Create" }, 400],
    ["POST", "plans", { clusterName: "c" }, 400],
    ["POST", "plans", { clusterName: "c", failAt: "Attach" }, 400],
    ["POST", "plans", { nodepoolName: "p", failAt: "Upgrade" }, 400],
    ["POST", "plans", { nodepoolName: "p", failAt: "Create", soldOutAbove: 1 }, 400],
    ["POST", "plans", { serverId: "i", soldOutAbove: 1 }, 400],
    ["PATCH", "quotas/none", { limit: 1 }, 404],
    ["PATCH", "clock/none", { offsetSeconds: 1 }, 404],
    ["POST", "tasks", {}, 404],
    ["POST", "quotas", {}, 405],
  ] as const)("%s %s %j answers %s", async (method, path, body, status) => {
    const { client } = await startBed();
    await client.running("taken");
    const answer = await client.send(`/_simulator/${path}`, body === undefined ? { method } : { method, body });
    expect(answer.status).toBe(status);
  });

  test("may not make a pool where the dialect has none, nor a server twice", async () => {
    const { client } = await startReferenceBed();
    const clusterId = await client.running();
    const pool = { method: "POST", body: { clusterId, name: "p" } };
    expect((await client.send("/_simulator/nodepools", pool)).status).toBe(409);
    const server = { method: "POST", body: { id: "i-1", name: "n" } };
    expect((await client.send("/_simulator/servers", server)).status).toBe(201);
    expect((await client.send("/_simulator/servers", server)).status).toBe(409);
  });
});

describe("the start from flags", () => {
  /** Every flag that has a default, as commander parses it. */
  const defaults = Object.fromEntries(
    alibabaSimulator.flags.flatMap(({ flags, default: value }) => {
      const name = /--([a-z0-9-]+)/
        .exec(flags)?.[1]
        ?.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return value === undefined || name === undefined ? [] : [[name, value]];
    }),
  );

  async function start(parsed: Record<string, unknown>) {
    const running = await alibabaSimulator.start({ ...defaults, ...KEYS, ...parsed });
    const client = new AckClient(running.url, Date, "Acs3");
    onTestFinished(async () => {
      await client.close();
      await running.close();
    });
    return { running, client };
  }

  test("has the defaults of the interface, and says the region", async () => {
    const { running, client } = await start({});
    expect(running.extra).toEqual({ region: "cn-hangzhou" });
    expect(await client.get("/quota")).toMatchObject({
      cluster_quota: 50,
      node_quota: 100,
      cluster_nodepool_quota: 20,
    });
    expect(await client.refusal("GET", "/clusters")).toEqual([404, "InvalidApi.NotFound"]);
    await client.running("same");
    expect(await client.refusal("POST", "/clusters", todaysBody("same"))).toEqual([
      400,
      "ErrorClusterNameAlreadyExist",
    ]);
  });

  test("takes every flag", async () => {
    const folder = await mkdtemp(join(tmpdir(), "alibaba-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const faults = join(folder, "faults.json");
    await writeFile(
      faults,
      JSON.stringify({ faults: [{ method: "GET", path: "^/quota$", action: "Status", status: 500 }] }),
    );
    const { running, client } = await start({
      faults,
      region: "cn-beijing",
      dialect: "Reference",
      signature: "Roa",
      writesPerMinute: "1",
      throttleStatus: "429",
      clusterQuota: "3",
      hideTags: true,
      duplicateNames: "Allow",
      speed: "1000000",
      sizeType: "String",
    });
    expect(running.extra).toEqual({ region: "cn-beijing" });
    client.how = "Roa";
    expect(await client.refusal("GET", "/quota")).toEqual([500, "InternalError"]);
    expect(await client.get("/quota")).toMatchObject({ cluster_quota: 3 });
    const { cluster_id: id } = await client.ask<Record<string, string>>(
      "POST",
      "/clusters",
      managedBody("c", { tags: [{ key: "a", value: "b" }] }),
    );
    expect(await client.refusal("POST", "/clusters", managedBody("c"))).toEqual([429, "Throttling.User"]);
    await expect.poll(() => client.stateOf(id ?? "")).toBe("running");
    const shown = await client.get(`/clusters/${id}`);
    expect([shown["size"], shown["tags"]]).toEqual(["0", undefined]);
  });

  test("has a flag for each switch, with all its choices, and a line in the cloud's document", async () => {
    const document = await readFile("docs/clouds/alibaba.md", "utf8");
    for (const name of SWITCH_NAMES) {
      const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <word>`;
      const { choices } = SWITCHES[name];
      expect(alibabaSimulator.flags.find(({ flags }) => flags === flag)?.choices).toEqual(choices);
      expect(document).toContain(`${flag.replace(" <word>", "")} ${choices.join("\\|")}`);
    }
  });

  test.each([
    ["--throttle-status", { throttleStatus: "500" }],
    ["--cluster-quota", { clusterQuota: "-1" }],
    ["--certificate-days", { certificateDays: "0" }],
    ["--access-key", { accessKey: "" }],
    ["--size-type", { sizeType: "Both" }],
    ["--listen", { listen: "nowhere" }],
  ])("names %s where its value is wrong", async (flag, parsed) => {
    await expect(alibabaSimulator.start({ ...defaults, ...KEYS, ...parsed })).rejects.toThrow(flag);
  });

  test("names the kubeconfig that it cannot read", async () => {
    await expect(alibabaSimulator.start({ ...defaults, ...KEYS, kubeconfig: "/nowhere/kubeconfig" })).rejects.toThrow(
      "/nowhere/kubeconfig",
    );
  });
});
