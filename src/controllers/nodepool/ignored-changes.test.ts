// A change that the cloud takes and does not make is sent once, also over a restart of the operator.
import { describe, expect, it, onTestFinished } from "vitest";
import { startNodePoolBed, type NodePoolBed } from "../../../test/support/environment/nodepool-bed.ts";

const PUT = /\/nodepools\/[^/]+$/;
const login = { keyPairName: "key" };

async function start(): Promise<NodePoolBed> {
  const bed = await startNodePoolBed({ k8sTagsUpdatable: false });
  onTestFinished(() => bed[Symbol.asyncDispose]());
  await bed.declare({ login, replicas: 1, driftIntervalSeconds: 5 });
  await bed.untilReady();
  return bed;
}

async function ticks(bed: NodePoolBed, many: number): Promise<void> {
  for (let tick = 0; tick < many; tick += 1) {
    await bed.clock.advance(6_000);
    await bed.visit();
  }
}

describe("labels that the cloud ignores", () => {
  it("are UpdateIgnored, with the pool Ready, and are sent once for each generation", async () => {
    const bed = await start();
    await bed.edit("workers", { labels: { team: "a" } });
    await bed.until(() => bed.condition("UpToDate")?.reason === "UpdateIgnored");
    expect(bed.condition("UpToDate")).toMatchObject({
      status: "False",
      message: expect.stringContaining("spec.labels"),
    });
    expect(bed.condition("Ready")).toMatchObject({ status: "True", message: expect.stringContaining("UpToDate") });
    await ticks(bed, 4);
    expect(await bed.sent("PUT", PUT)).toHaveLength(1);
    await bed.edit("workers", { labels: { team: "b" } });
    await ticks(bed, 4);
    expect(await bed.sent("PUT", PUT)).toHaveLength(2);
    expect(bed.condition("UpToDate")).toMatchObject({ reason: "UpdateIgnored", observedGeneration: 3 });
  });

  it("do not keep the count from being changed, nor make more writes of it", async () => {
    const bed = await start();
    await bed.edit("workers", { labels: { team: "a" }, replicas: 3 });
    await bed.untilReady();
    await ticks(bed, 2);
    expect(bed.read().status.readyReplicas).toBe(3);
    expect(await bed.sent("PUT", PUT)).toHaveLength(1);
  });

  it("are in order as soon as the cloud shows them, by whomever", async () => {
    const bed = await start();
    await bed.edit("workers", { labels: { team: "a" } });
    await bed.until(() => bed.condition("UpToDate")?.reason === "UpdateIgnored");
    const [pool] = await bed.pools();
    await bed.simulator.behindOurBack("PATCH", `nodepools/${pool!.id}`, {
      k8sTags: { ...pool!.nodeTemplate.k8sTags, team: "a" },
    });
    await bed.until(() => bed.condition("UpToDate")?.reason === "InSync");
    expect(bed.read().status.sentChange).toBeUndefined();
  });
});

describe("a count that the autoscaler moves while a write waits for its turn", () => {
  it("is read after the wait, and stays as the autoscaler has it", async () => {
    const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 4 };
    let beforeTurn = async (): Promise<void> => {};
    const bed = await startNodePoolBed({ beforeTurn: () => beforeTurn() });
    onTestFinished(() => bed[Symbol.asyncDispose]());
    await bed.declare({ login, autoscaling });
    await bed.untilReady();
    const [pool] = await bed.pools();
    beforeTurn = async () =>
      void (await bed.simulator.behindOurBack("PATCH", `nodepools/${pool!.id}`, { autoscaledTo: 4 }));
    await bed.edit("workers", { labels: { team: "a" } });
    await bed.until(async () => (await bed.sent("PUT", PUT)).length > 0);
    expect(await bed.pools()).toMatchObject([{ initialNodeCount: 4, nodeTemplate: { k8sTags: { team: "a" } } }]);
  });
});
