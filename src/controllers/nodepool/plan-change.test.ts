// What a change of a pool tells of itself before it is sent, and what is told while its nodes come and go.
import { describe, expect, it } from "vitest";
import { openCreate } from "../../../test/support/environment/builders.ts";
import {
  activeNodes,
  cloudNodes,
  cloudPool,
  storedNodePool,
  type StoredNodePool,
  type CountedPool,
} from "../../../test/support/environment/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Plan } from "../external/kind.ts";
import { planFor } from "./plan.ts";
import { progressOf } from "./words.ts";
import type { PoolChange } from "./scope.ts";

/** For a pool with as many active nodes as it is to have. */
function plan(overrides: StoredNodePool, shown: Partial<CountedPool> = {}): Plan<PoolChange> {
  const item = cloudPool(shown);
  return planFor(storedNodePool(overrides), { item, nodes: activeNodes(item.desired) }, 0);
}

const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 5 };
const create = { operation: openCreate(), externalId: "np-1" };

describe("a change", () => {
  it("tells each field with its value before and after", () => {
    const spec = { replicas: 9, autoscaling, labels: { team: "a" }, taints: [{ key: "gpu", effect: "NoSchedule" }] };
    const shown = { desired: 1, labels: { other: "b" }, taints: [] };
    const taint = { key: "gpu", value: "", effect: "NoSchedule" };
    expect(plan({ spec }, shown)).toMatchObject({
      fields: [
        { field: "spec.autoscaling", before: cloudPool().autoscaling, after: autoscaling },
        { field: "spec.labels", before: { other: "b" }, after: { team: "a" } },
        { field: "spec.taints", before: [], after: [taint] },
      ],
    });
    expect(plan({ spec: { replicas: 9 } }, shown)).toMatchObject({
      fields: [{ field: "spec.replicas", before: 1, after: 9 }],
    });
  });

  it("tells the count of the step that it is, not the one that is declared in the end", () => {
    const fields = [{ field: "spec.replicas", before: 8, after: 7 }];
    expect(plan({}, { desired: 8 })).toMatchObject({ fields });
  });

  it("is an Update, and part of the Create where the pool never came to rest", () => {
    const spec = { replicas: 9 };
    expect(plan({ spec })).toMatchObject({ verb: "Update" });
    expect(plan({ spec, status: create }, { phase: "Synchronizing" })).toMatchObject({ verb: "Create" });
    expect(plan({ spec, status: create })).toMatchObject({ verb: "Update" });
    const update = { ...create, operation: openCreate({ verb: "Update" }) };
    expect(plan({ spec, status: update }, { phase: "Synchronizing" })).toMatchObject({ verb: "Update" });
  });

  it("says what of it the cloud may take and not make: all but the count, and what it ignored before", () => {
    const spec = { replicas: 9, labels: { team: "a" } };
    expect(plan({ spec })).toMatchObject({ change: { sent: ["labels"] } });
    expect(plan({ spec: { replicas: 9 } })).toMatchObject({ change: { sent: [] } });
    const status = { sentChange: { generation: 1, fields: ["labels" as const] } };
    const later = { ...spec, taints: [{ key: "gpu", effect: "NoSchedule" }] };
    expect(plan({ spec: later, status })).toMatchObject({ change: { sent: ["labels", "taints"] } });
  });
});

describe("progressOf", () => {
  const progress = (spec: object, desired: number, nodes: readonly ClusterNode[]): string =>
    progressOf(storedNodePool({ spec: { ...spec } }), { item: cloudPool({ desired }), nodes });

  it("is how many of those that are to be there are active", () => {
    expect(progress({ replicas: 3 }, 3, cloudNodes("Active", "Active", "Creating"))).toBe("2 of 3 nodes are active");
    expect(progress({ replicas: 1 }, 3, activeNodes(3))).toBe("3 of 3 nodes are active");
  });

  it("is how many leave while there are more than in the cloud's books", () => {
    expect(progress({ replicas: 3 }, 3, activeNodes(5))).toBe("2 of 5 nodes are leaving");
    expect(progress({ replicas: 3 }, 3, activeNodes(4))).toBe("1 of 4 nodes is leaving");
  });

  it("says on the way to which count where that is not the last step", () => {
    expect(progress({ replicas: 1 }, 3, activeNodes(5))).toBe("2 of 5 nodes are leaving, on the way to 1");
    expect(progress({ replicas: 0 }, 4, activeNodes(5))).toBe("1 of 5 nodes is leaving, on the way to 0");
  });

  it("knows no such way where the cloud chooses the count", () => {
    expect(progress({ replicas: 1, autoscaling }, 3, activeNodes(5))).toBe("2 of 5 nodes are leaving");
  });
});
