// Who leaves when fewer nodes are wanted.
import { describe, expect, it } from "vitest";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { departureOf } from "./leaving.ts";

function node(id: string, change: Partial<ClusterNode> = {}): ClusterNode {
  return { id, name: id, serverId: id, poolId: "np-1", phase: "Active", cloudPhase: "", origin: "Bought", ...change };
}

function leaving(
  nodes: readonly ClusterNode[],
  count: number,
): { ids: readonly string[]; release: boolean } | undefined {
  const departure = departureOf(nodes, count);
  return departure && { ids: departure.nodes.map(({ id }) => id), release: departure.release };
}

describe("departureOf", () => {
  const old = node("i-old", { createdAtMs: 1 });
  const young = node("i-young", { createdAtMs: 2 });
  const broken = node("i-broken", { createdAtMs: 0, phase: "Abnormal" });

  it("takes those that do not work first, then the youngest", () => {
    expect(leaving([old, young, broken], 1)).toEqual({ ids: ["i-broken"], release: true });
    expect(leaving([old, young, broken], 2)).toEqual({ ids: ["i-broken", "i-young"], release: true });
    expect(leaving([old, young], 1)).toEqual({ ids: ["i-young"], release: true });
  });

  it("takes none where none is to leave, and nobody twice", () => {
    expect(leaving([old], 0)).toBeUndefined();
    expect(leaving([old], -3)).toBeUndefined();
    expect(leaving([node("i-1", { phase: "Deleting" })], 1)).toBeUndefined();
  });

  it.each<[string, Partial<ClusterNode>]>([
    ["existed before", { origin: "Accepted" }],
    ["joined by a script", { origin: "Joined" }],
    ["is of unknown origin", { origin: undefined }],
    ["is paid for a term", { isPrepaid: true }],
  ])("gives no server back that %s, and takes it in a request of its own", (_, change) => {
    const kept = node("i-kept", { createdAtMs: 9, ...change });
    expect(leaving([old, kept], 2)).toEqual({ ids: ["i-kept"], release: false });
  });

  it("takes those of one pool at once", () => {
    expect(leaving([old, node("i-else", { createdAtMs: 5, poolId: undefined })], 2)).toEqual({
      ids: ["i-else"],
      release: true,
    });
  });
});
