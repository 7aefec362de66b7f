// The nodes facet of ACK against its simulator: listed, accepted, removed, and in the reference's dialect bought (2.3, 2.6, 2.11).
import { describe, expect, test } from "vitest";
import {
  madePool,
  nodesIn,
  poolsOf,
  shownPool,
  SOON,
  startFacets,
  there,
  write,
  type Bed,
} from "../../../test/support/clouds/alibaba/facets.ts";
import { host, NONCE, poolRequest, scaleOutRequest } from "../../../test/support/clouds/alibaba/requests.ts";
import { never } from "../../../test/support/clouds/alibaba/session.ts";
import type { Job } from "../facets/jobs.ts";
import type { AcceptRequest } from "../facets/nodes.ts";

function acceptRequest(clusterId: string, change: Partial<AcceptRequest> = {}): AcceptRequest {
  return {
    nonce: NONCE,
    poolId: undefined,
    cluster: host(clusterId),
    login: { keyPairName: "common" },
    labels: { team: "shop" },
    os: undefined,
    serverIds: ["i-1"],
    formatDataDisks: false,
    keepNames: true,
    options: {},
    ...change,
  };
}

async function plantServers(bed: Bed, ...servers: object[]): Promise<void> {
  for (const [index, server] of servers.entries()) {
    await bed.simulator.behindOurBack("POST", "servers", { id: `i-${index + 1}`, name: "old", ...server });
  }
}

/** A pool of servers that exist, at rest, without any. */
async function emptyPool(bed: Bed, clusterId: string): Promise<string> {
  const existingServers = { serverIds: ["i-1"], formatDataDisks: false, keepNames: true };
  return (await madePool(bed, clusterId, poolRequest({ existingServers }))).id;
}

async function active(bed: Bed, clusterId: string): Promise<readonly (string | undefined)[]> {
  return (await nodesIn(bed, clusterId)).filter(({ phase }) => phase === "Active").map(({ serverId }) => serverId);
}

describe.each(["V2026", "Reference"] as const)("in dialect %s", (dialect) => {
  test("nodes are listed over pages, masters among them, each with its origin", async () => {
    const bed = await startFacets({ dialect, maxPageSize: 2 });
    const id = await bed.plant({ clusterType: "Kubernetes" });
    await bed.simulator.behindOurBack("POST", "nodes", { clusterId: id });
    await bed.simulator.behindOurBack("POST", "nodes", { clusterId: id, source: "script" });
    const nodes = await nodesIn(bed, id);
    expect(nodes.map(({ role }) => role)).toEqual(["Master", "Master", "Master", "Worker", "Worker"]);
    expect(nodes.slice(3)).toMatchObject([
      { origin: "Bought", phase: "Active", cloudPhase: "Ready", isPrepaid: false, mark: undefined },
      { origin: "Joined", phase: "Active" },
    ]);
    expect(nodes[3]).toMatchObject({ id: nodes[3]?.serverId, name: expect.stringContaining("cn-hangzhou.") });
    const record = String((await bed.records("nodes"))[3]?.["id"]);
    await bed.simulator.behindOurBack("PATCH", `nodes/${record}`, { nodeStatus: "NotReady" });
    expect((await nodesIn(bed, id))[3]).toMatchObject({ phase: "Abnormal", cloudPhase: "NotReady" });
  });

  test("each of the servers that are to be accepted is judged by itself, and imaged once", async () => {
    const bed = await startFacets({ dialect, attachPassword: "Required" });
    const id = await bed.plant();
    await plantServers(bed, {}, { vpc: "vpc-of-somebody" }, { chargeType: "PrePaid" });
    const poolId = dialect === "V2026" ? await emptyPool(bed, id) : undefined;
    const request = acceptRequest(id, { poolId, serverIds: ["i-1", "i-2", "i-3", "i-9"] });
    const { refused, jobId } = await there(bed.nodes.accept)(id, request, write);
    expect(refused).toEqual([
      { serverId: "i-2", why: expect.stringContaining("is not in the VPC") },
      { serverId: "i-9", why: expect.stringContaining("does not exist") },
    ]);
    expect(jobId).toMatch(/^T-/);
    await expect.poll(() => active(bed, id), SOON).toEqual(["i-1", "i-3"]);
    expect(await nodesIn(bed, id)).toMatchObject([
      { origin: "Accepted", isPrepaid: false, poolId },
      { origin: "Accepted", isPrepaid: true, poolId },
    ]);
    expect((await bed.records("servers")).map(({ id: server, imaged }) => [server, imaged])).toEqual([
      ["i-1", 1],
      ["i-2", 0],
      ["i-3", 1],
    ]);
    const job = await bed.jobs.get(there(jobId), never);
    expect(job).toMatchObject({
      servers: [
        { serverId: "i-1", phase: "Success" },
        { serverId: "i-2", phase: "Failed" },
        { serverId: "i-3", phase: "Success" },
        { serverId: "i-9", phase: "Failed" },
      ],
    });
  });

  test("a server that existed is removed and not released, one that was bought is", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant();
    await plantServers(bed, {});
    const poolId = dialect === "V2026" ? await emptyPool(bed, id) : undefined;
    await there(bed.nodes.accept)(id, acceptRequest(id, { poolId }), write);
    await expect.poll(() => active(bed, id), SOON).toEqual(["i-1"]);
    const [node] = await nodesIn(bed, id);
    const remove = there(bed.nodes.remove);
    await expect
      .poll(
        () =>
          remove(id, { poolId, nodes: [there(node)], release: false }, write).then(
            () => "Sent",
            () => "Busy",
          ),
        SOON,
      )
      .toBe("Sent");
    await expect.poll(() => nodesIn(bed, id), SOON).toEqual([]);
    expect(await bed.records("servers")).toMatchObject([{ id: "i-1", clusterId: "" }]);
  });

  test("the removal of a node that is not there, and in a cluster that is not there, is NotFound", async () => {
    const bed = await startFacets({ dialect });
    const id = await bed.plant();
    const removal = { poolId: undefined, nodes: [{ id: "i-9", name: "gone" }], release: true };
    const remove = there(bed.nodes.remove);
    await expect(remove(id, removal, write)).rejects.toMatchObject({ kind: "NotFound" });
    await expect(remove(`c${"0".repeat(32)}`, removal, write)).rejects.toMatchObject({ kind: "NotFound" });
  });
});

