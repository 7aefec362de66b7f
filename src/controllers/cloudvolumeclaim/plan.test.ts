// What is decided about a claim that is there, whatever it shows and whatever is declared.
import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { condition } from "../../../test/support/environment/builders.ts";
import { storedCloudVolumeClaim } from "../../../test/support/environment/resources.ts";
import type { ClaimPhase, VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import { isGrowing, planFor } from "./plan.ts";
import type { ClaimSeen } from "./scope.ts";

function seen(item: Partial<VolumeClaim> = {}, rest: Partial<ClaimSeen> = {}): ClaimSeen {
  return {
    item: {
      id: "uid-1",
      name: "default/files",
      key: { namespace: "default", name: "files" },
      phase: "Bound",
      cloudPhase: "Bound",
      isLeaving: false,
      accessModes: ["ReadWriteMany"],
      requestedGiB: 10,
      capacity: "10Gi",
      ...item,
    },
    provider: "EasyStackECNS",
    waitsForConsumer: false,
    canGrow: true,
    ...rest,
  };
}

function sized(sizeGiB: number, status: Partial<CloudVolumeClaim["status"]> = {}): CloudVolumeClaim {
  return storedCloudVolumeClaim({ spec: { huawei: undefined, sizeGiB }, status });
}

describe("a claim that is bound", () => {
  it("is kept as it is where its size is the declared one, or the cloud lets none grow", () => {
    expect(planFor(sized(10), seen())).toMatchObject({ do: "Keep", reason: "Available" });
    expect(planFor(sized(20), seen({}, { canGrow: false }))).toMatchObject({ do: "Keep" });
  });

  it("grows, once in each generation of the spec where that does not show, and never shrinks", () => {
    expect(planFor(sized(20), seen())).toMatchObject({ do: "Change", change: { do: "Grow", sizeGiB: 20 } });
    const ignored = condition({ type: "UpToDate", status: "False", reason: "UpdateIgnored", observedGeneration: 1 });
    expect(planFor(sized(20, { conditions: [ignored] }), seen())).toMatchObject({ do: "Keep" });
    expect(planFor(sized(5), seen())).toMatchObject({ do: "Stall", reason: "Rejected" });
  });

  it("is growing until it has what it asked for", () => {
    expect(isGrowing(seen({ requestedGiB: 20 }).item)).toBe(true);
    expect(isGrowing(seen({ requestedGiB: 20, capacity: "20Gi" }).item)).toBe(false);
    expect(isGrowing(seen({ requestedGiB: 20, capacity: undefined }).item)).toBe(false);
  });
});

describe("a claim that is not bound", () => {
  it.each<[Partial<VolumeClaim>, Partial<ClaimSeen>, object]>([
    [{ phase: "Pending" }, {}, { do: "Await", reason: "ClaimPending" }],
    [{ phase: "Pending" }, { waitsForConsumer: true }, { do: "Keep", reason: "WaitingForConsumer" }],
    [{ phase: "Lost" }, {}, { do: "Stall", reason: "ExternalResourceMissing" }],
    [{ phase: "Unknown", cloudPhase: "Odd" }, {}, { do: "Await", reason: "CloudPhaseUnknown" }],
    [{ isLeaving: true }, {}, { do: "Await", reason: "Deleting" }],
  ])("as %j is waited for, or is a loss", (item, rest, plan) => {
    expect(planFor(sized(10), seen(item, rest))).toMatchObject(plan);
  });
});

it("Nothing but growth is ever sent, and nothing at all by Observe", () => {
  const phases = fc.constantFrom<ClaimPhase>("Pending", "Bound", "Lost", "Unknown");
  const sizes = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.record({ phase: phases, isLeaving: fc.boolean(), requestedGiB: sizes }),
      fc.record({ waitsForConsumer: fc.boolean(), canGrow: fc.boolean() }),
      fc.record({ sizeGiB: fc.integer({ min: 1, max: 100 }), managementPolicy: fc.constantFrom("Manage", "Observe") }),
      (item, rest, spec) => {
        const resource = storedCloudVolumeClaim({ spec: { huawei: undefined, ...spec } });
        const plan = planFor(resource, seen(item, rest));
        if (plan.do !== "Change") return;
        expect([spec.managementPolicy, item.phase, item.isLeaving]).toEqual(["Manage", "Bound", false]);
        expect(plan.change.sizeGiB).toBeGreaterThan(item.requestedGiB ?? Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 5_000 },
  );
});
