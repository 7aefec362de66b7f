// What the nodePools facet writes, against the reference's examples (CCE API Reference 4.1.19, 4.1.22, 4.1.23).
import { describe, expect, onTestFinished, test } from "vitest";
import { exampleNodePool } from "../../../test/support/clouds/huawei/examples.ts";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { NodePoolRequest, CloudPools } from "../facets/nodepools.ts";
import { hostCluster } from "../../../test/support/environment/nodepools.ts";
import { grantWrite } from "../permit.ts";
import { sha512Crypt } from "./password.ts";

const never = new AbortController().signal;
const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";
const POOLS = "/api/v3/projects/p-1/clusters/c-1/nodepools";

interface Scripted extends ScriptedHuawei {
  readonly nodePools: Required<CloudPools>;
}

async function start(status: number, body: unknown): Promise<Scripted> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(status, body);
  return { ...cloud, nodePools: cloud.open().nodePools };
}

describe("creating", () => {
  const request: NodePoolRequest = {
    name: "my-node-pool",
    nonce: NONCE,
    replicas: 0,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 1 },
    labels: { team: "a" },
    taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }],
    instanceType: "s6.large.2",
    zone: "az1.dc1",
    os: "EulerOS 2.5",
    rootVolume: { type: "SAS", sizeGiB: 50 },
    dataVolumes: [{ type: "SSD", sizeGiB: 200 }],
    login: { keyPairName: "myKeypair" },
    existingServers: undefined,
    cluster: hostCluster(),
    options: {},
  };

  test("sends the provider's block where the reference has it", async () => {
    const { nodePools, lastBody } = await start(201, exampleNodePool());
    const eip = { iptype: "5_bgp", bandwidth: { size: 5, sharetype: "PER" as const } };
    const options = {
      serverGroupReference: "group-1",
      faultDomain: "fd-1",
      publicIP: { eip },
      userTags: { team: "a" },
      imageId: "image-1",
      cmkId: "key-1",
      scaleDownCooldownTime: 15,
      priority: 3,
    };
    await nodePools.create("c-1", { ...request, options }, grantWrite(never));
    expect(lastBody()).toMatchObject({
      spec: {
        faultDomain: "fd-1",
        nodeManagement: { serverGroupReference: "group-1" },
        autoscaling: { enable: false, minNodeCount: 0, maxNodeCount: 1, scaleDownCooldownTime: 15, priority: 3 },
        nodeTemplate: {
          publicIP: { count: 1, eip },
          userTags: [{ key: "team", value: "a" }],
          extendParam: { "alpha.cce/NodeImageID": "image-1" },
          rootVolume: { volumetype: "SAS", size: 50 },
          dataVolumes: [{ volumetype: "SSD", size: 200, metadata: { systemencrypted: "1", systemcmkid: "key-1" } }],
        },
      },
    });
  });

  test("sends what the reference asks for, with our mark", async () => {
    const { nodePools, targets, lastBody } = await start(201, exampleNodePool());
    expect(await nodePools.create("c-1", request, grantWrite(never))).toEqual({ id: "np-1" });
    expect(targets()).toEqual([`POST ${POOLS}`]);
    expect(lastBody()).toEqual({
      kind: "NodePool",
      apiVersion: "v3",
      metadata: { name: "my-node-pool" },
      spec: {
        type: "vm",
        initialNodeCount: 0,
        autoscaling: { enable: false, minNodeCount: 0, maxNodeCount: 1 },
        nodeTemplate: {
          flavor: "s6.large.2",
          az: "az1.dc1",
          os: "EulerOS 2.5",
          rootVolume: { volumetype: "SAS", size: 50 },
          dataVolumes: [{ volumetype: "SSD", size: 200 }],
          k8sTags: { team: "a", "yunfan.dev/nonce": NONCE },
          taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }],
          login: { sshKey: "myKeypair" },
        },
      },
    });
  });

  test("sends any zone and the smallest disks where none are named", async () => {
    const { nodePools, lastBody } = await start(201, exampleNodePool());
    const change = { zone: undefined, os: undefined, rootVolume: undefined, dataVolumes: [], login: undefined };
    await nodePools.create("c-1", { ...request, ...change }, grantWrite(never));
    expect(lastBody()).toMatchObject({
      spec: {
        nodeTemplate: {
          az: "random",
          rootVolume: { volumetype: "SATA", size: 40 },
          dataVolumes: [{ volumetype: "SATA", size: 100 }],
        },
      },
    });
    expect(lastBody()).not.toHaveProperty("spec.nodeTemplate.os");
    expect(lastBody()).not.toHaveProperty("spec.nodeTemplate.login");
  });

  test("puts the provider's block where the reference has it, scripts in base64", async () => {
    const { nodePools, lastBody } = await start(201, exampleNodePool());
    const options = {
      preInstall: "echo 前",
      postInstall: "echo after",
      maxPods: 64,
      subnetId: "subnet-2",
      serverGroupReference: "group-1",
    };
    await nodePools.create("c-1", { ...request, options }, grantWrite(never));
    expect(lastBody()).toMatchObject({
      spec: {
        nodeManagement: { serverGroupReference: "group-1" },
        nodeTemplate: {
          nodeNicSpec: { primaryNic: { subnetId: "subnet-2" } },
          extendParam: {
            "alpha.cce/preInstall": Buffer.from("echo 前").toString("base64"),
            "alpha.cce/postInstall": "ZWNobyBhZnRlcg==",
            maxPods: 64,
          },
        },
      },
    });
  });

  test("takes a script of as many characters as admission does, whatever they take in memory", async () => {
    const { nodePools, lastBody } = await start(201, exampleNodePool());
    const preInstall = "👍".repeat(32_768);
    await nodePools.create("c-1", { ...request, options: { preInstall } }, grantWrite(never));
    const sent = { "alpha.cce/preInstall": Buffer.from(preInstall).toString("base64") };
    expect(lastBody()).toMatchObject({ spec: { nodeTemplate: { extendParam: sent } } });
  });

  test("salts a password, and shows neither it nor what it becomes", async () => {
    const { nodePools, server, lastBody } = await start(201, exampleNodePool());
    const login = { password: "Pa55-word!" };
    await nodePools.create("c-1", { ...request, login }, grantWrite(never));
    const sent = lastBody() as {
      spec: { nodeTemplate: { login: { userPassword: { username: string; password: string } } } };
    };
    const { username, password } = sent.spec.nodeTemplate.login.userPassword;
    const text = Buffer.from(password, "base64").toString();
    expect(username).toBe("root");
    expect(text).toBe(sha512Crypt("Pa55-word!", text.split("$")[2]!));
    expect(server.seen[0]?.body).not.toContain("Pa55-word!");
    server.answer = ({ body }, response) => {
      const echoed = /"password":"([^"]+)"/.exec(body)?.[1];
      response.writeHead(400).end(JSON.stringify({ error_code: "X.1", error_msg: `${echoed} Pa55-word!` }));
    };
    await expect(nodePools.create("c-1", { ...request, login }, grantWrite(never))).rejects.toMatchObject({
      message: "CreateNodePool was answered X.1: [redacted] [redacted]",
    });
  });

  test.each(["DefaultPool", "", "1a", "a-", "a".repeat(51), "a.b"])("refuses the name %j", async (name) => {
    const { nodePools, server } = await start(201, exampleNodePool());
    const failed = nodePools.create("c-1", { ...request, name }, grantWrite(never));
    await expect(failed).rejects.toMatchObject({ kind: "NameRefused" });
    expect(server.seen).toEqual([]);
  });

  test("says which quota is used up, and that the cluster is busy", async () => {
    const { nodePools, answer } = await start(400, { error_code: "CCE.01400009", error_msg: "Insufficient CPU quota" });
    await expect(nodePools.create("c-1", request, grantWrite(never))).rejects.toMatchObject({ kind: "QuotaExceeded" });
    answer(400, { error_code: "CCE.01400023", error_msg: "The cluster is scaling" });
    await expect(nodePools.create("c-1", request, grantWrite(never))).rejects.toMatchObject({ kind: "Busy" });
  });
});

