// What is done about a node: nothing erases its disks but what names it.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { storedManagedNode } from "../../../test/support/environment/resources.ts";
import type { ClusterNode, NodePhase } from "../../cloud/facets/nodes.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { planFor } from "./plan.ts";
import type { Seen } from "./scope.ts";
import { writtenOf } from "./written.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const AT = { nowMs: NOW, settleWindowMs: 10_000 };

function seen(item: Partial<ClusterNode> = {}, rest: Partial<Seen> = {}): Seen {
  const shown = { id: "n-1", name: "node", poolId: undefined, phase: "Active" as const, cloudPhase: "Active" };
  return {
    item: { ...shown, ...item },
    job: undefined,
    turn: { isOurs: true },
    target: undefined,
    nodes: { all: 10, outOfOrder: 1 },
    ...rest,
  };
}

function node(
  spec: Record<string, unknown> = {},
  status: object = {},
  annotations: Record<string, string> = {},
): ManagedNode {
  const known = { externalId: "n-1", origin: "Created" as const, clusterName: "production", hasBeenActive: true };
  return storedManagedNode({ metadata: { annotations }, spec, status: { ...known, ...status } });
}

const broken = { phase: "Abnormal" as const, cloudPhase: "Abnormal" };
const repair = { policy: "Reset", eraseDisks: true, afterSeconds: 1_800 };
const long = { abnormalSince: "2026-01-01T00:00:00Z" };

describe("a reset", () => {
  it("is asked for by the node's own id, once for each value", () => {
    const ask = (value: string, status: object = {}) =>
      planFor(node({}, status, { "yunfan.dev/reset": value }), seen(), AT);
    expect(ask("n-1 now")).toMatchObject({ do: "Change", verb: "Reset" });
    expect(ask("n-2 now").do).toBe("Keep");
    expect(ask("n-11 now").do).toBe("Keep");
    expect(ask("n-1 now", { lastReset: { wish: "n-1 now" } }).do).toBe("Keep");
    expect(ask("n-1 again", { lastReset: { wish: "n-1 now" } })).toMatchObject({ do: "Change", verb: "Reset" });
  });

  it("waits for its turn", () => {
    const turn = { isOurs: false, who: "ManagedNode default/other", ahead: 1 } as const;
    const plan = planFor(node({}, {}, { "yunfan.dev/reset": "n-1 now" }), seen({}, { turn }), AT);
    expect(plan).toMatchObject({
      do: "Await",
      reason: "WaitingForTurn",
      message: expect.stringContaining("default/other"),
    });
  });

  it("is never what follows from another spec, whatever the cloud says of the node", () => {
    const spec = fc.record(
      {
        os: fc.constantFrom("EulerOS 2.5", "CentOS 7.6"),
        login: fc.constantFrom({ keyPairName: "ops" }, { keyPairName: "other" }),
        labels: fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2")),
        taints: fc.constantFrom([], [{ key: "a", effect: "NoSchedule" }]),
        displayName: fc.constantFrom("one", "two"),
        huawei: fc.record(
          { maxPods: fc.integer({ min: 16, max: 256 }), postInstall: fc.string() },
          { requiredKeys: [] },
        ),
        driftIntervalSeconds: fc.integer({ min: 5, max: 600 }),
      },
      { requiredKeys: [] },
    );
    const phase = fc.constantFrom<NodePhase>(
      "Creating",
      "Active",
      "Abnormal",
      "Failed",
      "Deleting",
      "Changing",
      "Unknown",
    );
    fc.assert(
      fc.property(spec, spec, phase, (before, now, word) => {
        const written = writtenOf(node(before).spec);
        const plan = planFor(node(now, { written, ...long }), seen({ phase: word }), AT);
        expect(plan.do === "Change" ? plan.change : { do: "Rename" }).toMatchObject({ do: "Rename" });
      }),
      { seed: 20_260_101, numRuns: 2_000 },
    );
  });
});

