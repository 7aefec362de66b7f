// The clusters facet of ACK against its simulator, in both dialects.
import { describe, expect, test } from "vitest";
import { REGION } from "../../../test/support/clouds/alibaba/bed.ts";
import {
  clusterRequest,
  dedicatedRequest,
  edgeRequest,
  NONCE,
  serverlessRequest,
} from "../../../test/support/clouds/alibaba/requests.ts";
import { made, shown, startFacets, write } from "../../../test/support/clouds/alibaba/facets.ts";
import { never } from "../../../test/support/clouds/alibaba/session.ts";
import type { ClusterRequest } from "../facets/clusters.ts";

const DIALECTS = ["V2026", "Reference"] as const;

describe.each(DIALECTS)("in dialect %s", (dialect) => {
  const isToday = dialect === "V2026";

  test("each of the four kinds is made, told apart, marked, and shown with version and addresses", async () => {
    const bed = await startFacets({ dialect, dedicatedClusters: "Allow" });
    const kinds = [
      ["managed", clusterRequest(), "ManagedKubernetes"],
      ["dedicated", dedicatedRequest(), "Kubernetes"],
      ["edge", edgeRequest(), "ManagedKubernetes/Edge"],
      ["serverless", serverlessRequest(), isToday ? "ManagedKubernetes/Serverless" : "Ask"],
    ] as const;
    for (const [name, request, type] of kinds) {
      const cluster = await made(bed, { ...request, name, nonce: `${name}-1` });
      const hasPublicAddress = name === "edge";
      expect(cluster).toMatchObject({
        name,
        mark: `${name}-1`,
        description: undefined,
        version: expect.stringMatching(/^1\.\d+\.\d+-aliyun/),
        network: { vpcId: "vpc-1", subnetId: "vsw-1" },
        endpoints: { internal: expect.stringMatching(/^https:/) },
      });
      expect(cluster.endpoints?.external !== undefined).toBe(hasPublicAddress);
      // In the reference's dialect Ask is a type without a profile of its own.
      expect(cluster.type?.split("/")[0]).toBe(type.split("/")[0]);
      expect(bed.clusters.bearsMark(cluster, { nonce: `${name}-1`, startedAtMs: 0 }, 0)).toBe(true);
    }
    expect((await bed.clusters.list(never)).items).toHaveLength(4);
  });

  test("clusters of other regions and of other kinds are not listed, and by their id refused", async () => {
    const bed = await startFacets({ dialect });
    const elsewhere = await bed.plant({ name: "elsewhere", regionId: "cn-beijing" });
    const swarm = await bed.plant({ name: "swarm", clusterType: "Swarm", publicAccess: true });
    const own = await bed.plant({ name: "own" });
    expect((await bed.clusters.list(never)).items.map(({ id }) => id)).toEqual([own]);
    await expect(bed.clusters.get(elsewhere, never)).rejects.toMatchObject({
      kind: "Rejected",
      message: `Cluster ${elsewhere} is in region cn-beijing, and the account works in ${REGION}`,
    });
    await expect(bed.clusters.get(swarm, never)).rejects.toMatchObject({
      kind: "Rejected",
      message: expect.stringContaining("is of type Swarm"),
    });
  });

  test.each([
    ["initial", "Creating"],
    ["running", "Available"],
    ["upgrading", "Changing"],
    ["migrating", "Changing"],
    ["failed", "Failed"],
    ["updating_failed", "Failed"],
    ["stopped", "Unavailable"],
    ["inactive", "Unavailable"],
    ["unavailable", "Unavailable"],
    ["disconnected", "Unavailable"],
    ["waiting", "Unavailable"],
    ["deleting", "Deleting"],
    ["delete_failed", "DeleteFailed"],
    ["deleteFailed", "DeleteFailed"],
  ])("a cluster that is %s is %s", async (state, phase) => {
    const bed = await startFacets({ dialect, spelling: state === "upgrading" ? "Older" : "Today" });
    const id = await bed.plant({ state });
    expect(await shown(bed, id)).toMatchObject({ phase, cloudPhase: expect.stringMatching(new RegExp(state, "i")) });
    expect((await bed.clusters.list(never)).items).toMatchObject([{ id, phase }]);
  });

  test("a cluster that was deleted and still shows is absent", async () => {
    const bed = await startFacets({ dialect, deletedClusters: "Linger" });
    const id = await bed.plant();
    await bed.clusters.remove(id, write);
    await expect.poll(() => bed.clusters.look(id, never), { timeout: 10_000, interval: 20 }).toBe("Absent");
    expect((await bed.clusters.list(never)).items).toEqual([]);
  });

  test("answers that show no tags show no mark, and say so; those that show others do not", async () => {
    const hiding = await startFacets({ dialect, hideTags: true });
    expect(await made(hiding, clusterRequest())).toMatchObject({ mark: undefined, hidesMark: true });
    const open = await startFacets({ dialect });
    const untagged = await shown(open, await open.plant({ tags: {} }));
    expect(untagged).toMatchObject({ mark: undefined });
    expect(untagged).not.toHaveProperty("hidesMark");
  });

  test("a create that fails tells the task's words", async () => {
    const bed = await startFacets({ dialect });
    const words = { code: "ErrorVpc", message: "vpc-1 has no address left" };
    await bed.simulator.behindOurBack("POST", "plans", { clusterName: "shop", failAt: "Create", ...words });
    const { id = "", jobId = "" } = await bed.clusters.create(clusterRequest(), write);
    await expect.poll(async () => (await shown(bed, id)).phase, { timeout: 10_000, interval: 20 }).toBe("Failed");
    expect(await bed.jobs.get(jobId, never)).toMatchObject({
      id: jobId,
      type: "cluster_create",
      phase: "Failed",
      reason: "ErrorVpc: vpc-1 has no address left",
    });
    // The reference has no list of tasks.
    expect((await shown(bed, id)).message).toBe(isToday ? "ErrorVpc: vpc-1 has no address left" : "");
  });

  test("versions on offer are whole ones, the newest first, and a cluster is raised to its next one", async () => {
    const bed = await startFacets({ dialect });
    const versions = (await bed.clusters.versions?.({ clusterType: "ManagedKubernetes" }, never)) ?? [];
    expect(versions[0]).toBe(isToday ? "1.34.1-aliyun.1" : "1.14.6-aliyun.1");
    expect(versions).toEqual(versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true })));
    const older = versions.at(-1);
    const { id, nextVersion = "" } = await made(bed, clusterRequest({ version: older }));
    expect(nextVersion).not.toBe("");
    const accepted = await bed.clusters.upgrade?.(id, nextVersion, write);
    expect(accepted?.jobId).toMatch(/^T-/);
    expect(await shown(bed, id)).toMatchObject({ phase: "Changing" });
    await expect
      .poll(() => shown(bed, id), { timeout: 10_000, interval: 20 })
      .toMatchObject({ phase: "Available", version: nextVersion });
    await expect(bed.clusters.upgrade?.(id, "9.9.9", write)).rejects.toMatchObject({ kind: "Rejected" });
  });

  test("a cluster that is being made is deleted later", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant({ state: "initial" });
    await expect(bed.clusters.remove(id, write)).rejects.toMatchObject({ kind: "Busy" });
  });

  test("what the gateway says of keys is no absence", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant();
    await bed.simulator.behindOurBack("PATCH", "keys/test-access-key", { state: "Deleted" });
    await expect(bed.clusters.look(id, never)).rejects.toMatchObject({ kind: "Unauthenticated" });
    await expect(bed.clusters.list(never)).rejects.toMatchObject({ kind: "Unauthenticated" });
    await expect(bed.clusters.remove(id, write)).rejects.toMatchObject({ kind: "Unauthenticated" });
  });

  test.each([400, 429, 503] as const)(
    "too many writes with status %i are Throttled, and nothing was made",
    async (status) => {
      const bed = await startFacets({ dialect, writesPerMinute: 1, throttleStatus: status });
      await bed.clusters.create(clusterRequest(), write);
      await expect(bed.clusters.create(clusterRequest({ name: "second" }), write)).rejects.toMatchObject({
        kind: "Throttled",
      });
      expect((await bed.clusters.list(never)).items).toHaveLength(1);
    },
  );

  test("what hangs on a cluster is told, and what of it a deletion leaves", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant();
    const left = async (options: object): Promise<readonly string[]> => {
      const all = (await bed.clusters.resources?.(id, { clusterType: "ManagedKubernetes", ...options }, never)) ?? [];
      return all.filter(({ isRetained }) => isRetained).map(({ type }) => type);
    };
    expect(await left({})).toEqual(["ALIYUN::SLS::Project"]);
    const slb = { resourceType: "SLB", deleteMode: "retain" };
    expect(await left({ deleteOptions: [slb, { resourceType: "SLS_Data", deleteMode: "delete" }] })).toEqual([
      "ALIYUN::SLB::LoadBalancer",
    ]);
    expect(await left({ retainResources: [`lb-${id.slice(1, 21)}`] })).toContain("ALIYUN::SLB::LoadBalancer");
  });
});

