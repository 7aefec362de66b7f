// What is done about a pool that is there: by its phase, by its nodes, and by what differs.
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
import type { Field } from "./diff.ts";
import { planFor } from "./plan.ts";
import type { PoolChange } from "./scope.ts";

/** For a pool with as many active nodes as it is to have, unless told otherwise. */
function plan(
  overrides: StoredNodePool,
  shown: Partial<CountedPool> = {},
  nodes?: readonly ClusterNode[],
): Plan<PoolChange> {
  const item = cloudPool(shown);
  return planFor(storedNodePool(overrides), { item, nodes: nodes ?? activeNodes(item.desired) }, 0);
}

/** A change with these members in its request, because of these fields; any, where none are given. */
function changing(request: object, ...fields: readonly Field[]): object {
  const told = fields.map((field) => ({ field: `spec.${field}` }));
  return { do: "Change", change: { request }, ...(fields.length > 0 && { fields: told }) };
}

const kept = { do: "Keep", reason: "Available", message: "Node pool np-1 is as declared" } as const;
const keptBut = { ...kept, message: expect.stringMatching(/is as declared, but for what the cloud did not change/) };

const autoscaling = { enabled: true, minReplicas: 2, maxReplicas: 5 };
const create = { operation: openCreate(), externalId: "np-1" };

describe("a pool at rest", () => {
  it("is kept as it is where nothing differs", () => {
    expect(plan({})).toEqual(kept);
  });

  it("is waited for while nodes come or go, and says how many are active", () => {
    const nodes = cloudNodes("Active", "Active", "Creating");
    const awaited = { do: "Await", reason: "Scaling", message: "2 of 3 nodes are active" };
    expect(plan({}, {}, nodes)).toEqual(awaited);
    expect(plan({}, {}, activeNodes(2))).toEqual(awaited);
  });

  it("is waited for while the pool itself counts other nodes than the list", () => {
    expect(plan({}, { current: 2 })).toMatchObject({ do: "Await", reason: "Scaling" });
  });

  it("is looked at slowly while all nodes are there and some do not work", () => {
    const nodes = cloudNodes("Active", "Active", "Abnormal");
    expect(plan({}, {}, nodes)).toMatchObject({ do: "Await", reason: "NodesNotActive", pollAfterMs: 60_000 });
  });

  it("gets its labels also while a node does not work, with the count that it has", () => {
    const labels = { team: "a" };
    const nodes = cloudNodes("Active", "Active", "Abnormal");
    const change = { replicas: 3, labels, mark: "6f1f4f6e-1", name: "workers" };
    expect(plan({ spec: { labels } }, {}, nodes)).toMatchObject(changing(change, "labels"));
  });

  it("gets its labels as a whole set: what the cloud has beside them goes", () => {
    const shown = { labels: { team: "a", other: "b" } };
    const change = { labels: { team: "a" } };
    expect(plan({ spec: { labels: { team: "a" } } }, shown)).toMatchObject(changing(change));
    expect(plan({ spec: { labels: {} } }, shown)).toMatchObject(changing({ labels: {} }));
  });

  it("keeps labels that nobody declares, also when something else is sent", () => {
    const shown = { labels: { other: "b" } };
    expect(plan({}, shown)).toEqual(kept);
    expect(plan({ spec: { replicas: 4 } }, shown)).toMatchObject(changing({ labels: { other: "b" }, replicas: 4 }));
  });
});

