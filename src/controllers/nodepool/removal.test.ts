// Deleting a pool, on the real API server and over real HTTP to the simulator of Huawei CCE.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { startNodePoolBed, type NodePoolBed } from "../../../test/support/environment/nodepool-bed.ts";

const deletionTimestamp = "2026-01-01T00:00:00Z";
const login = { keyPairName: "key" };
const POOL = /\/nodepools\/[^/]+$/;

let bed: NodePoolBed;

beforeEach(async () => {
  bed = await startNodePoolBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

async function createThenDelete(spec: object = {}): Promise<void> {
  await bed.declare({ login, replicas: 2, ...spec });
  await bed.untilReady();
  await bed.remove();
}

const isGone = (): boolean => bed.find() === undefined;

describe("deleting", () => {
  it("is sent once, says how many nodes are left, and ends when the pool is gone", async () => {
    await createThenDelete();
    await bed.visit();
    const message = expect.stringMatching(/2 nodes are left/);
    expect(bed.condition("Ready")).toMatchObject({ status: "False", reason: "Deleting", message });
    expect(bed.read().status.operation).toMatchObject({ verb: "Delete", progress: "2 nodes are left" });
    await bed.until(isGone);
    expect(await bed.pools()).toEqual([]);
    expect(await bed.sent("DELETE", POOL)).toHaveLength(1);
  });

  it("goes on while the cluster itself is being deleted: it waits for us", async () => {
    await createThenDelete();
    bed.setCluster({ metadata: { deletionTimestamp } });
    await bed.until(isGone);
    expect(await bed.pools()).toEqual([]);
  });

  it("sends nothing more where the cloud has lost the pool, once a write has proved it", async () => {
    await createThenDelete();
    const [pool] = await bed.pools();
    await bed.simulator.behindOurBack("DELETE", `nodepools/${pool!.id}`);
    await bed.visit();
    expect(isGone()).toBe(true);
    expect(await bed.sent("DELETE", POOL)).toMatchObject([{ effect: false }]);
  });

  it("ends where the cluster is gone from the cloud", async () => {
    await createThenDelete();
    await bed.simulator.behindOurBack("DELETE", `clusters/${bed.clusterId}`);
    await bed.visit();
    expect(isGone()).toBe(true);
  });

  it("waits while the cluster sleeps, says what it needs and how to let go", async () => {
    await createThenDelete();
    bed.setCluster({
      status: { conditions: [condition({ type: "ClusterAvailable", status: "False", reason: "Hibernated" })] },
    });
    await bed.visit();
    const message = expect.stringMatching(/powerState.*force-orphan/);
    expect(bed.condition("Ready")).toMatchObject({ reason: "ClusterHibernated", message });
    expect(await bed.pools()).toHaveLength(1);
  });

  it("waits out a create of unknown outcome, and deletes what it made", async () => {
    await bed.simulator.setFaults([{ action: "DropAfter", method: "POST", path: "/nodepools$", times: 1 }]);
    await bed.declare({ login });
    await bed.visit();
    expect(await bed.pools()).toHaveLength(1);
    await bed.remove();
    await bed.until(isGone);
    expect(await bed.pools()).toEqual([]);
  });

  it("leaves the pool where the policy says so, or where it was adopted", async () => {
    await createThenDelete({ deletionPolicy: "Orphan" });
    await bed.visit();
    expect(isGone()).toBe(true);
    const [{ id } = { id: "" }] = await bed.pools();
    await bed.declare({ login, replicas: 2, externalId: id }, "adopted");
    await bed.untilReady("adopted");
    await bed.remove("adopted");
    await bed.visit("adopted");
    expect(bed.find("adopted")).toBeUndefined();
    expect(await bed.pools()).toHaveLength(1);
  });
});
