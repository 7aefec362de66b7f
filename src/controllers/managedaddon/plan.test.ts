// What is done about an add-on that is there.
import { describe, expect, it, test } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import type { Addon, AddonPhase } from "../../cloud/facets/addons.ts";
import { managedAddonSchema } from "../../crds/managedaddon/schema.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { timestampOf } from "../../lib/clock.ts";
import { planFor, wasSent } from "./plan.ts";

const NOW = Date.UTC(2026, 0, 1, 12);

interface Declared {
  spec?: Partial<ManagedAddon["spec"]>;
  status?: Partial<ManagedAddon["status"]>;
}

/** In generation 3. */
function declared({ spec, status }: Declared = {}) {
  return {
    metadata: { generation: 3 },
    spec: managedAddonSchema.spec.parse({ clusterRef: { name: "prod" }, template: "metrics-server", ...spec }),
    status: managedAddonSchema.status.parse(status ?? {}),
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

/** What is done about it, as the cloud shows it now. */
function plan(resource: Declared, addon: Addon = shown()) {
  return planFor(declared(resource), { item: addon }, NOW);
}

const kept = { do: "Keep", reason: "Available", message: "Add-on a-1 is as declared" };
const observed = { ...kept, message: "Add-on a-1 is observed" };
/** It was sent, and is not sent again. */
const ignored = { ...kept, message: "Add-on a-1 runs, but not as declared: see UpToDate" };
const upgrade = { do: "Change", verb: "Update" };

const twoReplicas = { values: { flavor: { replicas: 2 } } };

describe("an add-on that runs", () => {
  it("is kept when it is as declared, whatever else the cloud shows", () => {
    expect(plan({})).toEqual(kept);
    const spec = { version: "1.0.1", values: { flavor: { replicas: 1 } } };
    expect(plan({ spec })).toEqual(kept);
  });

  it("is upgraded to the declared version with the values that it has", () => {
    expect(plan({ spec: { version: "1.0.6" } })).toEqual({
      ...upgrade,
      change: { template: "metrics-server", version: "1.0.6", values: shown().values },
      fields: [{ field: "spec.version", before: "1.0.1", after: "1.0.6" }],
    });
  });

  it("gets declared values over those that it has, in the version that it has", () => {
    expect(plan({ spec: twoReplicas })).toEqual({
      ...upgrade,
      change: {
        template: "metrics-server",
        version: "1.0.1",
        values: { basic: { swr_user: "hwofficial" }, flavor: { replicas: 2 } },
      },
      fields: [{ field: "spec.values.flavor.replicas", before: 1, after: 2 }],
    });
  });

  it("is kept when it is only observed", () => {
    const spec = { ...twoReplicas, managementPolicy: "Observe" } as const;
    expect(plan({ spec })).toEqual(observed);
  });

  test.each(["Upgrading", "UpdateIgnored", "AddonFailed"])("is not sent the same upgrade again after %s", (reason) => {
    const status = { conditions: upToDate(reason) };
    expect(plan({ spec: twoReplicas, status })).toEqual(ignored);
  });

  it("is upgraded for a spec that changed since", () => {
    const status = { conditions: upToDate("UpdateIgnored", 2) };
    expect(plan({ spec: twoReplicas, status })).toMatchObject(upgrade);
  });

  it.each(["InSync", "Differs"])("is upgraded again where an upgrade is not remembered by %s", (reason) => {
    const status = { conditions: upToDate(reason) };
    expect(plan({ spec: twoReplicas, status })).toMatchObject(upgrade);
  });

  it("may still show what was before an upgrade that was sent a moment ago", () => {
    const conditions = upToDate("Upgrading");
    const sent = (agoMs: number) => ({
      spec: twoReplicas,
      status: { conditions, operation: operation("Update", agoMs) },
    });
    expect(plan(sent(9_000))).toMatchObject({ do: "Await", reason: "Upgrading" });
    expect(plan(sent(10_000))).toEqual(ignored);
  });
});

describe("an add-on that the cloud is at", () => {
  test.each<[AddonPhase, string]>([
    ["Installing", "Installing"],
    ["Upgrading", "Upgrading"],
    ["Deleting", "Deleting"],
    ["Unknown", "CloudPhaseUnknown"],
  ])("and that is %s is waited for, however it differs", (phase, reason) => {
    expect(plan({ spec: { version: "9" } }, shown({ phase }))).toMatchObject({ do: "Await", reason });
  });
});

describe("an add-on that does not run", () => {
  const failed = shown({ phase: "Failed", cloudPhase: "upgradeFailed", message: "timed out" });
  const abnormal = shown({ phase: "Abnormal", cloudPhase: "abnormal" });

  it("has failed to be created where it never ran and is ours, also when the spec differs", () => {
    const status = { operation: operation("Create", 60_000) };
    const why = "Add-on a-1 is upgradeFailed: timed out";
    expect(plan({ status, spec: twoReplicas }, failed)).toEqual({ do: "Fail", why, again: "installed" });
  });

  it("is AddonFailed in the cloud's words else", () => {
    const message = expect.stringMatching(/a-1 is upgradeFailed: timed out\. Correct/);
    expect(plan({}, failed)).toMatchObject({ do: "Stall", reason: "AddonFailed", message });
  });

  it("is looked at again when it is abnormal", () => {
    expect(plan({}, abnormal)).toMatchObject({ do: "Await", reason: "AddonFailed", pollAfterMs: 30_000 });
  });

  it("gets a spec that was corrected, once", () => {
    for (const addon of [failed, abnormal]) {
      const before = { spec: twoReplicas, status: { conditions: upToDate("AddonFailed", 2) } };
      expect(plan(before, addon)).toMatchObject(upgrade);
      const after = { spec: twoReplicas, status: { conditions: upToDate("Upgrading") } };
      expect(plan(after, addon)).toMatchObject({ reason: "AddonFailed" });
    }
  });

  it("may still be shown so right after the upgrade that heals it", () => {
    const status = { conditions: upToDate("Upgrading"), operation: operation("Update", 1_000) };
    expect(plan({ spec: twoReplicas, status }, failed)).toMatchObject({ do: "Await" });
    expect(plan({ status }, failed)).toMatchObject({ do: "Await" });
  });

  it("is never changed when it is only observed", () => {
    const spec = { ...twoReplicas, managementPolicy: "Observe" } as const;
    expect(plan({ spec }, failed)).toMatchObject({ do: "Stall" });
  });
});

describe("wasSent", () => {
  it("is false for a resource that nobody has visited", () => {
    expect(wasSent(declared())).toBe(false);
  });
});
