// A pool from its declaration to its deletion, on the real API server and over real HTTP to the simulator of Huawei CCE.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  startNodePoolBed,
  type NodePoolBed,
  type SimulatedPool,
} from "../../../test/support/environment/nodepool-bed.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";

let bed: NodePoolBed;

beforeEach(async () => {
  bed = await startNodePoolBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

const login = { keyPairName: "key" };
const PUT = /\/nodepools\/[^/]+$/;

function declare(spec: object = {}): Promise<NodePool> {
  return bed.declare({ login, ...spec });
}

async function onlyPool(): Promise<SimulatedPool> {
  const [pool, ...others] = await bed.pools();
  expect(others).toEqual([]);
  return pool!;
}

async function count(): Promise<number> {
  return (await onlyPool()).initialNodeCount;
}

/** Every count that the pool was to have, as the visits saw it. */
async function countsUntil(wanted: number): Promise<readonly number[]> {
  const counts: number[] = [];
  await bed.until(async () => {
    const now = await count();
    if (counts.at(-1) !== now) counts.push(now);
    return now === wanted && bed.condition("Ready")?.status === "True";
  });
  return counts;
}

async function labels(): Promise<Readonly<Record<string, string>>> {
  const { k8sTags } = (await onlyPool()).nodeTemplate;
  const isOurs = (key: string) => !key.startsWith("cce.cloud.com/") && !key.startsWith("yunfan.dev/");
  return Object.fromEntries(Object.entries(k8sTags).filter(([key]) => isOurs(key)));
}

describe("creating", () => {
  it("makes one pool, tells how many nodes are active, and is Ready when all are", async () => {
    await declare({ replicas: 2, labels: { team: "a" } });
    await bed.until(() => bed.condition("Ready")?.reason === "Scaling");
    expect(bed.read().status).toMatchObject({ operation: { verb: "Create", progress: "0 of 2 nodes are active" } });
    await bed.untilReady();
    expect(bed.read().status).toMatchObject({
      replicas: 2,
      readyReplicas: 2,
      desiredReplicas: 2,
      cloudName: "workers",
    });
    expect(bed.read().status.selector).toBe(`yunfan.dev/nonce=${bed.read().metadata.uid}-1`);
    expect(bed.read().status.operation).toBeUndefined();
    expect(bed.condition("UpToDate")).toMatchObject({ status: "True", reason: "InSync" });
    expect(await bed.sent("POST", /\/nodepools$/)).toHaveLength(1);
    expect(await bed.sent("PUT", PUT)).toHaveLength(0);
  });

  it("begins within the bounds of autoscaling", async () => {
    await declare({ replicas: 0, autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 2 } });
    await bed.untilReady();
    expect(await count()).toBe(1);
  });

  it("waits for the Secret with the password, and sends nothing until it and its key are there", async () => {
    await declare({ login: { passwordSecretRef: { name: "root", key: "password" } } });
    await bed.visit();
    expect(bed.condition("Ready")).toMatchObject({
      reason: "SecretNotFound",
      message: expect.stringContaining("root"),
    });
    await bed.setSecret("root", { other: "Very-secret-1" });
    await bed.visit();
    expect(bed.condition("Ready")).toMatchObject({ reason: "SecretNotFound", message: expect.stringContaining("key") });
    expect(await bed.pools()).toHaveLength(0);
    await bed.setSecret("root", { password: "Very-secret-1" });
    await bed.untilReady();
    expect(JSON.stringify([await bed.simulator.state(), bed.read()])).not.toContain("Very-secret-1");
  });

  it("makes nothing in a cluster that is being deleted", async () => {
    bed.setCluster({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } });
    await declare();
    await bed.visit();
    expect(bed.condition("Ready")).toMatchObject({ reason: "ClusterNotReady" });
    expect(await bed.pools()).toHaveLength(0);
  });

  it("finds the pool of a create whose answer was lost, and makes no second", async () => {
    await bed.simulator.setFaults([{ action: "DropAfter", method: "POST", path: "/nodepools$", times: 1 }]);
    await declare();
    await bed.untilReady();
    expect(await bed.pools()).toHaveLength(1);
    expect(bed.read().status.origin).toBe("Created");
  });
});

