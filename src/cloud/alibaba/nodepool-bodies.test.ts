// What creates and changes of node pools say, as it goes over the wire.
import * as fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { changeOf, there, write } from "../../../test/support/clouds/alibaba/facets.ts";
import { host, NONCE, poolRequest } from "../../../test/support/clouds/alibaba/requests.ts";
import { openAt } from "../../../test/support/clouds/alibaba/session.ts";
import { json, startScriptedServer, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import type { CloudPools, NodePool } from "../facets/nodepools.ts";
import { changePoolBody } from "./nodepool-bodies.ts";

const SERVERS = { serverIds: ["i-1"], formatDataDisks: false, keepNames: true };

interface Scripted {
  readonly server: ScriptedServer;
  readonly pools: CloudPools;
  readonly lastBody: () => unknown;
}

/** A cloud that shows one pool and takes everything. */
async function scripted(pool: object = {}): Promise<Scripted> {
  const server = await startScriptedServer(({ method }, response) => {
    if (method === "GET") json(response, 200, pool);
    else json(response, 202, { nodepool_id: "np1", task_id: "T-1" });
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const pools = there(openAt(server.origin).nodePools) as CloudPools;
  return { server, pools, lastBody: () => JSON.parse(server.seen.at(-1)?.body ?? "") as unknown };
}

describe("the body of a create", () => {
  test("has the mark as a label and a tag, and buys servers as they are used", async () => {
    const { pools, lastBody, server } = await scripted();
    const cluster = host("c1", { options: { vswitchIds: ["vsw-8", "vsw-9"] } });
    const created = await pools.create("c1", poolRequest({ cluster }), write);
    expect(created).toEqual({ id: "np1", jobId: "T-1" });
    expect(server.seen).toMatchObject([{ method: "POST", url: "/clusters/c1/nodepools" }]);
    expect(lastBody()).toEqual({
      nodepool_info: { name: "workers" },
      scaling_group: {
        desired_size: 2,
        vswitch_ids: ["vsw-8", "vsw-9"],
        instance_types: ["ecs.g7.large"],
        instance_charge_type: "PostPaid",
        spot_strategy: "NoSpot",
        multi_az_policy: "BALANCE",
        tags: [{ key: "yunfan.dev/nonce", value: NONCE }],
        key_pair: "common",
      },
      kubernetes_config: {
        labels: [
          { key: "team", value: "shop" },
          { key: "yunfan.dev/nonce", value: NONCE },
        ],
        taints: [],
      },
    });
  });

  test("has all that the spec says", async () => {
    const { pools, lastBody } = await scripted();
    const options = {
      vswitchIds: ["vsw-7"],
      instanceTypes: ["ecs.c7.large"],
      imageId: "m-1",
      multiAzPolicy: "PRIORITY",
      securityGroupIds: ["sg-1"],
      resourceGroupId: "rg-1",
      ramRoleName: "role",
      tags: { team: "shop" },
      runtime: "containerd",
      runtimeVersion: "1.6.28",
      cpuPolicy: "static",
      userData: "echo 中",
      cmsEnabled: true,
      spotStrategy: "SpotAsPriceGo",
    };
    const taint = { key: "gpu", value: "yes", effect: "NoSchedule" } as const;
    const request = poolRequest({
      options,
      taints: [taint],
      os: "AliyunLinux3",
      rootVolume: { type: "cloud_essd", sizeGiB: 120 },
      dataVolumes: [{ type: "cloud_ssd", sizeGiB: 200 }],
      login: { password: "Pass-word-1" },
      autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 },
    });
    await pools.create("c1", request, write);
    expect(lastBody()).toMatchObject({
      nodepool_info: { name: "workers", resource_group_id: "rg-1" },
      scaling_group: {
        vswitch_ids: ["vsw-7"],
        instance_types: ["ecs.g7.large", "ecs.c7.large"],
        image_id: "m-1",
        image_type: "AliyunLinux3",
        multi_az_policy: "PRIORITY",
        security_group_ids: ["sg-1"],
        ram_role_name: "role",
        spot_strategy: "SpotAsPriceGo",
        system_disk_category: "cloud_essd",
        system_disk_size: 120,
        data_disks: [{ category: "cloud_ssd", size: 200 }],
        login_password: "Pass-word-1",
        tags: [{ key: "team" }, { key: "yunfan.dev/nonce" }],
      },
      kubernetes_config: {
        taints: [taint],
        runtime: "containerd",
        runtime_version: "1.6.28",
        cpu_policy: "static",
        cms_enabled: true,
        user_data: Buffer.from("echo 中").toString("base64"),
      },
      auto_scaling: { enable: true, min_instances: 1, max_instances: 5 },
    });
    expect(lastBody()).not.toHaveProperty("scaling_group.desired_size");
  });

  test("says no count for servers that exist: a substitute would be bought for one that leaves", async () => {
    const { pools, lastBody } = await scripted();
    await pools.create("c1", poolRequest({ existingServers: SERVERS, replicas: 0 }), write);
    expect(lastBody()).not.toHaveProperty("scaling_group.desired_size");
    expect(lastBody()).not.toHaveProperty("auto_scaling");
  });
});

describe("the body of a change", () => {
  const SHOWN = {
    kubernetes_config: { labels: [], taints: [], cpu_policy: "static", cms_enabled: true, user_data: "ZQ==" },
    auto_scaling: { enable: true, min_instances: 1, max_instances: 3, type: "gpu" },
  };
  const pool: NodePool = {
    id: "np1",
    name: "workers",
    phase: "Normal",
    cloudPhase: "active",
    desired: 2,
    current: 2,
    autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 3 },
    labels: { team: "shop" },
    taints: [],
    mark: NONCE,
    instanceType: "ecs.g7.large",
    zone: undefined,
    os: undefined,
  };

  test("of the count has nothing else in it", async () => {
    const { pools, lastBody, server } = await scripted(SHOWN);
    expect(
      await there(pools.update)("c1", "np1", changeOf(pool, { replicas: 5, changes: ["replicas"] }), write),
    ).toEqual({
      jobId: "T-1",
    });
    expect(server.seen).toMatchObject([{ method: "PUT", url: "/clusters/c1/nodepools/np1" }]);
    expect(lastBody()).toEqual({ scaling_group: { desired_size: 5 } });
  });

  test("of labels or taints has both as whole sets with the mark, what the console set beside them, and no autoscaling", async () => {
    const { pools, lastBody } = await scripted(SHOWN);
    await there(pools.update)("c1", "np1", changeOf(pool, { labels: { a: "b" }, changes: ["labels"] }), write);
    expect(lastBody()).toEqual({
      kubernetes_config: {
        labels: [
          { key: "a", value: "b" },
          { key: "yunfan.dev/nonce", value: NONCE },
        ],
        taints: [],
        cpu_policy: "static",
        cms_enabled: true,
        user_data: "ZQ==",
      },
      update_nodes: true,
    });
  });

  test("of the autoscaler is whole, with what the console set", async () => {
    const { pools, lastBody } = await scripted(SHOWN);
    const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 9 };
    await there(pools.update)("c1", "np1", changeOf(pool, { autoscaling, changes: ["autoscaling"] }), write);
    expect(lastBody()).toEqual({ auto_scaling: { enable: true, min_instances: 2, max_instances: 9, type: "gpu" } });
  });

  test("has autoscaling and count only where they are meant, whatever else is", () => {
    const fields = ["replicas", "autoscaling", "labels", "taints"] as const;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...fields)),
        fc.dictionary(fc.string(), fc.string()),
        fc.nat(),
        (changes, labels, replicas) => {
          const body = changePoolBody(changeOf(pool, { changes, labels, replicas }), SHOWN);
          expect("auto_scaling" in body).toBe(changes.includes("autoscaling"));
          expect("scaling_group" in body).toBe(changes.includes("replicas"));
          expect("kubernetes_config" in body).toBe(changes.includes("labels") || changes.includes("taints"));
        },
      ),
    );
  });
});
