// What the clusters facet writes, against the reference's examples (CCE API Reference 4.1.1, 4.1.4 to 4.1.7).
import { describe, expect, onTestFinished, test } from "vitest";
import { CLUSTER_ID, exampleCluster } from "../../../test/support/clouds/huawei/examples.ts";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { Cluster, ClusterRequest, ClustersFacet } from "../facets/clusters.ts";
import { outcomeIsUnknown } from "../errors.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;
const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";
const CLUSTERS = "/api/v3/projects/p-1/clusters";

interface Scripted extends ScriptedHuawei {
  readonly clusters: Required<ClustersFacet>;
}

async function start(status: number, body: unknown): Promise<Scripted> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(status, body);
  return { ...cloud, clusters: cloud.open().clusters };
}

describe("creating", () => {
  const request: ClusterRequest = {
    name: "mycluster",
    nonce: NONCE,
    version: "v1.15",
    description: "team a",
    network: { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: "172.16.0.0/16", serviceCidr: "10.247.0.0/16" },
    options: {},
    logins: {},
    deletionProtection: false,
  };
  const made = { metadata: { uid: CLUSTER_ID }, status: { phase: "Creating", jobID: "job-1" } };

  test("sends what the reference asks for, with our mark", async () => {
    const { clusters, targets, lastBody } = await start(201, made);
    expect(await clusters.create(request, grantWrite(never))).toEqual({ id: CLUSTER_ID, jobId: "job-1" });
    expect(targets()).toEqual([`POST ${CLUSTERS}`]);
    expect(lastBody()).toEqual({
      kind: "Cluster",
      apiVersion: "v3",
      metadata: { name: "mycluster" },
      spec: {
        type: "VirtualMachine",
        flavor: "cce.s2.small",
        version: "v1.15",
        description: `team a [yunfan:${NONCE}]`,
        hostNetwork: { vpc: "vpc-1", subnet: "subnet-1" },
        containerNetwork: { mode: "overlay_l2", cidr: "172.16.0.0/16" },
        kubernetesSvcIpRange: "10.247.0.0/16",
      },
    });
  });

  test("names the add-ons that are to come with it in the annotation of the reference", async () => {
    const { clusters, lastBody } = await start(201, made);
    const addons = [{ addonTemplateName: "coredns", version: "1.15.3" }, { addonTemplateName: "storage-driver" }];
    await clusters.create({ ...request, options: { addons } }, grantWrite(never));
    const { metadata } = lastBody() as { metadata: { annotations: Record<string, string> } };
    expect(JSON.parse(metadata.annotations["cluster.install.addons/install"] ?? "")).toEqual([
      { addonTemplateName: "coredns", version: "1.15.3" },
      { addonTemplateName: "storage-driver", version: "" },
    ]);
    expect(lastBody()).not.toHaveProperty("spec.addons");
  });

  test("sends the provider's block, and leaves out what the cloud is to choose", async () => {
    const { clusters, lastBody } = await start(201, made);
    const options = {
      flavor: "cce.s1.small",
      type: "ARM64",
      category: "CCE",
      containerNetworkMode: "vpc-router",
      ipv6enable: true,
      authentication: { mode: "authenticating_proxy", authenticatingProxy: { ca: "LS0t" } },
      masters: [{ availabilityZone: "az1" }],
      extendParam: { clusterAZ: "multi_az" },
    };
    const network = { vpcId: "v", subnetId: "s", podCidr: undefined, serviceCidr: undefined };
    await clusters.create({ ...request, version: undefined, network, options }, grantWrite(never));
    const { containerNetworkMode, ...sent } = options;
    expect(lastBody()).toMatchObject({ spec: { ...sent, containerNetwork: { mode: containerNetworkMode } } });
    expect(lastBody()).not.toHaveProperty("spec.version");
    expect(lastBody()).not.toHaveProperty("spec.containerNetworkMode");
    expect(lastBody()).not.toHaveProperty("spec.containerNetwork.cidr");
    expect(lastBody()).not.toHaveProperty("spec.kubernetesSvcIpRange");
  });

  test.each<[string, Partial<ClusterRequest>, string]>([
    ["a name too short", { name: "abc" }, "NameRefused"],
    ["a name too long", { name: "a".repeat(129) }, "NameRefused"],
    ["a name that begins with a digit", { name: "1abc" }, "NameRefused"],
    ["a name that ends with a hyphen", { name: "abcd-" }, "NameRefused"],
    ["a name with a dot", { name: "ab.cd" }, "NameRefused"],
    ["a description without room for the mark", { description: "x".repeat(190) }, "Rejected"],
    ["a block that is not valid", { options: { type: 7 } }, "Rejected"],
    ["a proxy without its CA", { options: { authentication: { mode: "authenticating_proxy" } } }, "Rejected"],
  ])("refuses %s before it costs a write", async (_what, change, kind) => {
    const { clusters, server } = await start(201, made);
    await expect(clusters.create({ ...request, ...change }, grantWrite(never))).rejects.toMatchObject({ kind });
    expect(server.seen).toEqual([]);
  });

  test("without a VPC is impossible, which is known before anything is sent", async () => {
    const { clusters } = await start(201, made);
    expect(clusters.check?.({ ...request, network: { ...request.network, vpcId: undefined } })?.message).toContain(
      "vpcId",
    );
    expect(clusters.check?.(request)).toBeUndefined();
  });

  test("is sent once; what is not understood has an unknown outcome", async () => {
    const { clusters, server } = await start(502, { error_msg: "bad gateway" });
    const failure: unknown = await clusters.create(request, grantWrite(never)).catch((error: unknown) => error);
    expect(outcomeIsUnknown(failure)).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  test("leaves a mark that the attempt knows again", async () => {
    const { clusters } = await start(200, exampleCluster({ description: `team a [yunfan:${NONCE}]` }));
    const cluster = (await clusters.get(CLUSTER_ID, never)) as Cluster;
    expect(clusters.bearsMark(cluster, { nonce: NONCE, startedAtMs: 0 }, 0)).toBe(true);
    expect(clusters.bearsMark(cluster, { nonce: `${NONCE}1`, startedAtMs: 0 }, 0)).toBe(false);
    expect(clusters.bearsMark({ ...cluster, mark: undefined }, { nonce: NONCE, startedAtMs: 0 }, 0)).toBe(false);
  });
});

describe("changing", () => {
  test("the description keeps the mark", async () => {
    const { clusters, targets, lastBody } = await start(200, exampleCluster());
    await clusters.setDescription(CLUSTER_ID, { description: "team b", mark: NONCE }, grantWrite(never));
    expect(targets()).toEqual([`PUT ${CLUSTERS}/${CLUSTER_ID}`]);
    expect(lastBody()).toEqual({ spec: { description: `team b [yunfan:${NONCE}]` } });
    await clusters.setDescription(CLUSTER_ID, { description: "theirs", mark: undefined }, grantWrite(never));
    expect(lastBody()).toEqual({ spec: { description: "theirs" } });
  });

  test("power is asked for without a body, and answered without one", async () => {
    const { clusters, server, targets } = await start(200, undefined);
    await clusters.power.hibernate(CLUSTER_ID, grantWrite(never));
    await clusters.power.wake(CLUSTER_ID, grantWrite(never));
    expect(targets()).toEqual(["hibernate", "awake"].map((verb) => `POST ${CLUSTERS}/${CLUSTER_ID}/operation/${verb}`));
    expect(server.seen.map(({ body, headers }) => [body, headers["content-type"]])).toEqual([
      ["", "application/json"],
      ["", "application/json"],
    ]);
  });

  test("power in a state that does not allow it is for later", async () => {
    const { clusters } = await start(403, { error_code: "CCE.01403006", error_msg: "cluster is creating" });
    await expect(clusters.power.hibernate(CLUSTER_ID, grantWrite(never))).rejects.toMatchObject({
      kind: "Busy",
      codes: ["CCE.01403006"],
    });
  });

  test("deleting tells the job where the cloud does, and what is gone", async () => {
    const { clusters, targets, answer } = await start(200, exampleCluster({}, { jobID: "job-2" }));
    expect(await clusters.remove(CLUSTER_ID, grantWrite(never))).toEqual({ jobId: "job-2" });
    expect(targets()).toEqual([`DELETE ${CLUSTERS}/${CLUSTER_ID}`]);
    answer(200, undefined);
    expect(await clusters.remove(CLUSTER_ID, grantWrite(never))).toEqual({ jobId: undefined });
    answer(404, { errorCode: "CCE.01404001", errorMessage: "Resource not found" });
    await expect(clusters.remove(CLUSTER_ID, grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
  });
});
