// The count that is sent, over all that a cloud may show: what must hold whatever is read.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cloudNodes,
  cloudPool,
  storedNodePool,
  type CountedPool,
} from "../../../test/support/environment/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { initialCount, nextCount as nextCountOf } from "./replicas.ts";

/** Of whose count somebody has said what it is to be. */
interface Seen {
  readonly item: CountedPool;
  readonly nodes: readonly ClusterNode[];
}

function nextCount(spec: Parameters<typeof nextCountOf>[0], shown: Seen): number {
  return nextCountOf(spec, shown) ?? Number.NaN;
}

const few = fc.integer({ min: 0, max: 12 });
const nodePhases: ClusterNode["phase"][] = ["Active", "Active", "Active", "Creating", "Abnormal", "Deleting"];
const poolPhases: CountedPool["phase"][] = ["Normal", "Normal", "Synchronizing", "SoldOut", "Failed", "Unknown"];

/** In order about as often as not: only then are nodes removed. */
const seen: fc.Arbitrary<Seen> = fc.oneof(
  few.map((desired) => inOrder(desired)),
  fc
    .record({
      phase: fc.constantFrom(...poolPhases),
      desired: few,
      current: fc.option(few, { nil: undefined }),
      nodes: fc.array(fc.constantFrom(...nodePhases), { maxLength: 12 }),
    })
    .map(({ nodes, ...pool }) => ({ item: cloudPool(pool), nodes: cloudNodes(...nodes) })),
);

const bounds = fc
  .tuple(few, few)
  .map(([a, b]) => ({ enabled: true, minReplicas: Math.min(a, b), maxReplicas: Math.max(a, b, 1) }));

function inOrder(desired: number): Seen {
  const nodes = cloudNodes(...Array.from({ length: desired }, () => "Active" as const));
  return { item: cloudPool({ desired, current: desired }), nodes };
}

/** As many nodes as the cloud may be keeping, by anything that was read. */
function presentOf({ item: pool, nodes }: Seen): number {
  return Math.min(pool.desired, Math.max(nodes.length, pool.current ?? 0));
}

describe("nextCount", () => {
  it("without autoscaling is never below what is declared, nor a step too far below what is there", () => {
    const step = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(seen, few, step, (shown, replicas, maxRemovalsPerStep) => {
        const { spec } = storedNodePool({ spec: { replicas, maxRemovalsPerStep } });
        const count = nextCount(spec, shown);
        expect(count).toBeGreaterThanOrEqual(replicas);
        expect(count).toBeGreaterThanOrEqual(presentOf(shown) - maxRemovalsPerStep);
        expect(count).toBeLessThanOrEqual(Math.max(replicas, shown.item.desired));
      }),
    );
  });

  it("removes nobody unless the pool is at rest with exactly its nodes, all of them active", () => {
    fc.assert(
      fc.property(seen, few, (shown, replicas) => {
        const { spec } = storedNodePool({ spec: { replicas, maxRemovalsPerStep: 5 } });
        fc.pre(nextCount(spec, shown) < presentOf(shown));
        expect(shown.item.phase).toBe("Normal");
        expect(shown.nodes).toHaveLength(shown.item.desired);
        expect(shown.nodes.every(({ phase }) => phase === "Active")).toBe(true);
      }),
    );
  });

  it("gets to what is declared in as few steps as it may", () => {
    fc.assert(
      fc.property(few, few, fc.integer({ min: 1, max: 5 }), (from, replicas, maxRemovalsPerStep) => {
        const { spec } = storedNodePool({ spec: { replicas, maxRemovalsPerStep } });
        let count = from;
        let steps = 0;
        for (; count !== replicas; steps += 1) count = nextCount(spec, inOrder(count));
        expect(steps).toBe(
          from <= replicas ? Number(from < replicas) : Math.ceil((from - replicas) / maxRemovalsPerStep),
        );
      }),
    );
  });

  it("with autoscaling is the count that was read, within the bounds, whatever is declared", () => {
    fc.assert(
      fc.property(seen, few, bounds, (shown, replicas, autoscaling) => {
        const { spec } = storedNodePool({ spec: { replicas, autoscaling } });
        const { minReplicas, maxReplicas } = autoscaling;
        const clamped = [minReplicas, shown.item.desired, maxReplicas].sort((a, b) => a - b)[1];
        expect(nextCount(spec, shown)).toBe(clamped);
      }),
    );
  });

  it("keeps more nodes where a declared bound contradicts one that the cloud has", () => {
    const { spec } = storedNodePool({ spec: { autoscaling: { maxReplicas: 2 } } });
    const item = cloudPool({ desired: 8, current: 8, autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 9 } });
    expect(nextCount(spec, { item, nodes: [] })).toBe(5);
  });
});

describe("initialCount", () => {
  it("is what is declared, and within the bounds of autoscaling", () => {
    const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 5 };
    const counts = [0, 3, 9].map((replicas) => initialCount(storedNodePool({ spec: { replicas, autoscaling } }).spec));
    expect(counts).toEqual([2, 3, 5]);
    expect(initialCount(storedNodePool({ spec: { replicas: 9 } }).spec)).toBe(9);
  });
});
