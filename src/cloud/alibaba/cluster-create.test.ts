// What a create of each kind says in each dialect, as it goes over the wire (2.1, 2.2, 2.4, 3.4).
import { describe, expect, onTestFinished, test } from "vitest";
import {
  clusterRequest,
  dedicatedRequest,
  edgeRequest,
  NONCE,
  serverlessRequest,
} from "../../../test/support/clouds/alibaba/requests.ts";
import { never, openAt } from "../../../test/support/clouds/alibaba/session.ts";
import { json, startScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import type { ClusterRequest } from "../facets/clusters.ts";
import { grantWrite } from "../permit.ts";
import type { Dialect } from "./config.ts";

const TAGS = [{ key: "yunfan.dev/nonce", value: NONCE }];

/** The body of a create, and what it answered. */
async function sent(dialect: Dialect, request: ClusterRequest): Promise<{ body: unknown; created: unknown }> {
  const server = await startScriptedServer((_request, response) =>
    json(response, 202, { cluster_id: "c1", request_id: "R", task_id: "T-1" }),
  );
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { clusters } = openAt(server.origin, { settings: { providerOptions: { dialect } } });
  const created = await clusters?.create(request, grantWrite(never));
  expect(server.seen).toMatchObject([{ method: "POST", url: "/clusters" }]);
  return { body: JSON.parse(server.seen[0]?.body ?? "") as unknown, created };
}

const common = {
  name: "shop",
  region_id: "cn-hangzhou",
  container_cidr: "172.20.0.0/16",
  service_cidr: "172.21.0.0/20",
  endpoint_public_access: false,
  tags: TAGS,
};

describe("today's body", () => {
  const today = { ...common, vpcid: "vpc-1", snat_entry: false, deletion_protection: false };

  test("of a managed cluster has no nodes and no login", async () => {
    const { body, created } = await sent("V2026", clusterRequest({ version: "1.32.7-aliyun.1" }));
    expect(created).toEqual({ id: "c1", jobId: "T-1" });
    expect(body).toEqual({
      ...today,
      cluster_type: "ManagedKubernetes",
      profile: "Default",
      kubernetes_version: "1.32.7-aliyun.1",
      vswitch_ids: ["vsw-1"],
    });
  });

  test("has all that the block says, and the mark beside the user's tags", async () => {
    const options = {
      clusterType: "ManagedKubernetes",
      clusterSpec: "ack.pro.small",
      vswitchIds: ["vsw-1", "vsw-2"],
      podVswitchIds: ["vsw-3"],
      addons: [{ name: "terway-eniip", config: "{}" }],
      tags: { team: "shop" },
      snatEntry: true,
      endpointPublicAccess: true,
      proxyMode: "ipvs",
      nodeCidrMask: 25,
      securityGroupId: "sg-1",
      resourceGroupId: "rg-1",
      timezone: "Asia/Shanghai",
    };
    const { body } = await sent("V2026", clusterRequest({ options, deletionProtection: true }));
    expect(body).toEqual({
      ...today,
      cluster_type: "ManagedKubernetes",
      profile: "Default",
      cluster_spec: "ack.pro.small",
      vswitch_ids: ["vsw-1", "vsw-2"],
      pod_vswitch_ids: ["vsw-3"],
      addons: [{ name: "terway-eniip", config: "{}" }],
      tags: [{ key: "team", value: "shop" }, ...TAGS],
      snat_entry: true,
      endpoint_public_access: true,
      proxy_mode: "ipvs",
      node_cidr_mask: "25",
      security_group_id: "sg-1",
      resource_group_id: "rg-1",
      timezone: "Asia/Shanghai",
      deletion_protection: true,
    });
  });

  test("of a serverless cluster is a managed one's with that profile", async () => {
    const { body } = await sent("V2026", serverlessRequest());
    expect(body).toEqual({
      ...today,
      cluster_type: "ManagedKubernetes",
      profile: "Serverless",
      snat_entry: true,
      vswitch_ids: ["vsw-1"],
    });
  });

  test("of an edge cluster has its profile and public access", async () => {
    const { body } = await sent("V2026", edgeRequest());
    expect(body).toMatchObject({ cluster_type: "ManagedKubernetes", profile: "Edge", endpoint_public_access: true });
  });

  test("of a dedicated cluster has masters in control_plane_config", async () => {
    const { body } = await sent("V2026", dedicatedRequest());
    expect(body).toEqual({
      ...today,
      cluster_type: "Kubernetes",
      vswitch_ids: ["vsw-1", "vsw-2", "vsw-3"],
      control_plane_config: {
        size: 3,
        instance_types: ["ecs.g7.xlarge"],
        system_disk_category: "cloud_essd",
        system_disk_size: 120,
        key_pair: "common",
      },
    });
  });
});

describe("the reference's body", () => {
  const noWorkers = { num_of_nodes: 0, worker_system_disk_category: "cloud_efficiency", worker_system_disk_size: 120 };

  test("of a managed cluster has a login and no workers", async () => {
    const { body } = await sent("Reference", clusterRequest({ version: "1.12.6-aliyun.1" }));
    expect(body).toEqual({
      ...common,
      ...noWorkers,
      cluster_type: "ManagedKubernetes",
      kubernetes_version: "1.12.6-aliyun.1",
      vpcid: "vpc-1",
      vswitch_ids: ["vsw-1"],
      snat_entry: false,
      login_password: "Pass-word-1",
    });
  });

  test("of an edge cluster says so", async () => {
    const { body } = await sent("Reference", edgeRequest({ logins: { login: { keyPairName: "common" } } }));
    expect(body).toMatchObject({ profile: "Edge", endpoint_public_access: true, key_pair: "common", ...noWorkers });
    expect(body).not.toHaveProperty("login_password");
  });

  test("of a dedicated cluster has a type for each master, in its vswitches", async () => {
    const { body } = await sent("Reference", dedicatedRequest());
    expect(body).toEqual({
      ...common,
      ...noWorkers,
      cluster_type: "Kubernetes",
      vpcid: "vpc-1",
      snat_entry: false,
      master_count: 3,
      master_instance_types: ["ecs.g7.xlarge", "ecs.g7.xlarge", "ecs.g7.xlarge"],
      master_vswitch_ids: ["vsw-1", "vsw-2", "vsw-3"],
      master_system_disk_category: "cloud_efficiency",
      master_system_disk_size: 120,
      worker_instance_types: ["ecs.g7.xlarge"],
      worker_vswitch_ids: ["vsw-1"],
      key_pair: "common",
    });
  });

  test("of a serverless cluster has names of its own and one vswitch", async () => {
    const { body } = await sent("Reference", serverlessRequest());
    expect(body).toMatchObject({ cluster_type: "Ask", vpc_id: "vpc-1", vswitch_id: "vsw-1", nat_gateway: true });
    for (const other of ["vpcid", "vswitch_ids", "snat_entry", "num_of_nodes", "login_password"]) {
      expect(body).not.toHaveProperty(other);
    }
  });
});

describe("what can't be made is told before anything is sent", () => {
  const cases: [string, Dialect, Partial<ClusterRequest>, string, RegExp][] = [
    ["a short version", "Reference", { version: "1.12" }, "Rejected", /spec\.version/],
    ["no login", "Reference", { logins: {} }, "LoginRequired", /spec\.alibaba\.login/],
    [
      "a weak password",
      "Reference",
      { logins: { login: { password: "weak" } } },
      "Rejected",
      /login\.passwordSecretRef/,
    ],
    [
      "no vswitch",
      "V2026",
      { network: { ...clusterRequest().network, subnetId: undefined } },
      "Rejected",
      /vswitchIds/,
    ],
    ["no VPC", "V2026", { network: { ...clusterRequest().network, vpcId: undefined } }, "Rejected", /vpcId/],
    [
      "masters without a login",
      "V2026",
      { options: dedicatedRequest().options },
      "LoginRequired",
      /controlPlaneConfig\.login/,
    ],
    [
      "a size that the reference has not",
      "Reference",
      { options: { clusterType: "ManagedKubernetes", clusterSpec: "ack.pro.small" } },
      "NotSupported",
      /spec\.alibaba\.clusterSpec/,
    ],
    [
      "a profile that the reference has not",
      "Reference",
      { options: { clusterType: "ManagedKubernetes", profile: "Serverless" } },
      "NotSupported",
      /clusterType Ask/,
    ],
    [
      "more vswitches than a serverless cluster has there",
      "Reference",
      { options: { clusterType: "Ask", vswitchIds: ["vsw-1", "vsw-2"] } },
      "NotSupported",
      /vswitchIds.*name one/,
    ],
  ];
  test.each(cases)("%s in dialect %s", async (...[, dialect, change, kind, message]) => {
    const server = await startScriptedServer((_request, response) => json(response, 500, {}));
    onTestFinished(() => server[Symbol.asyncDispose]());
    const { clusters } = openAt(server.origin, { settings: { providerOptions: { dialect } } });
    const request = clusterRequest(change);
    expect(clusters?.check?.(request)).toMatchObject({ kind, message: expect.stringMatching(message) });
    await expect(clusters?.create(request, grantWrite(never))).rejects.toMatchObject({ kind: "Rejected" });
    expect(server.seen).toEqual([]);
  });

  test("a login in no kind that needs none, and what today's dialect ignores", () => {
    const { clusters } = openAt("http://127.0.0.1:1");
    expect(clusters?.check?.(clusterRequest({ logins: {} }))).toBeUndefined();
    expect(clusters?.check?.(serverlessRequest())).toBeUndefined();
  });
});