describe("changing", () => {
  const change = {
    name: "my-node-pool",
    mark: NONCE,
    changes: [],
    replicas: 0,
    autoscaling: { enabled: true, minReplicas: 0, maxReplicas: 10 },
    labels: { "cce.io/node-label": "test-label" },
    taints: [],
  };

  test("sends all of it, the count also where it is 0", async () => {
    const { nodePools, targets, lastBody } = await start(200, exampleNodePool());
    await nodePools.update("c-1", "np-1", change, grantWrite(never));
    expect(targets()).toEqual([`PUT ${POOLS}/np-1`]);
    expect(lastBody()).toEqual({
      kind: "NodePool",
      apiVersion: "v3",
      metadata: { name: "my-node-pool" },
      spec: {
        initialNodeCount: 0,
        autoscaling: { enable: true, minNodeCount: 0, maxNodeCount: 10 },
        nodeTemplate: { k8sTags: { "cce.io/node-label": "test-label", "yunfan.dev/nonce": NONCE }, taints: [] },
      },
    });
    await nodePools.update("c-1", "np-1", { ...change, mark: undefined }, grantWrite(never));
    expect(lastBody()).toMatchObject({ spec: { nodeTemplate: { k8sTags: change.labels } } });
    expect(lastBody()).not.toHaveProperty(["spec", "nodeTemplate", "k8sTags", "yunfan.dev/nonce"]);
    await nodePools.update("c-1", "np-1", { ...change, taints: undefined }, grantWrite(never));
    expect(lastBody()).not.toHaveProperty(["spec", "nodeTemplate", "taints"]);
  });

  test("carries what only the console sets, also where it is 0 or less", async () => {
    const { nodePools, lastBody } = await start(200, exampleNodePool());
    const autoscaling = { ...change.autoscaling, cooldownMinutes: 0, priority: -1 };
    await nodePools.update("c-1", "np-1", { ...change, autoscaling }, grantWrite(never));
    expect(lastBody()).toMatchObject({ spec: { autoscaling: { scaleDownCooldownTime: 0, priority: -1 } } });
  });

  test("is done where there is nothing to scale", async () => {
    const { nodePools, answer } = await start(400, { errorCode: "CCE_CM.0004", errorMessage: "No scale task needed" });
    await nodePools.update("c-1", "np-1", change, grantWrite(never));
    answer(400, { errorCode: "CCE_CM.0005", errorMessage: "odd" });
    await expect(nodePools.update("c-1", "np-1", change, grantWrite(never))).rejects.toMatchObject({
      kind: "Rejected",
    });
    answer(400, { error_code: "CCE_CM.0004", error_msg: "Taint's parameters is invalid" });
    await expect(nodePools.update("c-1", "np-1", change, grantWrite(never))).rejects.toMatchObject({
      kind: "Rejected",
    });
  });

  test("deleting what is gone says so", async () => {
    const { nodePools, targets, answer } = await start(200, exampleNodePool({}, { phase: "Deleting" }));
    await nodePools.in("c-1").remove("np-1", grantWrite(never));
    expect(targets()).toEqual([`DELETE ${POOLS}/np-1`]);
    answer(404, { error_code: "CCE.01404001", error_msg: "Resource not found" });
    await expect(nodePools.in("c-1").remove("np-1", grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
  });
});