describe("today", () => {
  test("lists tell version, protection and the next version, and no addresses", async () => {
    const bed = await startFacets();
    await bed.plant({ deletionProtection: true, version: "1.32.1-aliyun.1", tags: { "yunfan.dev/nonce": NONCE } });
    const [cluster] = (await bed.clusters.list(never)).items;
    expect(cluster).toMatchObject({
      version: "1.32.1-aliyun.1",
      nextVersion: "1.33.3-aliyun.1",
      deletionProtection: true,
      mark: NONCE,
      endpoints: undefined,
    });
    expect(cluster).not.toHaveProperty("isBrief");
  });

  test("the cloud's own protection is switched on and off, and holds a deletion", async () => {
    const bed = await startFacets();
    const id = await bed.plant();
    await bed.clusters.setDeletionProtection?.(id, true, write);
    expect(await shown(bed, id)).toMatchObject({ deletionProtection: true });
    await expect(bed.clusters.remove(id, write)).rejects.toMatchObject({ kind: "Busy" });
    await bed.clusters.setDeletionProtection?.(id, false, write);
    await bed.clusters.remove(id, write);
    expect(await shown(bed, id)).toMatchObject({ phase: "Deleting" });
  });

  test("a deletion has the options of the spec, and its failure tells why", async () => {
    const bed = await startFacets();
    const id = await bed.plant({ name: "stuck" });
    const words = { code: "DependencyViolation", message: "vsw-1 is in use" };
    await bed.simulator.behindOurBack("POST", "plans", { clusterName: "stuck", failAt: "Delete", ...words });
    const options = {
      clusterType: "ManagedKubernetes",
      deleteOptions: [{ resourceType: "SLB", deleteMode: "retain" }],
      retainResources: ["sg-1"],
    };
    expect(await bed.clusters.remove(id, write, options)).toEqual({ jobId: expect.stringMatching(/^T-/) });
    const { clusters } = (await bed.simulator.state()) as { clusters: unknown[] };
    expect(clusters).toMatchObject([
      { deleteOptions: options.deleteOptions, retainResources: ["sg-1"], retainAllResources: false },
    ]);
    await expect
      .poll(() => shown(bed, id), { timeout: 10_000, interval: 20 })
      .toMatchObject({ phase: "DeleteFailed", message: "DependencyViolation: vsw-1 is in use" });
  });

  test("tasks of a cluster are listed, the newest first", async () => {
    const bed = await startFacets();
    const { id, nextVersion = "" } = await made(bed, clusterRequest({ version: "1.32.1-aliyun.1" }));
    const upgrade = await bed.clusters.upgrade?.(id, nextVersion, write);
    const jobs = (await bed.jobs.list?.(id, never)) ?? [];
    expect(jobs.map(({ type }) => type)).toEqual(["cluster_upgrade", "cluster_create"]);
    expect(jobs[0]?.id).toBe(upgrade?.jobId);
    expect(Math.abs((jobs[0]?.createdAtMs ?? 0) - Date.now())).toBeLessThan(120_000);
  });

  test("quotas are of all clusters and of the kind", async () => {
    const bed = await startFacets({ clusterQuota: 9, managedQuota: 7, serverlessQuota: 3 });
    const quotas = async (request: ClusterRequest): Promise<unknown> =>
      (await bed.clusters.quotas?.(request, never))?.map(({ limit, noun }) => [limit, noun]);
    expect(await quotas(clusterRequest())).toEqual([
      [9, "clusters"],
      [7, "managed clusters"],
    ]);
    expect(await quotas(serverlessRequest())).toEqual([
      [9, "clusters"],
      [3, "serverless clusters"],
    ]);
    expect(await quotas(dedicatedRequest())).toEqual([[9, "clusters"]]);
  });

  test("new dedicated clusters are refused with the cloud's words", async () => {
    const bed = await startFacets();
    await expect(bed.clusters.create(dedicatedRequest(), write)).rejects.toMatchObject({
      kind: "Rejected",
      message: expect.stringContaining("can no longer be created since August 21, 2024"),
    });
  });
});