describe("the count", () => {
  it("goes down in steps, each from a pool that is in order", async () => {
    await declare({ replicas: 5 });
    await bed.untilReady();
    await bed.edit("workers", { replicas: 1, maxRemovalsPerStep: 2 });
    expect(await countsUntil(1)).toEqual([3, 1]);
    expect(bed.read().status).toMatchObject({ replicas: 1, readyReplicas: 1 });
  });

  it("goes up at once", async () => {
    await declare({ replicas: 1 });
    await bed.untilReady();
    await bed.edit("workers", { replicas: 4 });
    expect(await countsUntil(4)).toEqual([4]);
  });

  it("is left to the autoscaler, and carried along by a change of labels", async () => {
    await declare({ autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 4 } });
    await bed.untilReady();
    const { id } = await onlyPool();
    await bed.simulator.behindOurBack("PATCH", `nodepools/${id}`, { autoscaledTo: 4 });
    await bed.edit("workers", { labels: { team: "a" } });
    await bed.until(async () => (await labels())["team"] === "a");
    expect(await count()).toBe(4);
    await bed.untilReady();
    expect(bed.read().status).toMatchObject({ desiredReplicas: 4, readyReplicas: 4 });
  });

  it("does not jump down when autoscaling is turned off", async () => {
    await declare({ autoscaling: { enabled: true, minReplicas: 4, maxReplicas: 4 } });
    await bed.untilReady();
    await bed.edit("workers", { replicas: 2, autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 } });
    expect(await countsUntil(2)).toEqual([3, 2]);
  });

  it("is SoldOut while the cloud has no more, keeps what is there, and goes on when it has", async () => {
    await bed.simulator.behindOurBack("POST", "plans", { nodepoolName: "workers", soldOutAbove: 1 });
    await declare({ replicas: 3 });
    await bed.until(() => bed.condition("Ready")?.reason === "SoldOut");
    expect(bed.read().status).toMatchObject({ replicas: 1, readyReplicas: 1, desiredReplicas: 3 });
    expect(await bed.visit()).toMatchObject({ pollAfterMs: 60_000 });
    const { id } = await onlyPool();
    await bed.simulator.behindOurBack("PATCH", `nodepools/${id}`, { soldOutAbove: null });
    await bed.untilReady();
    expect(bed.read().status.readyReplicas).toBe(3);
    expect(await bed.sent("PUT", PUT)).toHaveLength(0);
  });
});

describe("drift", () => {
  it("of labels is healed, and a steady pool writes nothing, neither here nor there", async () => {
    await declare({ replicas: 1, labels: { team: "a" }, driftIntervalSeconds: 5 });
    await bed.untilReady();
    const { id } = await onlyPool();
    await bed.simulator.behindOurBack("PATCH", `nodepools/${id}`, { k8sTags: { other: "b" } });
    await bed.until(async () => (await labels())["team"] === "a");
    expect(await labels()).toEqual({ team: "a" });
    await bed.untilReady();
    const { resourceVersion } = bed.read().metadata;
    const effects = (await bed.simulator.effects()).length;
    for (let ticks = 0; ticks < 5; ticks += 1) {
      await bed.clock.advance(6_000);
      expect(await bed.visit()).toBeUndefined();
    }
    expect(bed.read().metadata.resourceVersion).toBe(resourceVersion);
    expect(await bed.simulator.effects()).toHaveLength(effects);
  });

  it("that makes the pool vanish is ExternalResourceMissing, and nothing is made", async () => {
    await declare();
    await bed.untilReady();
    const { id } = await onlyPool();
    await bed.simulator.behindOurBack("DELETE", `nodepools/${id}`);
    await bed.until(() => bed.condition("Stalled")?.reason === "ExternalResourceMissing");
    expect(await bed.pools()).toHaveLength(0);
  });

  it("that makes the cluster vanish is the cluster's to tell", async () => {
    await declare();
    await bed.untilReady();
    await bed.simulator.behindOurBack("DELETE", `clusters/${bed.clusterId}`);
    await bed.until(() => bed.condition("Ready")?.reason === "ClusterNotReady");
    expect(bed.condition("Stalled")).toBeUndefined();
  });
});

describe("a pool that is only observed", () => {
  it("is described and never written", async () => {
    const planted = { clusterId: bed.clusterId, name: "theirs", initialNodeCount: 2 };
    const { id } = (await bed.simulator.behindOurBack("POST", "nodepools", planted)) as { id: string };
    const before = (await bed.simulator.effects()).length;
    await declare({
      externalId: id,
      managementPolicy: "Observe",
      instanceType: "s1.medium",
      replicas: 0,
      labels: { a: "b" },
    });
    await bed.untilReady();
    expect(bed.read().status).toMatchObject({ replicas: 2, readyReplicas: 2, cloudName: "theirs" });
    expect(bed.condition("UpToDate")).toMatchObject({ status: "False", reason: "Differs" });
    expect(await bed.simulator.effects()).toHaveLength(before);
  });
});
