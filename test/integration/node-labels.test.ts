// Labels and taints of ManagedNodes in their cluster: a simulated CCE whose nodes are Nodes of another real API server, where colleagues
// and the cluster itself change them with kubectl.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import {
  conditionOf,
  createMembersStand,
  nodeManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { isWrite, startTarget, type Target, type TargetRequest } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 20 });

let stand: MembersStand;
let target: Target;
let home: Home;

beforeAll(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "node-labels-"));
  [stand, target] = await Promise.all([
    createMembersStand("node-labels"),
    startTarget({ auditLogPath: path.join(directory, "audit.log") }),
  ]);
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const kubeconfig = await readKubeconfig(target.plane.kubeconfigPath);
  home = await stand.home("labels", { simulator: { kubeconfig } });
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await target.plane.stop();
});

const LONG = { timeout: 60_000 };

async function addressOf(name: string): Promise<string> {
  return String((await stand.read(`managednode/${name}`))?.status["internalIP"]);
}

async function labelsOf(name: string): Promise<Readonly<Record<string, string>>> {
  return (await target.get("node", await addressOf(name)))?.metadata.labels ?? {};
}

async function taintsOf(name: string): Promise<readonly object[]> {
  return ((await target.get("node", await addressOf(name)))?.spec?.["taints"] as object[] | undefined) ?? [];
}

/** What the operator has sent to change this Node, by the API server that it is in. */
async function writesTo(name: string): Promise<readonly TargetRequest[]> {
  const uri = `/api/v1/nodes/${await addressOf(name)}`;
  return (await target.requests()).filter((request) => isWrite(request) && request.uri.startsWith(uri));
}

function saysUpToDate(name: string, reason: string): Promise<unknown> {
  return stand.until(`managednode/${name}`, (resource) => conditionOf(resource, "UpToDate")?.reason === reason);
}

/** Two comparisons more, from the one that is next. */
async function comparedTwice(name: string): Promise<void> {
  await stand.visited(`managednode/${name}`, 2);
}

const taint = { key: "dedicated", value: "database", effect: "NoSchedule" };