describe("the count", () => {
  it("goes up at once, also while nodes are coming", () => {
    const spec = { replicas: 9 };
    const raised = changing({ replicas: 9 }, "replicas");
    expect(plan({ spec })).toMatchObject(raised);
    const nodes = cloudNodes("Active", "Active", "Creating");
    expect(plan({ spec }, { phase: "Synchronizing" }, nodes)).toMatchObject(raised);
  });

  it("goes down by one step, as large as declared, and not below what is declared", () => {
    const shown = { desired: 8 };
    expect(plan({}, shown)).toMatchObject(changing({ replicas: 7 }));
    expect(plan({ spec: { maxRemovalsPerStep: 2 } }, shown)).toMatchObject(changing({ replicas: 6 }));
    expect(plan({ spec: { maxRemovalsPerStep: 50 } }, shown)).toMatchObject(changing({ replicas: 3 }));
  });

  it.each<[string, Partial<CountedPool>, readonly ClusterNode[]]>([
    ["nodes of the last step are still there", { desired: 8 }, activeNodes(9)],
    ["a node that is to stay does not work", { desired: 3 }, cloudNodes("Active", "Active", "Abnormal")],
    ["a node is being made", { desired: 3 }, cloudNodes("Active", "Active", "Creating")],
    ["the pool counts others than the list", { desired: 3, current: 4 }, activeNodes(3)],
    ["the pool is being changed", { desired: 3, phase: "Synchronizing" }, activeNodes(3)],
    ["the list lacks one and the pool does not count", { desired: 3 }, activeNodes(2)],
  ])("waits with the next step while %s", (_, shown, nodes) => {
    expect(plan({ spec: { replicas: 1 } }, shown, nodes)).toMatchObject({ do: "Await" });
  });

  it("is that of the present step when labels change in the middle of it", () => {
    const spec = { replicas: 1, labels: { team: "a" } };
    const change = { replicas: 8, labels: { team: "a" } };
    expect(plan({ spec }, { desired: 8 }, activeNodes(9))).toMatchObject(changing(change, "labels"));
  });

  it("changes nothing of autoscaling but what is declared", () => {
    const shown = { autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 9, cooldownMinutes: 15, priority: 3 } };
    const others = { cooldownMinutes: 15, priority: 3 };
    expect(plan({ spec: { autoscaling } }, shown)).toMatchObject(
      changing({ autoscaling: { ...autoscaling, ...others } }),
    );
    const off = { enabled: false, minReplicas: 0, maxReplicas: 0 };
    expect(plan({ spec: { autoscaling: off } }, shown)).toMatchObject(changing({ autoscaling: { ...off, ...others } }));
  });

  it.each([
    ["the lower bound", { enabled: true, maxReplicas: 9 }],
    ["whether it is on", { minReplicas: 1, maxReplicas: 9 }],
    ["all of it", {}],
  ])("has its autoscaling as it is where the block leaves out %s", (_what, declared) => {
    const there = { enabled: true, minReplicas: 1, maxReplicas: 9 };
    expect(plan({ spec: { autoscaling: declared } }, { autoscaling: there, desired: 5 })).toMatchObject({ do: "Keep" });
  });

  it("and its autoscaling are left alone where neither is declared", () => {
    const declared = { spec: { replicas: undefined } };
    expect(plan(declared, { desired: 5, autoscaling }, activeNodes(5))).toMatchObject({ do: "Keep" });
    expect(plan(declared, { desired: 5 }, activeNodes(5))).toMatchObject({ do: "Keep" });
    const labelled = { spec: { replicas: undefined, labels: { team: "a" } } };
    const carried = changing({ replicas: 5, autoscaling, labels: { team: "a" } }, "labels");
    expect(plan(labelled, { desired: 5, autoscaling }, activeNodes(5))).toMatchObject(carried);
  });

  it("does not jump down when autoscaling is turned off", () => {
    const shown = { desired: 8, autoscaling };
    const off = { autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 } };
    const declared = { spec: off };
    expect(plan(declared, shown)).toMatchObject(changing({ replicas: 7, ...off }, "replicas", "autoscaling"));
    expect(plan(declared, shown, activeNodes(9))).toMatchObject(changing({ replicas: 8 }, "autoscaling"));
  });

  it("is the cloud's with autoscaling: never a reason to write, and carried along in every write", () => {
    const spec = { replicas: 3, autoscaling };
    expect(plan({ spec }, { desired: 5, autoscaling })).toEqual(kept);
    const labelled = { ...spec, labels: { team: "a" } };
    const update = changing({ replicas: 5, autoscaling }, "labels");
    expect(plan({ spec: labelled }, { desired: 5, autoscaling })).toMatchObject(update);
  });

  it("is brought within new bounds together with them", () => {
    const spec = { autoscaling };
    const on = { ...autoscaling, maxReplicas: 20 };
    expect(plan({ spec }, { desired: 9, autoscaling: on })).toMatchObject(changing({ replicas: 5, autoscaling }));
    expect(plan({ spec }, { desired: 0 }, [])).toMatchObject(changing({ replicas: 2, autoscaling }));
  });
});