describe("today", () => {
  test("removing nodes of a pool lowers its count, so that no substitute is bought", async () => {
    const bed = await startFacets();
    const id = await bed.plant();
    const pool = await madePool(bed, id, poolRequest({ replicas: 3 }));
    const [first, second] = await nodesIn(bed, id);
    const removal = { poolId: pool.id, nodes: [there(first), there(second)], release: true };
    const { jobId } = await there(bed.nodes.remove)(id, removal, write);
    expect(jobId).toMatch(/^T-/);
    await expect.poll(() => bed.records("servers"), SOON).toHaveLength(1);
    await expect
      .poll(() => shownPool(bed, id, pool.id), SOON)
      .toMatchObject({ desired: 1, current: 1, phase: "Normal" });
  });

  test("an attach that tells its task alone has refused nobody yet", async () => {
    const bed = await startFacets({ attachAnswer: "Task" });
    const id = await bed.plant();
    await plantServers(bed, {});
    const poolId = await emptyPool(bed, id);
    expect(await there(bed.nodes.accept)(id, acceptRequest(id, { poolId }), write)).toEqual({
      jobId: expect.stringMatching(/^T-/),
      refused: [],
    });
  });

  test("nothing is scaled out beside the pools", async () => {
    const bed = await startFacets();
    expect(bed.nodes).not.toHaveProperty("scaleOut");
    expect(poolsOf(bed).membership).toBe("Cloud");
  });
});

describe("in the reference's dialect", () => {
  test("a scale-out over several vswitches is told by its task, and its nodes bear the mark and the labels", async () => {
    const bed = await startFacets({ dialect: "Reference" });
    const id = await bed.plant();
    const request = scaleOutRequest({
      cluster: host(id),
      options: { vswitchIds: ["vsw-1", "vsw-2"], instanceTypes: ["ecs.c7.large"] },
      rootVolume: { type: "cloud_ssd", sizeGiB: 120 },
    });
    const { jobId = "" } = await there(bed.nodes.scaleOut)(id, request, write);
    await expect.poll(() => active(bed, id), SOON).toHaveLength(2);
    const nodes = await nodesIn(bed, id);
    const job = await bed.jobs.get(jobId, never);
    expect(job).toMatchObject({ phase: "Success", mark: NONCE, type: "cluster_scaleout" });
    expect(nodes).toMatchObject(
      (job as Required<Job>).servers.map(({ serverId }) => ({
        serverId,
        mark: NONCE,
        origin: "Bought",
      })),
    );
    expect(await bed.records("nodes")).toMatchObject([
      { vswitchId: "vsw-1", labels: { team: "shop" } },
      { vswitchId: "vsw-2", labels: { team: "shop" } },
    ]);
  });

  test("a scale-out that fails half-way says so, and which servers it made", async () => {
    const bed = await startFacets({ dialect: "Reference" });
    const id = await bed.plant({ name: "short" });
    const plan = { clusterName: "short", failAt: "ScaleOut", joined: 2, code: "OutOfStock", message: "no more" };
    await bed.simulator.behindOurBack("POST", "plans", plan);
    const { jobId = "" } = await there(bed.nodes.scaleOut)(id, scaleOutRequest({ cluster: host(id), count: 5 }), write);
    await expect
      .poll(() => bed.jobs.get(jobId, never), SOON)
      .toMatchObject({ phase: "Failed", cause: "SoldOut", reason: "OutOfStock: no more" });
    const job = (await bed.jobs.get(jobId, never)) as Required<Job>;
    expect(job.servers).toHaveLength(2);
  });

  test("a cluster that is at work takes no scale-out, no attach and no removal: that is for later", async () => {
    const bed = await startFacets({ dialect: "Reference", speed: 10 });
    const id = await bed.plant();
    await plantServers(bed, {});
    const scaleOut = there(bed.nodes.scaleOut);
    await scaleOut(id, scaleOutRequest({ cluster: host(id) }), write);
    const busy = { kind: "Busy" };
    await expect(scaleOut(id, scaleOutRequest({ cluster: host(id) }), write)).rejects.toMatchObject(busy);
    await expect(there(bed.nodes.accept)(id, acceptRequest(id), write)).rejects.toMatchObject(busy);
  });

  test.each(["Ids", "Names", "Both"] as const)(
    "nodes are removed by what the cloud takes for their names (%s)",
    async (nodeNames) => {
      const bed = await startFacets({ dialect: "Reference", nodeNames });
      const id = await bed.plant();
      await bed.simulator.behindOurBack("POST", "nodes", { clusterId: id });
      const [node] = await nodesIn(bed, id);
      const removal = { poolId: undefined, nodes: [there(node)], release: true };
      expect(await there(bed.nodes.remove)(id, removal, write)).toEqual({ jobId: undefined });
      await expect.poll(() => bed.records("servers"), SOON).toEqual([]);
    },
  );
});