describe("in the reference's dialect", () => {
  test("a list may tell neither version nor mark, and then says that it is brief", async () => {
    const bed = await startFacets({ dialect: "Reference" });
    const id = await bed.plant({ tags: { "yunfan.dev/nonce": NONCE } });
    expect((await bed.clusters.list(never)).items).toMatchObject([{ id, isBrief: true, version: "", mark: undefined }]);
    expect(await shown(bed, id)).toMatchObject({ version: expect.stringMatching(/^1\./), mark: NONCE });
  });

  test("a list that tells more is believed", async () => {
    const bed = await startFacets({ dialect: "Reference", clusterList: "Full" });
    await bed.plant({ tags: { "yunfan.dev/nonce": NONCE } });
    const [cluster] = (await bed.clusters.list(never)).items;
    expect(cluster).toMatchObject({ mark: NONCE, version: expect.stringMatching(/^1\./) });
    expect(cluster).not.toHaveProperty("isBrief");
  });

  test("what can't be told the cloud is left out or refused", async () => {
    const bed = await startFacets({ dialect: "Reference" });
    expect(bed.clusters).not.toHaveProperty("setDeletionProtection");
    expect(bed.jobs).not.toHaveProperty("list");
    const id = await bed.plant();
    const options = { clusterType: "ManagedKubernetes", retainResources: ["sg-1"] };
    await expect(bed.clusters.remove(id, write, options)).rejects.toMatchObject({ kind: "Rejected" });
    expect(await bed.clusters.remove(id, write)).toEqual({ jobId: undefined });
  });
});