describe.concurrent("labels and taints of a ManagedNode", () => {
  it("come back where somebody takes them away, and what others have put there stays", async ({ expect }) => {
    await stand.apply(nodeManifest(home, { labels: { workload: "database" }, taints: [taint] }, { name: "kept" }));
    await stand.reaches("managednode/kept", "Available");
    await saysUpToDate("kept", "InSync");
    expect(await writesTo("kept")).toEqual([]);
    const node = await addressOf("kept");
    await target.kubectl("label", "node", node, "theirs=1");
    await target.kubectl("taint", "node", node, "theirs=x:NoExecute");
    await target.kubectl("label", "node", node, "workload-");
    await target.kubectl("taint", "node", node, "dedicated-");
    await expect.poll(() => labelsOf("kept"), LONG).toMatchObject({ workload: "database", theirs: "1" });
    await expect
      .poll(() => taintsOf("kept"), LONG)
      .toEqual([expect.objectContaining({ key: "theirs", value: "x", effect: "NoExecute" }), taint]);
    expect((await writesTo("kept")).every(({ verb }) => verb === "patch")).toBe(true);
    await saysUpToDate("kept", "InSync");
  });

  it("are the cluster's own where it says by them how the node is: no write of ours follows them", async ({
    expect,
  }) => {
    await stand.apply(nodeManifest(home, { labels: { workload: "web" }, taints: [taint] }, { name: "silent" }));
    await stand.reaches("managednode/silent", "Available");
    await saysUpToDate("silent", "InSync");
    const node = await addressOf("silent");
    for (const change of ["unreachable:NoExecute", "out-of-service=nodeshutdown:NoExecute", "unreachable:NoExecute-"]) {
      await target.kubectl("taint", "node", node, `node.kubernetes.io/${change}`);
      await stand.lookAgain("managednode/silent");
    }
    expect(await writesTo("silent")).toEqual([]);
    const { status } = (await stand.read("managednode/silent"))!;
    await home.cloud.behindOurBack("PATCH", `nodes/${status.externalId}`, { phase: "Abnormal" });
    await stand.lookAgain("managednode/silent");
    await stand.reaches("managednode/silent", "NodeAbnormal");
    await home.cloud.behindOurBack("PATCH", `nodes/${status.externalId}`, { phase: "Active" });
    await stand.lookAgain("managednode/silent");
    await stand.reaches("managednode/silent", "Available");
    await stand.lookAgain("managednode/silent");
    expect(await writesTo("silent")).toEqual([]);
    await stand.edit("managednode/silent", { spec: { labels: { workload: "api" } } });
    await expect.poll(() => labelsOf("silent"), LONG).toMatchObject({ workload: "api" });
    expect(await taintsOf("silent")).toContainEqual(
      expect.objectContaining({ key: "node.kubernetes.io/out-of-service", value: "nodeshutdown" }),
    );
  });

  it("go when they are no longer named, and nothing is erased by that", async ({ expect }) => {
    const labels = { workload: "database", former: "1" };
    await stand.apply(nodeManifest(home, { labels, taints: [taint] }, { name: "renamed" }));
    await stand.reaches("managednode/renamed", "Available");
    await saysUpToDate("renamed", "InSync");
    await target.kubectl("label", "node", await addressOf("renamed"), "theirs=1");
    await stand.edit("managednode/renamed", { spec: { labels: { workload: "web", former: null }, taints: null } });
    await expect.poll(() => labelsOf("renamed"), LONG).toMatchObject({ workload: "web", theirs: "1" });
    expect(await labelsOf("renamed")).not.toHaveProperty("former");
    await expect.poll(() => taintsOf("renamed"), LONG).toEqual([]);
    await saysUpToDate("renamed", "InSync");
    const { status } = (await stand.read("managednode/renamed"))!;
    expect(status["ownLabels"]).toEqual(["workload"]);
    expect(status["ownTaints"]).toBeUndefined();
    const servers = await home.cloud.servers();
    expect(servers.find(({ id }) => id === status["serverId"])).toMatchObject({ imaged: 1 });
  });

  it("are compared and not written where it only observes", async ({ expect }) => {
    await stand.apply(nodeManifest(home, { deletionPolicy: "Orphan" }, { name: "owner" }));
    await stand.reaches("managednode/owner", "Available");
    const { status } = (await stand.read("managednode/owner"))!;
    await stand.kubectl(["delete", "managednode/owner", "--timeout=60s"]);
    const spec = { externalId: status.externalId, managementPolicy: "Observe", labels: { workload: "database" } };
    await stand.apply(nodeManifest(home, spec, { name: "observed" }));
    await saysUpToDate("observed", "Differs");
    await stand.lookAgain("managednode/observed");
    expect(await labelsOf("observed")).not.toHaveProperty("workload");
    expect(await writesTo("observed")).toEqual([]);
  });

  it("go by the cloud's gateway where the cluster's owner has settled on that, in one list for all nodes", async ({
    expect,
  }) => {
    const { id } = (await home.cloud.behindOurBack("POST", "clusters", { name: "gateway" })) as { id: string };
    const accountRef = { name: home.name };
    await stand.apply(clusterManifest("gateway", { accountRef, externalId: id, manifests: { route: "Gateway" } }));
    await stand.reaches("managedcluster/gateway", "Available");
    const names = ["gateway-a", "gateway-b", "gateway-c", "gateway-d"];
    const spec = { clusterRef: { name: "gateway" }, labels: { workload: "database" } };
    await stand.apply(...names.map((name) => nodeManifest(home, spec, { name })));
    await Promise.all(names.map((name) => saysUpToDate(name, "InSync")));
    await target.kubectl("label", "node", await addressOf("gateway-a"), "workload-", "theirs=1");
    await expect.poll(() => labelsOf("gateway-a"), LONG).toMatchObject({ workload: "database", theirs: "1" });
    // Past the gateway nothing comes of it.
    expect(await writesTo("gateway-a")).toEqual([]);
    const listsOf = (end: string): number =>
      home.wire.exchanges.filter(({ method, path: at }) => method === "GET" && at.endsWith(end)).length;
    const lists = (): readonly [number, number] => [listsOf("/api/v1/nodes"), listsOf(`/${id}/nodes`)];
    const [before, cloudBefore] = lists();
    await Promise.all(names.map(comparedTwice));
    const [after, cloudAfter] = lists();
    // However long that took: as often as the cloud's own list, and one that was under way.
    expect(after - before).toBeGreaterThan(0);
    expect(after - before).toBeLessThanOrEqual(cloudAfter - cloudBefore + 1);
    const writes = (): number => home.wire.exchanges.filter(({ method }) => method !== "GET").length;
    const written = writes();
    await home.cloud.setFaults([{ action: "EmptyList", path: "^/api/v1/nodes$", times: 0 }]);
    await target.kubectl("label", "node", await addressOf("gateway-b"), "workload-");
    await stand.lookAgain("managednode/gateway-b");
    await saysUpToDate("gateway-b", "LabelsNotRead");
    await comparedTwice("gateway-b");
    expect(writes()).toBe(written);
    await home.cloud.setFaults([]);
    await expect.poll(() => labelsOf("gateway-b"), LONG).toMatchObject({ workload: "database" });
    await saysUpToDate("gateway-b", "InSync");
  });
});

itStaysClean(() => stand);