describe("a sold-out pool", () => {
  const shown = { phase: "SoldOut", cloudPhase: "SoldOut", desired: 5, current: 2 } as const;

  it("is looked at slowly; the message names the type and that nodes stay", () => {
    const awaited = plan({ spec: { replicas: 5 } }, shown, activeNodes(2));
    expect(awaited).toMatchObject({ do: "Await", reason: "SoldOut", pollAfterMs: 60_000 });
    expect(awaited).toMatchObject({ message: expect.stringMatching(/s6\.large\.2.*The 2 nodes that are there stay/) });
  });

  it("is asked for fewer at once as far as nobody has to go, and no further", () => {
    expect(plan({ spec: { replicas: 3 } }, shown, activeNodes(2))).toMatchObject(changing({ replicas: 3 }));
    expect(plan({ spec: { replicas: 0 } }, shown, activeNodes(2))).toMatchObject(changing({ replicas: 2 }));
    expect(plan({ spec: { replicas: 0 } }, { ...shown, current: 3 }, activeNodes(2))).toMatchObject(
      changing({ replicas: 3 }),
    );
  });
});

describe("a failed pool", () => {
  const shown = { phase: "Failed", cloudPhase: "Error" } as const;
  const creationFailed = { do: "Fail", why: "The cloud says that node pool np-1 is Error: its creation has failed" };

  it("is PoolFailed, and has failed to be created where it never came to rest", () => {
    expect(plan({}, shown)).toMatchObject({ do: "Stall", reason: "PoolFailed" });
    expect(plan({ status: create }, shown)).toMatchObject(creationFailed);
  });

  it("is changed where the spec was, but not where its creation has failed", () => {
    const spec = { replicas: 4 };
    expect(plan({ spec }, shown)).toMatchObject(changing({ replicas: 4 }));
    expect(plan({ spec, status: create }, shown)).toMatchObject(creationFailed);
  });

  it("loses no node", () => {
    expect(plan({ spec: { replicas: 1 } }, shown)).toMatchObject({ do: "Stall" });
  });
});

describe("a pool that somebody deletes, or in an unknown phase", () => {
  it("is left alone, whatever differs", () => {
    const spec = { replicas: 9, labels: { team: "a" } };
    expect(plan({ spec }, { phase: "Deleting" })).toMatchObject({ do: "Await", reason: "Deleting" });
    const unknown = plan({ spec }, { phase: "Unknown", cloudPhase: "Melting" });
    expect(unknown).toMatchObject({ reason: "CloudPhaseUnknown", message: expect.stringContaining("Melting") });
  });
});

describe("a pool that is only observed", () => {
  it("is never changed", () => {
    const spec = { managementPolicy: "Observe", replicas: 9, labels: { team: "a" }, autoscaling };
    for (const phase of ["Normal", "Synchronizing", "SoldOut", "Failed"] as const) {
      expect(plan({ spec }, { phase }).do).not.toBe("Change");
    }
  });
});

