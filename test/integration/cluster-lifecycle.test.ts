// A ManagedCluster from kubectl apply to kubectl delete: real API server, real operator, real HTTP to the simulator of CCE.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-life");
  await stand.apply(...huaweiAccountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Declares a cluster and waits until it is there; resolves with its resource. */
async function available(name: string, spec: object = {}): Promise<string> {
  await stand.apply(clusterManifest(name, spec));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return `managedcluster/${name}`;
}

describe.concurrent("a ManagedCluster", () => {
  it("becomes exactly one cluster that bears our mark, which kubectl get and kubectl wait show Ready", async ({
    expect,
  }) => {
    await stand.apply(clusterManifest("first", { description: "Shops", version: "v1.15" }));
    const waited = await stand.kubectl(["wait", "managedcluster/first", "--for=condition=Ready", "--timeout=40s"]);
    expect(waited).toMatchObject({ code: 0 });
    const resource = (await stand.read("managedcluster/first"))!;
    const clusters = await stand.simulator.clusters("first");
    const mark = `[yunfan:${resource.metadata.uid}-1]`;
    expect(clusters).toMatchObject([{ phase: "Available", description: `Shops ${mark}` }]);
    expect(resource.status).toMatchObject({
      externalId: clusters[0]!.id,
      origin: "Created",
      cloudName: "first",
      cloudPhase: "Available",
      version: expect.stringMatching(/^v1\.15\.\d+/),
      endpoint: expect.stringMatching(/^https:\/\/192\.168\./),
      podCidr: expect.stringMatching(/\/\d+$/),
      kubeconfigSecret: "first-kubeconfig",
    });
    expect(resource.status.operation).toBeUndefined();
    const says = Object.fromEntries((resource.status.conditions ?? []).map(({ type, reason }) => [type, reason]));
    expect(says).toEqual({
      Ready: "Available",
      ClusterAvailable: "Available",
      UpToDate: "InSync",
      KubeconfigReady: "Published",
    });
    const { stdout } = await stand.kubectl(["get", "yunfan"]);
    expect(stdout).toMatch(/^managedcluster\.yunfan\.dev\/first +v1\.15\S* +Available +Running .* True +Available /m);
  });

  it("tells how far its create has come, in its status and in events", async ({ expect }) => {
    const cloud = await stand.cloud("slow", { speed: 40 }, clusterManifest("slow", { accountRef: { name: "slow" } }));
    await stand.reaches("managedcluster/slow", "Available");
    const [cluster] = await cloud.clusters("slow");
    const versions = stand.versions("managedcluster/slow");
    const operations = versions.flatMap(({ status }) => status["operation"] ?? []) as {
      id?: string;
      progress?: string;
    }[];
    const told = new Set(operations.flatMap(({ progress }) => progress ?? []));
    expect([...told]).toEqual(expect.arrayContaining(["CreateCluster: 2 of 3 steps done, InstallMaster Running"]));
    expect(told.size).toBeGreaterThan(1);
    expect(new Set(operations.flatMap(({ id }) => id ?? []))).toEqual(new Set([cluster!.jobId]));
    await expect
      .poll(() => stand.events("managedcluster/slow"), { timeout: 20_000 })
      .toEqual(
        expect.arrayContaining([
          ...[...told].map((message) => expect.objectContaining({ type: "Normal", reason: "Progressing", message })),
          expect.objectContaining({ type: "Normal", reason: "Available" }),
        ]),
      );
  });

  it("is neither written to the cloud nor to its status when the same manifest is applied again", async ({
    expect,
  }) => {
    const cloud = await stand.cloud("steady");
    const manifest = clusterManifest("steady", { accountRef: { name: "steady" }, description: "As it is" });
    await stand.apply(manifest);
    await stand.reaches("managedcluster/steady", "Available");
    const before = await stand.read("managedcluster/steady");
    await stand.apply(manifest);
    await stand.visited("managedcluster/steady", 2);
    expect(await stand.read("managedcluster/steady")).toEqual(before);
    expect(await cloud.effects()).toMatchObject([{ method: "POST" }]);
  });

  it("has its description changed and healed in the cloud, with our mark kept", async ({ expect }) => {
    const resource = await available("described", { description: "Before" });
    const mark = `[yunfan:${stand.seen(resource)!.metadata.uid}-1]`;
    await stand.edit(resource, { spec: { description: "After" } });
    await stand.reaches(resource, "Available");
    const [cluster] = await stand.simulator.clusters("described");
    expect(cluster).toMatchObject({ description: `After ${mark}` });

    const descriptions = async (): Promise<string[]> =>
      (await stand.simulator.clusters("described")).map(({ description }) => description);
    await stand.simulator.behindOurBack("PATCH", `clusters/${cluster!.id}`, { description: `Theirs ${mark}` });
    await expect.poll(descriptions, { timeout: 20_000 }).toEqual([`After ${mark}`]);
    await stand.simulator.behindOurBack("PATCH", `clusters/${cluster!.id}`, { description: "Theirs, without a mark" });
    await expect.poll(descriptions, { timeout: 20_000 }).toEqual([`After ${mark}`]);

    await stand.edit(resource, { spec: { description: "" } });
    await expect.poll(descriptions, { timeout: 20_000 }).toEqual([mark]);
    await stand.reaches(resource, "Available");
  });

  it("keeps the description that it has in the cloud where none is declared, and says that our mark is missing", async ({
    expect,
  }) => {
    const resource = await available("undescribed");
    const [cluster] = await stand.simulator.clusters("undescribed");
    await stand.simulator.behindOurBack("PATCH", `clusters/${cluster!.id}`, { description: "Theirs" });
    await stand.lookAgain(resource);
    expect(await stand.simulator.clusters("undescribed")).toMatchObject([{ description: "Theirs" }]);
    expect(stand.seen(resource)!.status.externalId).toBe(cluster!.id);
    const upToDate = () => stand.seen(resource)!.status.conditions?.find(({ type }) => type === "UpToDate");
    expect(upToDate()).toMatchObject({ status: "False", reason: "MarkMissing" });
    await stand.edit(resource, { spec: { description: "Ours" } });
    await stand.until(resource, () => upToDate()?.reason === "InSync");
    const mark = `[yunfan:${stand.seen(resource)!.metadata.uid}-1]`;
    expect(await stand.simulator.clusters("undescribed")).toMatchObject([{ description: `Ours ${mark}` }]);
  });

  it("goes to sleep and wakes up as declared, and says what it still costs", async ({ expect }) => {
    const resource = await available("sleeper");
    await stand.edit(resource, { spec: { powerState: "Hibernated" } });
    const ready = await stand.reaches(resource, "Hibernated");
    expect(ready).toMatchObject({ status: "True", message: expect.stringContaining("stay billed") });
    expect(await stand.simulator.clusters("sleeper")).toMatchObject([{ phase: "Hibernation" }]);
    const idle = stand.seen(resource)!.status.conditions?.find(({ type }) => type === "ClusterAvailable");
    expect(idle).toMatchObject({ status: "False", reason: "Hibernated" });

    await stand.edit(resource, { spec: { powerState: "Running" } });
    await stand.reaches(resource, "Available");
    expect(await stand.simulator.clusters("sleeper")).toMatchObject([{ phase: "Available" }]);
    const reasons = stand
      .versions(resource)
      .map(({ status }) => status.conditions?.find(({ type }) => type === "Ready")?.reason);
    expect(reasons).toEqual(expect.arrayContaining(["Hibernating", "Waking"]));
    const posts = (await stand.simulator.effects()).filter(({ path }) =>
      path.includes(`/${stand.seen(resource)!.status.externalId}/`),
    );
    expect(posts.map(({ path }) => path.split("/").at(-1))).toEqual(["hibernate", "awake"]);
  });

  it("that somebody put to sleep in the cloud is woken up", async ({ expect }) => {
    const resource = await available("woken");
    const [cluster] = await stand.simulator.clusters("woken");
    await stand.simulator.behindOurBack("PATCH", `clusters/${cluster!.id}`, { phase: "Hibernation" });
    const phases = async (): Promise<string[]> => (await stand.simulator.clusters("woken")).map(({ phase }) => phase);
    await expect.poll(phases, { timeout: 20_000 }).toEqual(["Available"]);
    await stand.reaches(resource, "Available");
  });

  it("is gone from both when it is deleted, its kubeconfig too", async ({ expect }) => {
    await available("leaving");
    const deleted = await stand.kubectl(["delete", "managedcluster/leaving", "--timeout=40s"]);
    expect(deleted).toMatchObject({ code: 0 });
    expect(await stand.simulator.clusters("leaving")).toEqual([]);
    const names = await kubectlOk(stand.kubectl, ["get", "secrets", "-o", "name"]);
    expect(names.split("\n")).not.toContain("secret/leaving-kubeconfig");
  });

  it("is gone from both when it is deleted while it is being made", async ({ expect }) => {
    const cloud = await stand.cloud(
      "hasty",
      { speed: 60 },
      clusterManifest("hasty", { accountRef: { name: "hasty" } }),
    );
    await stand.until("managedcluster/hasty", ({ status }) => status.externalId !== undefined);
    expect(await cloud.clusters()).toMatchObject([{ phase: "Creating" }]);
    await stand.remove("managedcluster/hasty");
    await stand.gone("managedcluster/hasty");
    expect(await cloud.clusters()).toEqual([]);
    expect(await cloud.creates()).toHaveLength(1);
  });

  it("is made anew when its name is applied again right after its deletion", async ({ expect }) => {
    const resource = await available("again");
    const first = stand.seen(resource)!.status.externalId;
    await stand.remove(resource);
    await stand.gone(resource);
    await available("again");
    const clusters = await stand.simulator.clusters("again");
    expect(clusters.map(({ id }) => id)).toEqual([stand.seen(resource)!.status.externalId]);
    expect(clusters[0]!.id).not.toBe(first);
  });

  it("says so where the cloud chose another range of pod addresses, and is Ready", async ({ expect }) => {
    await stand.simulator.behindOurBack("POST", "plans", { clusterName: "collides", reselectCidr: true });
    const network = { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: "172.20.0.0/16" };
    const resource = await available("collides", { network });
    const { status } = stand.seen(resource)!;
    expect(status["podCidr"]).not.toBe("172.20.0.0/16");
    const upToDate = status.conditions?.find(({ type }) => type === "UpToDate");
    expect(upToDate).toMatchObject({
      status: "False",
      reason: "PodCidrReselected",
      message: expect.stringContaining(`the cloud chose ${String(status["podCidr"])}`),
    });
  });
});

describe.concurrent("with managementPolicy Observe", () => {
  it("shows a cluster as it is, publishes its kubeconfig, and writes nothing to the cloud", async ({ expect }) => {
    const cloud = await stand.cloud("observed");
    const made = (await cloud.behindOurBack("POST", "clusters", { name: "observed", description: "Theirs" })) as {
      id: string;
    };
    const spec = { managementPolicy: "Observe", accountRef: { name: "observed" }, externalId: made.id };
    await stand.apply(clusterManifest("observed", { ...spec, description: "Ours", powerState: "Hibernated" }));
    await stand.reaches("managedcluster/observed", "Available");
    const upToDate = stand.seen("managedcluster/observed")!.status.conditions?.find(({ type }) => type === "UpToDate");
    expect(upToDate).toMatchObject({
      status: "False",
      reason: "Differs",
      message: expect.stringMatching(/spec\.powerState and spec\.description.*Observe/),
    });
    await stand.remove("managedcluster/observed");
    await stand.gone("managedcluster/observed");
    expect(await cloud.clusters()).toMatchObject([{ id: made.id, phase: "Available", description: "Theirs" }]);
    expect(await cloud.effects()).toEqual([]);
  });
});

itStaysClean(() => stand);
