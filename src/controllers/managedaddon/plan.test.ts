// What is done about an add-on that is there.
import { describe, expect, it, test } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import type { Addon, AddonPhase } from "../../cloud/facets/addons.ts";
import { managedAddon, type ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { timestampOf } from "../../lib/clock.ts";
import { differences, planFor, wasSent } from "./plan.ts";

const NOW = Date.UTC(2026, 0, 1, 12);

interface Declared {
  spec?: Partial<ManagedAddon["spec"]>;
  status?: Partial<ManagedAddon["status"]>;
}

/** In generation 3. */
function declared({ spec, status }: Declared = {}) {
  return {
    metadata: { generation: 3 },
    spec: managedAddon.spec.parse({ clusterRef: { name: "prod" }, template: "metrics-server", ...spec }),
    status: managedAddon.status.parse(status ?? {}),
  };
}

function shown(overrides: Partial<Addon> = {}): Addon {
  return {
    id: "a-1",
    name: "metrics-server",
    template: "metrics-server",
    version: "1.0.1",
    phase: "Available",
    cloudPhase: "running",
    message: "",
    values: { basic: { swr_user: "hwofficial" }, flavor: { replicas: 1 } },
    ...overrides,
  };
}

function operation(verb: "Create" | "Update", agoMs: number) {
  return { verb, nonce: "6f1f4f6e-1", startedAt: timestampOf(NOW - agoMs) };
}

function upToDate(reason: string, observedGeneration = 3) {
  return [condition({ type: "UpToDate", status: "False", reason, observedGeneration })];
}

const twoReplicas = { values: { flavor: { replicas: 2 } } };

describe("an add-on that runs", () => {
  it("is kept when it is as declared, whatever else the cloud shows", () => {
    expect(planFor(declared(), shown(), NOW)).toEqual({ do: "Keep" });
    const spec = { version: "1.0.1", values: { flavor: { replicas: 1 } } };
    expect(planFor(declared({ spec }), shown(), NOW)).toEqual({ do: "Keep" });
  });

  it("is upgraded to the declared version with the values that it has", () => {
    const resource = declared({ spec: { version: "1.0.6" } });
    expect(planFor(resource, shown(), NOW)).toEqual({
      do: "Upgrade",
      request: { template: "metrics-server", version: "1.0.6", values: shown().values },
    });
    expect(differences(resource, shown())).toEqual(["spec.version"]);
  });

  it("gets declared values over those that it has, in the version that it has", () => {
    const resource = declared({ spec: twoReplicas });
    expect(planFor(resource, shown(), NOW)).toEqual({
      do: "Upgrade",
      request: {
        template: "metrics-server",
        version: "1.0.1",
        values: { basic: { swr_user: "hwofficial" }, flavor: { replicas: 2 } },
      },
    });
    expect(differences(resource, shown())).toEqual(["spec.values"]);
  });

  it("is kept when it is only observed", () => {
    const spec = { ...twoReplicas, managementPolicy: "Observe" } as const;
    expect(planFor(declared({ spec }), shown(), NOW)).toEqual({ do: "Keep" });
  });

  test.each(["Upgrading", "UpdateIgnored", "AddonFailed"])("is not sent the same upgrade again after %s", (reason) => {
    const status = { conditions: upToDate(reason) };
    expect(planFor(declared({ spec: twoReplicas, status }), shown(), NOW)).toEqual({ do: "Ignore" });
  });

  it("is upgraded for a spec that changed since", () => {
    const status = { conditions: upToDate("UpdateIgnored", 2) };
    expect(planFor(declared({ spec: twoReplicas, status }), shown(), NOW)).toMatchObject({ do: "Upgrade" });
  });

  it.each(["InSync", "Differs"])("is upgraded again where an upgrade is not remembered by %s", (reason) => {
    const status = { conditions: upToDate(reason) };
    expect(planFor(declared({ spec: twoReplicas, status }), shown(), NOW)).toMatchObject({ do: "Upgrade" });
  });

  it("may still show what was before an upgrade that was sent a moment ago", () => {
    const conditions = upToDate("Upgrading");
    const sent = (agoMs: number) =>
      declared({ spec: twoReplicas, status: { conditions, operation: operation("Update", agoMs) } });
    expect(planFor(sent(9_000), shown(), NOW)).toMatchObject({ do: "Await", reason: "Upgrading" });
    expect(planFor(sent(10_000), shown(), NOW)).toEqual({ do: "Ignore" });
  });
});

describe("an add-on that the cloud is at", () => {
  test.each<[AddonPhase, string]>([
    ["Installing", "Installing"],
    ["Upgrading", "Upgrading"],
    ["Deleting", "Deleting"],
    ["Unknown", "CloudPhaseUnknown"],
  ])("and that is %s is waited for, however it differs", (phase, reason) => {
    const resource = declared({ spec: { version: "9" } });
    expect(planFor(resource, shown({ phase }), NOW)).toMatchObject({ do: "Await", reason });
  });
});

describe("an add-on that does not run", () => {
  const failed = shown({ phase: "Failed", cloudPhase: "upgradeFailed", message: "timed out" });
  const abnormal = shown({ phase: "Abnormal", cloudPhase: "abnormal" });

  it("has failed to be created where it never ran and is ours, also when the spec differs", () => {
    const status = { operation: operation("Create", 60_000) };
    expect(planFor(declared({ status, spec: twoReplicas }), failed, NOW)).toEqual({ do: "Fail" });
  });

  it("is AddonFailed in the cloud's words else", () => {
    const plan = planFor(declared(), failed, NOW);
    expect(plan).toMatchObject({ do: "Stall", reason: "AddonFailed" });
    expect(plan).toMatchObject({ message: expect.stringMatching(/a-1 is upgradeFailed: timed out\. Correct/) });
  });

  it("is looked at again when it is abnormal", () => {
    const plan = planFor(declared(), abnormal, NOW);
    expect(plan).toMatchObject({ do: "Await", reason: "AddonFailed", pollAfterMs: 30_000 });
  });

  it("gets a spec that was corrected, once", () => {
    for (const addon of [failed, abnormal]) {
      const before = { spec: twoReplicas, status: { conditions: upToDate("AddonFailed", 2) } };
      expect(planFor(declared(before), addon, NOW)).toMatchObject({ do: "Upgrade" });
      const after = { spec: twoReplicas, status: { conditions: upToDate("Upgrading") } };
      expect(planFor(declared(after), addon, NOW)).toMatchObject({ reason: "AddonFailed" });
    }
  });

  it("may still be shown so right after the upgrade that heals it", () => {
    const status = { conditions: upToDate("Upgrading"), operation: operation("Update", 1_000) };
    expect(planFor(declared({ spec: twoReplicas, status }), failed, NOW)).toMatchObject({ do: "Await" });
    expect(planFor(declared({ status }), failed, NOW)).toMatchObject({ do: "Await" });
  });

  it("is never changed when it is only observed", () => {
    const spec = { ...twoReplicas, managementPolicy: "Observe" } as const;
    expect(planFor(declared({ spec }), failed, NOW)).toMatchObject({ do: "Stall" });
  });
});

describe("wasSent", () => {
  it("is false for a resource that nobody has visited", () => {
    expect(wasSent(declared())).toBe(false);
  });
});
