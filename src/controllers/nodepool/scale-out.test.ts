// What is done about a pool that is a list of servers, as far as its count is concerned.
import { describe, expect, it } from "vitest";
import { cloudPool, storedNodePool } from "../../../test/support/environment/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { byServer, type Server, type ServerList } from "./members.ts";
import { planForList } from "./scale-out.ts";

type Shown = Partial<Record<string, ClusterNode["phase"]>>;

/** Of the servers a, b and c, of which the list of nodes shows those of `shown`. */
function planFor(
  replicas: number,
  shown: Shown,
  {
    states = {},
    told,
    ...list
  }: Partial<ServerList> & {
    readonly states?: Partial<Record<string, Server["state"]>>;
    /** What Ready says. */
    readonly told?: string;
  } = {},
) {
  const nodes = byServer(
    Object.entries(shown).map(([id, phase = "Active"]) => ({
      id,
      name: id,
      serverId: id,
      poolId: undefined,
      phase,
      cloudPhase: phase,
      origin: "Bought",
    })),
  );
  const servers = ["a", "b", "c"].map((id): Server => ({ id, origin: "Created", state: states[id] ?? "Joined" }));
  const known: ServerList = {
    servers,
    nodes,
    strangers: [],
    newcomers: [],
    job: undefined,
    outcome: "None",
    turn: undefined,
    isBesideUnadopted: false,
    refusal: undefined,
    ...list,
  };
  const seen = { item: cloudPool(), nodes: [...nodes.values()], leavesByName: true, list: known };
  const at = "2026-01-01T00:00:00Z";
  const conditions =
    told === undefined
      ? []
      : [{ type: "Ready", status: "False", reason: told, message: "", observedGeneration: 1, lastTransitionTime: at }];
  const declared = { spec: { replicas, maxRemovalsPerStep: 2 }, status: { conditions } as never };
  return planForList(storedNodePool(declared), seen, 0);
}

const ALL: Shown = { a: "Active", b: "Active", c: "Active" };

describe("fewer", () => {
  it("leave by their names, so many at once", () => {
    expect(planFor(1, ALL)).toMatchObject({ do: "Change", verb: "Remove", change: { release: true } });
    expect(planFor(0, ALL)).toMatchObject({ change: { nodes: [{ id: "a" }, { id: "b" }] } });
  });

  it("does not mean another one while those that left are not known to be gone", () => {
    // Removed by a request whose answer was lost: the status still calls them joined.
    expect(planFor(1, { c: "Active" })).toMatchObject({ do: "Await", message: expect.stringContaining("a, b") });
    expect(planFor(1, { a: "Deleting", b: "Deleting", c: "Active" })).toMatchObject({ do: "Await" });
    expect(planFor(0, { a: "Deleting", b: "Active", c: "Active" })).toMatchObject({ do: "Await" });
    expect(planFor(1, { c: "Active" }, { states: { a: "Leaving", b: "Leaving" } })).toMatchObject({ do: "Await" });
  });
});

describe("more", () => {
  it("are asked for by how many more, and not for those that are only missing from a list", () => {
    expect(planFor(5, ALL)).toMatchObject({ do: "Change", verb: "ScaleOut", change: { count: 2 } });
    expect(planFor(3, { a: "Active", b: "Active" })).toMatchObject({ do: "Await" });
  });

  it("wait for the turn of another pool, and while an outcome is not known", () => {
    expect(planFor(5, ALL, { turn: "shop/other" })).toMatchObject({
      do: "Await",
      message: expect.stringContaining("shop/other"),
    });
    expect(planFor(5, ALL, { outcome: "Open" })).toMatchObject({ do: "Await" });
    expect(planFor(5, ALL, { outcome: "Unplaced" })).toMatchObject({ do: "Stall", reason: "ScaleOutOutcomeUnknown" });
  });

  it("are asked for again after a failure only once it was told, however late that is seen", () => {
    const job = {
      id: "t-1",
      type: "ScaleOut",
      phase: "Failed",
      steps: [],
      reason: "No stock",
      cause: "SoldOut",
    } as const;
    expect(planFor(5, ALL, { job })).toMatchObject({ do: "Await", reason: "SoldOut" });
    expect(planFor(5, ALL, { job, told: "SoldOut" })).toMatchObject({ do: "Change", verb: "ScaleOut" });
  });

  it("are not bought beside Workers that nobody claims, where a pool has lost its status", () => {
    const strangers = [
      { id: "s", name: "s", serverId: "s", poolId: undefined, phase: "Active", cloudPhase: "" },
    ] as const;
    expect(planFor(5, ALL, { strangers, isBesideUnadopted: true })).toMatchObject({
      do: "Stall",
      reason: "AlreadyExists",
    });
  });
});
