// Clusters of EasyStack ECNS, which are adopted as ManagedClusters: what is told of them, and what can't be asked of them.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  clusterManifest,
  createEasyStackStand,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

const CLUSTERS = {
  clusters: [
    { name: "eks-1", type: "EKS" },
    { name: "eos-1", type: "EOS" },
  ],
} as const;

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-clusters");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack", CLUSTERS);
});
afterAll(() => stand[Symbol.asyncDispose]());

const ref = (name: string): string => `managedcluster/${name}`;
const conditionOf = (name: string, type: string, reason: string) =>
  stand.until(ref(name), ({ status }) =>
    Boolean(status.conditions?.some((one) => one.type === type && one.reason === reason)),
  );

describe.concurrent("a cluster that is there", () => {
  it("is adopted, with what is told of its nodes and of what is in it, and left at the end (calls 18, 19, 20, 21, 22, 23)", async ({
    expect,
  }) => {
    await stand.apply(clusterManifest("eks-1"));
    await stand.reaches(ref("eks-1"), "Available");
    const { status } = await conditionOf("eks-1", "WorkloadsHealthy", "Healthy");
    expect(status).toMatchObject({
      externalId: "eks-1",
      origin: "Adopted",
      clusterType: "EKS",
      cloudPhase: "Ready",
      endpoint: "https://10.10.1.11:6443",
      easystack: {
        type: "EKS",
        nodes: { total: 3, ready: 3, hybridOrchestration: 1, secureContainer: 1 },
        pods: { running: 0, failed: 0, other: 0 },
        claims: { available: 0, mounted: 0, creating: 0, error: 0 },
        servers: { active: 0, shutoff: 0, error: 0, other: 0 },
        loadBalancers: { active: 0, shutoff: 0, error: 0, other: 0 },
      },
    });
    await conditionOf("eks-1", "KubeconfigReady", "NotSupportedByCloud");
    await cloud.behindOurBack("PATCH", "nodes/eks-1%2Feks-1-node-1", { phase: "NotReady" });
    const ailing = await conditionOf("eks-1", "WorkloadsHealthy", "Failing");
    expect(JSON.stringify(ailing.status.conditions)).toContain("node eks-1-node-1");
    expect(ailing.status["easystack"]).toMatchObject({ nodes: { total: 3, ready: 2 } });
    expect(await stand.ready(ref("eks-1"))).toMatchObject({ status: "True" });
    for (const node of ["hybrid-1", "secure-1"]) {
      await cloud.behindOurBack("PATCH", `nodes/eks-1%2Feks-1-${node}`, { phase: "NotReady" });
    }
    await conditionOf("eks-1", "ClusterAvailable", "ClusterNotAvailable");
    await cloud.behindOurBack("PATCH", "nodes/eks-1%2Feks-1-node-1", { phase: "Ready" });
    await stand.lookAgain(ref("eks-1"));
    await stand.reaches(ref("eks-1"), "Available");
    await stand.remove(ref("eks-1"));
    await stand.gone(ref("eks-1"));
    expect((await cloud.list("clusters")).map(({ name }) => name)).toContain("eks-1");
    expect((await cloud.effects()).filter(({ userAgent }) => userAgent.startsWith("yunfan/"))).toEqual([]);
  });

  it("says what can't be asked of it, and goes on when it is taken back", async ({ expect }) => {
    await stand.apply(clusterManifest("eos-1", { powerState: "Hibernated", deletionPolicy: "Delete" }));
    expect(await stand.reaches(ref("eos-1"), "NotSupportedByCloud")).toMatchObject({
      message: expect.stringContaining("spec.powerState"),
    });
    await stand.edit(ref("eos-1"), { spec: { powerState: "Running" } });
    await stand.reaches(ref("eos-1"), "Available");
    await stand.remove(ref("eos-1"));
    expect(await stand.reaches(ref("eos-1"), "NotSupportedByCloud")).toMatchObject({
      message: expect.stringMatching(/deletes no clusters\. Set spec\.deletionPolicy to Orphan/),
    });
    await stand.edit(ref("eos-1"), { spec: { deletionPolicy: "Orphan" } });
    await stand.gone(ref("eos-1"));
  });

  it("of another project is none", async ({ expect }) => {
    await cloud.behindOurBack("POST", "clusters", { name: "theirs", projectId: "another" });
    await stand.apply(clusterManifest("theirs"));
    expect(await stand.reaches(ref("theirs"), "ExternalResourceMissing")).toMatchObject({ status: "False" });
  });
});

describe.concurrent("a cluster that is not there", () => {
  it("is not made: those that are there are named", async ({ expect }) => {
    await stand.apply(
      clusterManifest("new", { externalId: undefined, network: { vpcId: "net-1", subnetId: "sub-1" } }),
    );
    expect(await stand.reaches(ref("new"), "NotSupportedByCloud")).toMatchObject({
      message: expect.stringMatching(/makes no clusters.*spec\.externalId.*eks-1/),
    });
    await stand.remove(ref("new"));
    await stand.gone(ref("new"));
  });

  it("can't be adopted", async ({ expect }) => {
    await stand.apply(clusterManifest("nowhere"));
    expect(await stand.reaches(ref("nowhere"), "ExternalResourceMissing")).toMatchObject({ status: "False" });
  });
});

describe("a cluster whose nodes a list has lost", () => {
  it("can be worked with again soon after a list that shows them, unasked", async ({ expect }) => {
    await stand.apply(clusterManifest("eks-1"));
    await stand.reaches(ref("eks-1"), "Available");
    // Longer than one visit, which believes no single answer.
    await cloud.setFaults([{ action: "EmptyList", path: "/cluster/nodes/", times: 4 }]);
    await stand.lookAgain(ref("eks-1"));
    const { status } = await conditionOf("eks-1", "ClusterAvailable", "ClusterNotAvailable");
    expect(status["cloudPhase"]).toBe("0 of 0 nodes ready");
    await stand.reaches(ref("eks-1"), "Available");
  });
});

itStaysClean(() => stand);
