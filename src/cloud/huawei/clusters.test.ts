// What the clusters facet reads, against the reference's examples (CCE API Reference 4.1.2, 4.1.3, 4.1.24, 4.4.1).
import { describe, expect, onTestFinished, test } from "vitest";
import { CLUSTER_ID, exampleCluster } from "../../../test/support/clouds/huawei/examples.ts";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ClusterPhase, ClustersFacet } from "../facets/clusters.ts";
import type { JobsFacet } from "../facets/jobs.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;
const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";
const CLUSTERS = "/api/v3/projects/p-1/clusters";

interface Scripted extends ScriptedHuawei {
  readonly jobs: JobsFacet;
  readonly clusters: Required<ClustersFacet>;
}

async function start(status: number, body: unknown, headers?: Record<string, string>): Promise<Scripted> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(status, body, headers);
  const { clusters, jobs } = cloud.open();
  return { ...cloud, clusters, jobs };
}

describe("a cluster", () => {
  test("reads as the reference shows it, failed ones unmasked", async () => {
    const { clusters, targets } = await start(200, exampleCluster());
    expect(await clusters.get(CLUSTER_ID, never)).toEqual({
      id: CLUSTER_ID,
      name: "mycluster",
      phase: "Available",
      cloudPhase: "Available",
      message: "",
      version: "v1.15.11-r1",
      description: "this is a demo cluster",
      mark: undefined,
      createdAtMs: Date.UTC(2018, 7, 2, 3, 48, 58, 968),
      network: { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: "172.16.0.0/16", serviceCidr: "10.247.0.0/16" },
      endpoints: { internal: "https://192.168.0.11:5443", external: undefined },
      jobId: undefined,
    });
    expect(targets()).toEqual([`GET ${CLUSTERS}/${CLUSTER_ID}?errorStatus=true`]);
  });

  test.each<[string, ClusterPhase]>([
    ["Available", "Available"],
    ["Unavailable", "Failed"],
    ["Error", "Failed"],
    ["RollbackFailed", "Failed"],
    ["Creating", "Creating"],
    ["Deleting", "Deleting"],
    ["ScalingUp", "Changing"],
    ["ScalingDown", "Changing"],
    ["Upgrading", "Changing"],
    ["Resizing", "Changing"],
    ["RollingBack", "Changing"],
    ["Hibernating", "Hibernating"],
    ["Hibernation", "Hibernated"],
    ["Awaking", "Waking"],
    ["Empty", "Unknown"],
    ["Dreaming", "Unknown"],
  ])("in %s is %s", async (cloudPhase, phase) => {
    const { clusters } = await start(200, exampleCluster({}, { phase: cloudPhase }));
    expect(await clusters.get(CLUSTER_ID, never)).toMatchObject({ phase, cloudPhase });
  });

  test("reads in the other spellings of the reference too", async () => {
    const status = {
      phase: "Unavailable",
      jobid: "job-1",
      reason: "no\nresources",
      message: "sold out.",
      endpoints: { url: "https://1.2.3.4:5443", type: "External" },
    };
    const spec = { hostNetwork: undefined, hostNetwok: { vpc: "v", subnet: "s" }, description: `a [yunfan:${NONCE}]` };
    const { clusters } = await start(200, exampleCluster(spec, status));
    expect(await clusters.get(CLUSTER_ID, never)).toMatchObject({
      network: { vpcId: "v", subnetId: "s" },
      endpoints: { internal: undefined, external: "https://1.2.3.4:5443" },
      jobId: "job-1",
      message: "no resources: sold out",
      description: "a",
      mark: NONCE,
    });
  });

  test("reads where little is told, but not without an id", async () => {
    const bare = { metadata: { uid: CLUSTER_ID, name: "n" }, spec: null, status: { phase: null, endpoints: null } };
    const { clusters, answer } = await start(200, bare);
    expect(await clusters.get(CLUSTER_ID, never)).toMatchObject({
      phase: "Unknown",
      version: "",
      createdAtMs: Number.NaN,
      network: { vpcId: undefined, podCidr: undefined },
    });
    answer(200, { ...bare, metadata: { name: "n" } });
    await expect(clusters.get(CLUSTER_ID, never)).rejects.toMatchObject({ kind: "Unavailable" });
  });

  test("is absent where CCE says so, and not where a gateway does", async () => {
    const { clusters, jobs, answer } = await start(404, {
      error_code: "CCE.01404001",
      error_msg: "Resource not found",
    });
    expect(await clusters.get(CLUSTER_ID, never)).toBe("Absent");
    expect(await jobs.get("job-1", never)).toBe("Absent");
    answer(404, { error_code: "APIGW.0101", error_msg: "The API does not exist" });
    await expect(clusters.get(CLUSTER_ID, never)).rejects.toMatchObject({ kind: "Unavailable" });
  });

  test.each(["", "..", "a/b"])("can't be asked for as %j", async (id) => {
    const { clusters, server } = await start(200, exampleCluster());
    await expect(clusters.remove(id, grantWrite(never))).rejects.toMatchObject({ kind: "Rejected" });
    expect(server.seen).toEqual([]);
  });
});

