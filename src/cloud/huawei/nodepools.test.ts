// What the nodePools facet reads, against the reference's examples (CCE API Reference 4.1.11, 4.1.20, 4.1.21).
import { describe, expect, onTestFinished, test } from "vitest";
import { exampleNodePool } from "../../../test/support/clouds/huawei/examples.ts";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { CloudPools, NodePool, NodePoolPhase } from "../facets/nodepools.ts";
import type { NodePhase, NodesFacet } from "../facets/nodes.ts";

const never = new AbortController().signal;
const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";
const POOLS = "/api/v3/projects/p-1/clusters/c-1/nodepools";
const AUTOSCALING = { enable: true, minNodeCount: 1, maxNodeCount: 5, scaleDownCooldownTime: 15, priority: -1 };

interface Scripted extends ScriptedHuawei {
  readonly nodePools: Required<CloudPools>;
  readonly nodes: NodesFacet;
  readonly get: (id?: string) => Promise<NodePool | "Absent">;
}

async function start(status: number, body: unknown): Promise<Scripted> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(status, body);
  const { nodePools, nodes } = cloud.open();
  return { ...cloud, nodePools, nodes, get: (id = "np-1") => nodePools.in("c-1").get(id, never) };
}

describe("a node pool", () => {
  test("reads as the reference shows it", async () => {
    const { get, targets } = await start(200, exampleNodePool());
    expect(await get()).toEqual({
      id: "np-1",
      name: "my-node-pool",
      phase: "Normal",
      cloudPhase: "",
      desired: 0,
      current: undefined,
      autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 1 },
      labels: {},
      taints: undefined,
      mark: undefined,
      instanceType: "s6.large.2",
      zone: "az1.dc1",
      os: "EulerOS 2.5",
    });
    expect(targets()).toEqual([`GET ${POOLS}/np-1`]);
  });

  test("has the labels that the user gave it, and our mark", async () => {
    const spec = { initialNodeCount: 3, autoscaling: AUTOSCALING };
    const tags = { "yunfan.dev/nonce": NONCE, team: "a", "cce.cloud.com/other": "x" };
    const { get, nodePools } = await start(200, exampleNodePool(spec, { phase: "", currentNode: 2 }, tags));
    const pool = await get();
    expect(pool).toMatchObject({
      labels: { team: "a" },
      mark: NONCE,
      desired: 3,
      current: 2,
      autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5, cooldownMinutes: 15, priority: -1 },
    });
    expect(pool).not.toHaveProperty("labels.cce.cloud.com/other");
    expect(nodePools.in("c-1").bearsMark(pool as NodePool, { nonce: NONCE, startedAtMs: 0 }, 0)).toBe(true);
    expect(nodePools.in("c-1").bearsMark(pool as NodePool, { nonce: "other-1", startedAtMs: 0 }, 0)).toBe(false);
  });

  test.each<[string | undefined, NodePoolPhase]>([
    ["", "Normal"],
    [undefined, "Normal"],
    ["Synchronizing", "Synchronizing"],
    ["Synchronized", "Synchronizing"],
    ["SoldOut", "SoldOut"],
    ["Error", "Failed"],
    ["Deleting", "Deleting"],
    ["Dreaming", "Unknown"],
  ])("in %j is %s", async (cloudPhase, phase) => {
    const { get } = await start(200, exampleNodePool({}, { phase: cloudPhase }));
    expect(await get()).toMatchObject({ phase, cloudPhase: cloudPhase ?? "" });
  });

  test("is to have as many nodes as it has, where the cloud leaves the count out", async () => {
    for (const initialNodeCount of [undefined, null]) {
      const { get } = await start(200, exampleNodePool({ initialNodeCount }, { phase: "", currentNode: 4 }));
      expect(await get()).toMatchObject({ desired: 4, current: 4 });
    }
  });

  test("shows taints where the cloud does", async () => {
    const taints = [{ key: "gpu", value: "yes", effect: "NoSchedule" }];
    const { get } = await start(200, exampleNodePool({ nodeTemplate: { flavor: "f", taints } }));
    expect(await get()).toMatchObject({ taints, labels: {}, zone: undefined });
  });

  test("is absent where CCE says so", async () => {
    const { get, answer } = await start(404, { errorCode: "CCE.01404001", errorMessage: "Resource not found" });
    expect(await get()).toBe("Absent");
    answer(404, "no such page");
    await expect(get()).rejects.toMatchObject({ kind: "Unavailable" });
    await expect(get("../c-2")).rejects.toMatchObject({ kind: "Rejected" });
  });
});

describe("the list", () => {
  test("has each pool once; what it does not tell is not made up", async () => {
    const inList = { ...exampleNodePool(), status: { currentNode: 1 } };
    const { nodePools, targets } = await start(200, { kind: "List", items: [exampleNodePool(), inList] });
    const { items: pools } = await nodePools.in("c-1").list(never);
    expect(pools).toMatchObject([{ id: "np-1", phase: "Unknown", desired: 1, current: 1 }]);
    expect(targets()).toEqual([`GET ${POOLS}`]);
  });

  test("of a cluster that is gone is none", async () => {
    const { nodePools, nodes, answer } = await start(404, {
      error_code: "CCE.01404001",
      error_msg: "Resource not found",
    });
    await expect(nodePools.in("c-1").list(never)).rejects.toMatchObject({ kind: "NotFound" });
    await expect(nodes.list("c-1", never)).rejects.toMatchObject({ kind: "NotFound" });
    answer(200, { items: null });
    expect((await nodePools.in("c-1").list(never)).items).toEqual([]);
    answer(200, {});
    await expect(nodePools.in("c-1").list(never)).rejects.toMatchObject({ kind: "Unavailable" });
  });
});

describe("nodes", () => {
  function node(uid: string, phase: string, pool?: unknown): object {
    const annotations = pool === undefined ? null : { "kubernetes.io/node-pool.id": pool };
    return { kind: "Node", metadata: { name: `host-${uid}`, uid, annotations }, status: { phase } };
  }

  test("are listed with the pool each belongs to", async () => {
    const items = [
      node("n-1", "Active", "np-1"),
      node("n-2", "Active", "az1.dc1#s1.medium#EulerOS 2.2"),
      node("n-3", "Build"),
      node("n-3", "Active"),
    ];
    const { nodes, targets } = await start(200, { kind: "List", items });
    expect((await nodes.list("c-1", never)).items).toMatchObject([
      { id: "n-1", name: "host-n-1", poolId: "np-1", phase: "Active", cloudPhase: "Active" },
      { id: "n-2", name: "host-n-2", poolId: undefined, phase: "Active", cloudPhase: "Active" },
      { id: "n-3", name: "host-n-3", poolId: undefined, phase: "Active", cloudPhase: "Active" },
    ]);
    expect(targets()).toEqual(["GET /api/v3/projects/p-1/clusters/c-1/nodes"]);
  });

  test.each<[string, NodePhase]>([
    ["Build", "Creating"],
    ["Installing", "Creating"],
    ["Active", "Active"],
    ["Abnormal", "Abnormal"],
    ["Deleting", "Deleting"],
    ["Upgrading", "Changing"],
    ["Error", "Failed"],
    ["Repairing", "Changing"],
    ["RepairFailed", "Failed"],
    ["Dreaming", "Unknown"],
  ])("in %s are %s", async (cloudPhase, phase) => {
    const { nodes } = await start(200, { items: [node("n-1", cloudPhase, "np-1")] });
    expect((await nodes.list("c-1", never)).items).toMatchObject([{ phase, cloudPhase }]);
  });
});