describe("taints", () => {
  const taints = [{ key: "gpu", effect: "NoSchedule" }] as const;

  it("are sent where it is not known that they were", () => {
    const sent = { taints: [{ key: "gpu", value: "", effect: "NoSchedule" }], replicas: 3 };
    expect(plan({ spec: { taints } })).toMatchObject(changing(sent, "taints"));
  });

  it("are not sent again, in whatever order they are declared", () => {
    const other = { key: "a", value: "b", effect: "NoExecute" } as const;
    const status = { appliedTaints: [other, ...taints] };
    expect(plan({ spec: { taints: [...taints, other] }, status })).toEqual(kept);
  });

  it("are sent where others were, and where they were taken out", () => {
    const status = { appliedTaints: [{ key: "gpu", value: "no", effect: "NoSchedule" as const }] };
    expect(plan({ spec: { taints }, status })).toMatchObject(changing({}));
    expect(plan({ spec: { taints: [] }, status })).toMatchObject(changing({ taints: [] }));
  });

  it("stay as they were sent where none are declared", () => {
    const status = { appliedTaints: [{ key: "gpu", value: "no", effect: "NoSchedule" as const }] };
    expect(plan({ status })).toEqual(kept);
    expect(plan({ status, spec: { replicas: 4 } })).toMatchObject(changing({ taints: status.appliedTaints }));
  });

  it("are compared with what the cloud shows, where it shows them", () => {
    const status = { appliedTaints: [...taints] };
    expect(plan({ spec: { taints }, status }, { taints: [] })).toMatchObject(changing({}, "taints"));
  });
});

describe("a change that the cloud took and did not make", () => {
  const spec = { labels: { team: "a" }, taints: [], autoscaling };
  const status = { appliedTaints: [] };
  const shown = { autoscaling };
  const sent = (generation: number) => ({ ...status, sentChange: { generation, fields: ["labels" as const] } });

  it("is not sent again for the same generation", () => {
    expect(plan({ spec, status }, shown)).toMatchObject(changing({}, "labels"));
    expect(plan({ spec, status: sent(1) }, shown)).toEqual(keptBut);
  });

  it("is sent again for another generation", () => {
    expect(plan({ spec, status: sent(0) }, shown)).toMatchObject(changing({}, "labels"));
  });

  it("does not keep the rest from being sent", () => {
    const bounds = { autoscaling: { ...autoscaling, maxReplicas: 9 } };
    expect(plan({ spec, status: sent(1) }, bounds)).toMatchObject(changing({}, "autoscaling"));
    const off = { ...spec, autoscaling: { enabled: false }, replicas: 5 };
    expect(plan({ spec: off, status: sent(1) })).toMatchObject(changing({ replicas: 5 }));
  });

  it("leaves the count to the cloud where that did not turn its autoscaling off", () => {
    const stuck = { sentChange: { generation: 1, fields: ["autoscaling" as const] } };
    const off = { enabled: false, minReplicas: 0, maxReplicas: 0 };
    expect(plan({ spec: { replicas: 1, autoscaling: off }, status: stuck }, { ...shown, desired: 4 })).toEqual(keptBut);
  });
});

describe("a pool that is adopted with nodes", () => {
  const adopted = { externalId: "np-1", origin: "Adopted" } as const;
  const forgotten = { do: "Stall", reason: "ReplicasNotDeclared" };

  it("loses none to a count that nobody declared, whatever its phase", () => {
    for (const phase of ["Normal", "Synchronizing", "SoldOut", "Failed"] as const) {
      expect(plan({ spec: { replicas: 0 }, status: adopted }, { phase })).toMatchObject(forgotten);
    }
  });

  it("has the count 0 where that was shown before, or where nothing is there", () => {
    const shown = { ...adopted, desiredReplicas: 3 };
    expect(plan({ spec: { replicas: 0 }, status: shown })).toMatchObject(changing({ replicas: 2 }, "replicas"));
    expect(plan({ spec: { replicas: 0 }, status: adopted }, { desired: 0 })).toEqual(kept);
    expect(plan({ spec: { replicas: 0 }, status: { ...adopted, origin: "Created" } })).toMatchObject(changing({}));
  });
});