describe("the list", () => {
  test("has every cluster once, and tells the cloud's clock", async () => {
    const items = [exampleCluster({}, { phase: "Creating" }), exampleCluster()];
    const { clusters, targets } = await start(
      200,
      { kind: "Cluster", items },
      { date: "Thu, 01 Jan 2026 12:00:10 GMT" },
    );
    const list = await clusters.list(never);
    expect(list).toMatchObject({ items: [{ id: CLUSTER_ID, phase: "Available" }], clockSkewMs: 9_300 });
    expect(list.items).toHaveLength(1);
    expect(targets()).toEqual([`GET ${CLUSTERS}`]);
  });

  test("may be empty in Go's way, but not missing", async () => {
    const { clusters, answer } = await start(200, { items: null });
    expect((await clusters.list(never)).items).toEqual([]);
    for (const body of [{}, [], { items: [{}] }]) {
      answer(200, body);
      await expect(clusters.list(never)).rejects.toMatchObject({ kind: "Unavailable" });
    }
  });
});

test("a job reads with its steps, as the reference shows it", async () => {
  const step = (type: string, status: object): object => ({
    kind: "Job",
    metadata: { uid: "s" },
    spec: { type },
    status,
  });
  const { jobs, targets, answer } = await start(200, {
    kind: "Job",
    metadata: { uid: "job-1", creationTimestamp: "2018-08-02 08:12:40.672772389 +0000 UTC" },
    spec: {
      type: "CreateCluster",
      clusterUID: CLUSTER_ID,
      extendParam: { serverID: "s" },
      subJobs: [step("InstallMaster", { phase: "Failed", reason: "no\thost." }), step("CreatePSMCert", {})],
    },
    status: { phase: "Running", reason: "" },
  });
  expect(await jobs.get("job-1", never)).toEqual({
    id: "job-1",
    phase: "Running",
    type: "CreateCluster",
    reason: "",
    steps: [
      { type: "InstallMaster", phase: "Failed", reason: "no host" },
      { type: "CreatePSMCert", phase: "Unknown", reason: "" },
    ],
    servers: [{ serverId: "s", phase: "Running" }],
  });
  expect(targets()).toEqual(["GET /api/v3/projects/p-1/jobs/job-1"]);
  answer(200, {
    metadata: { uid: "job-1" },
    spec: { type: "DeleteCluster", subJobs: null },
    status: { phase: "Success" },
  });
  expect(await jobs.get("job-1", never)).toMatchObject({ phase: "Success", steps: [] });
});

test("the quota of clusters is told, or it is not", async () => {
  const quota = { quotaKey: "cluster", quotaLimit: 20, used: 13, unit: "count" };
  const { clusters, targets, answer } = await start(200, { quotas: [{ ...quota, quotaKey: "node", used: 7 }, quota] });
  const request = { options: {} };
  expect(await clusters.quotas(request, never)).toMatchObject([{ limit: 20, used: 13, noun: "clusters" }]);
  expect(targets()).toEqual(["GET /api/v3/projects/p-1/quotas"]);
  answer(200, { quotas: null });
  expect(await clusters.quotas(request, never)).toEqual([]);
  answer(200, { quotas: [{ ...quota, quotaLimit: -1 }] });
  expect(await clusters.quotas(request, never)).toEqual([]);
});