describe("a repair", () => {
  it("is a reset of a node that has not worked for long, where it is declared", () => {
    expect(planFor(node({ repair }, long), seen(broken), AT)).toMatchObject({
      do: "Change",
      change: { do: "Reset", wish: undefined },
    });
    expect(planFor(node({}, long), seen(broken), AT)).toMatchObject({ do: "Await", reason: "NodeAbnormal" });
    expect(planFor(node({ repair }, { abnormalSince: "2026-01-01T23:50:00Z" }), seen(broken), AT)).toMatchObject({
      reason: "NodeAbnormal",
    });
  });

  it("is held where many are out of order, and not tried twice a day", () => {
    const many = seen(broken, { nodes: { all: 10, outOfOrder: 3 } });
    expect(planFor(node({ repair }, long), many, AT)).toMatchObject({ do: "Await", reason: "RepairHeld" });
    expect(planFor(node({ repair }, long), seen(broken, { nodes: { all: 2, outOfOrder: 1 } }), AT).do).toBe("Change");
    const repaired = { ...long, lastReset: { repairedAt: "2026-01-01T12:00:00Z" } };
    expect(planFor(node({ repair }, repaired), seen(broken), AT)).toMatchObject({
      do: "Stall",
      reason: "RepairFailed",
    });
  });
});

describe("a reset of which nothing has come", () => {
  const shown = { updatedAtMs: Date.parse("2026-01-01T00:00:00Z") };
  const sent = (wish?: string) => ({
    ...long,
    lastReset: wish === undefined ? { repairedAt: "2026-01-01T23:00:00Z" } : { wish },
    disruption: {
      verb: "Reset" as const,
      since: "2026-01-01T23:00:00Z",
      sentAt: "2026-01-01T23:00:00Z",
      state: "Sent" as const,
      externalId: "n-1",
      cloudPhase: "Abnormal",
      updatedAt: "2026-01-01T00:00:00.000Z",
      ...(wish !== undefined && { wish }),
    },
  });

  it("is sent again where it was asked for, and not where that was taken back", () => {
    const wish = "n-1 now";
    const plan = (annotations: Record<string, string>) => planFor(node({}, sent(wish), annotations), seen(shown), AT);
    expect(plan({ "yunfan.dev/reset": wish })).toMatchObject({ do: "Change", change: { do: "Reset", wish } });
    expect(plan({}).do).toBe("Keep");
  });

  it("is sent again to repair a node that does not work, and to no other", () => {
    const plan = (spec: object, item: Partial<ClusterNode>, rest: Partial<Seen> = {}) =>
      planFor(node({ ...spec }, sent()), seen({ ...item, ...shown }, rest), AT);
    expect(plan({ repair }, broken)).toMatchObject({ do: "Change", change: { do: "Reset", wish: undefined } });
    expect(plan({ repair }, {}).do).toBe("Keep");
    expect(plan({}, broken)).toMatchObject({ do: "Await", reason: "NodeAbnormal" });
    expect(plan({ repair }, broken, { nodes: { all: 10, outOfOrder: 3 } })).toMatchObject({ reason: "RepairHeld" });
  });
});

describe("a node that is meant for another cluster", () => {
  const elsewhere = { clusterRef: { name: "other" } };
  const target = { is: "Ready", host: { id: "c-2" } } as unknown as Seen["target"];

  it("stays until that is confirmed by its id", () => {
    expect(planFor(node(elsewhere), seen(), AT)).toMatchObject({ do: "Stall", reason: "MoveNotConfirmed" });
    const confirm = (id: string) => planFor(node(elsewhere, {}, { "yunfan.dev/move": id }), seen({}, { target }), AT);
    expect(confirm("n-2")).toMatchObject({ do: "Stall", reason: "MoveNotConfirmed" });
    expect(confirm("n-1")).toMatchObject({ do: "Change", verb: "Move" });
  });
});

it("A node of a pool is the pool's, unless it is only observed", () => {
  expect(planFor(node(), seen({ poolId: "p-1" }), AT)).toMatchObject({ do: "Stall", reason: "NodeInPool" });
  expect(planFor(node({ managementPolicy: "Observe" }), seen({ poolId: "p-1" }), AT).do).toBe("Keep");
});

it("A new node that does not come to work has failed, with its server named", () => {
  const operation = { verb: "Create", nonce: "n-1", startedAt: "2026-01-01T00:00:00Z" };
  const plan = planFor(node({}, { operation, hasBeenActive: false }), seen({ ...broken, serverId: "s-1" }), AT);
  expect(plan).toMatchObject({ do: "Fail", why: expect.stringContaining("s-1") });
});
