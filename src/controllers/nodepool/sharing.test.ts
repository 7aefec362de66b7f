// What the pools of one cluster share: its lists, and who goes first.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whenOlder } from "../../../test/support/environment/eventually.ts";
import { startNodePoolBed, type NodePoolBed } from "../../../test/support/environment/nodepool-bed.ts";
import { nextDriftMs } from "../lifecycle/drift-schedule.ts";
import { nodePools } from "./kind.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";

const login = { keyPairName: "key" };
const POOLS = /\/nodepools$/;
const NODES = /\/nodes$/;

let bed: NodePoolBed;

beforeEach(async () => {
  bed = await startNodePoolBed();
});
afterEach(() => bed[Symbol.asyncDispose]());

function declare(name: string, spec: object = {}): Promise<NodePool> {
  return bed.declare({ login, replicas: 1, driftIntervalSeconds: 60, ...spec }, name);
}

/** As the work queue waits: a visit between two ticks may read a list that still serves the second. */
function untilDriftMs(name: string): number {
  const group = nodePools.parentOf(bed.read(name)) ?? "";
  return nextDriftMs({ nowMs: bed.clock.now(), intervalMs: 60_000, group }, 0);
}

describe("the lists of a cluster", () => {
  it("are read once for all its steady pools at each drift tick, and no pool is asked for by itself", async () => {
    const names = ["one", "two", "three"];
    for (const name of names) await declare(name);
    for (const name of names) await bed.untilReady(name);
    await bed.clock.advance(untilDriftMs("one"));
    for (const name of names) await bed.visit(name);
    const before = (await bed.simulator.requests()).length;
    await bed.clock.advance(60_000);
    for (const name of names) expect(await bed.visit(name)).toBeUndefined();
    const asked = (await bed.simulator.requests()).slice(before);
    expect(asked.filter(({ path }) => POOLS.test(path))).toHaveLength(1);
    expect(asked.filter(({ path }) => NODES.test(path))).toHaveLength(1);
    expect(asked).toHaveLength(2);
  });

  it("show each pool its own nodes", async () => {
    await declare("one", { replicas: 1 });
    await declare("two", { replicas: 3 });
    await bed.untilReady("one");
    await bed.untilReady("two");
    expect(bed.read("one").status.replicas).toBe(1);
    expect(bed.read("two").status.replicas).toBe(3);
  });
});

describe("a name that two pools of a cluster claim", () => {
  it("is the older one's, and NameConflict for the younger", async () => {
    const shared = { cloudName: "shared" };
    await whenOlder(await declare("older", shared));
    await declare("younger", shared);
    await bed.visit("younger");
    expect(bed.condition("Stalled", "younger")).toMatchObject({ reason: "NameConflict" });
    await bed.untilReady("older");
    expect(await bed.pools()).toMatchObject([{ name: "shared" }]);
  });
});

describe("a pool that is there and is not ours", () => {
  it("is AlreadyExists, and is adopted by its id", async () => {
    const planted = { clusterId: bed.clusterId, name: "theirs", initialNodeCount: 1 };
    const { id } = (await bed.simulator.behindOurBack("POST", "nodepools", planted)) as { id: string };
    await declare("theirs", { instanceType: "s1.medium" });
    await bed.visit("theirs");
    expect(bed.condition("Stalled", "theirs")).toMatchObject({
      reason: "AlreadyExists",
      message: expect.stringContaining(id),
    });
    await declare("adopter", { externalId: id, instanceType: "s1.medium" });
    await bed.untilReady("adopter");
    expect(bed.read("adopter").status).toMatchObject({ externalId: id, origin: "Adopted" });
    expect(await bed.pools()).toHaveLength(1);
  });

  it("loses no node to a spec.replicas that was forgotten, until it was given once", async () => {
    const planted = { clusterId: bed.clusterId, name: "theirs", initialNodeCount: 2 };
    const { id } = (await bed.simulator.behindOurBack("POST", "nodepools", planted)) as { id: string };
    await declare("adopter", { externalId: id, instanceType: "s1.medium", replicas: 0 });
    for (let visits = 0; visits < 3; visits += 1) await bed.visit("adopter");
    expect(bed.condition("Stalled", "adopter")).toMatchObject({ reason: "ReplicasNotDeclared" });
    expect(await bed.sent("PUT", /\/nodepools\//)).toEqual([]);
    await bed.edit("adopter", { replicas: 2 });
    await bed.untilReady("adopter");
    await bed.edit("adopter", { replicas: 0 });
    await bed.until(async () => (await bed.pools())[0]!.initialNodeCount === 0, "adopter");
  });
});
