// When deleting a resource leaves the cloud alone, and until when its parent has to stay.
import { describe, expect, it } from "vitest";
import { openCreate } from "../../../test/support/environment/builders.ts";
import { storedNodePool } from "../../../test/support/environment/nodepools.ts";
import {
  storedManagedAddon,
  storedManagedCluster,
  storedRegistryProject,
  type Stored,
} from "../../../test/support/environment/resources.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { holdsParent, leavesCloudAlone, type ExternalResource } from "./resource.ts";

type Status = Omit<NonNullable<Stored<ExternalResource>["status"]>, "origin"> & { origin?: "Created" | "Adopted" };

type Declared = Omit<Stored<ExternalResource>, "metadata" | "status"> & {
  readonly status?: Status;
  readonly metadata?: { annotations?: Record<string, string>; deletionTimestamp?: string } | undefined;
};

const KINDS: readonly (readonly [string, (declared: Declared) => ExternalResource])[] = [
  ["RegistryProject", storedRegistryProject],
  ["ManagedCluster", storedManagedCluster],
  ["NodePool", storedNodePool],
  ["ManagedAddon", storedManagedAddon],
];

const created = { externalId: "7", origin: "Created" } as const;
const adopted = { externalId: "7", origin: "Adopted" } as const;
const operation = openCreate();

describe.each(KINDS)("leavesCloudAlone, of a %s", (_kind, stored) => {
  const leaves = (declared: Declared): boolean => leavesCloudAlone(stored(declared));

  it("is true where nothing was made, whatever the policy", () => {
    expect(leaves({})).toBe(true);
    expect(leaves({ spec: { deletionPolicy: "Delete" } })).toBe(true);
    expect(leaves({ spec: { deletionPolicy: "Delete", externalId: "7" } })).toBe(true);
  });

  it("is false for what Yunfan created, and true for what it adopted, where no policy is set", () => {
    expect(leaves({ status: created })).toBe(false);
    expect(leaves({ status: adopted })).toBe(true);
    expect(leaves({ status: { externalId: "7" } })).toBe(true);
  });

  it("follows the policy where one is set", () => {
    expect(leaves({ status: created, spec: { deletionPolicy: "Orphan" } })).toBe(true);
    expect(leaves({ status: adopted, spec: { deletionPolicy: "Delete" } })).toBe(false);
  });

  it("is false for an open journal, which may have made something", () => {
    expect(leaves({ status: { operation } })).toBe(false);
  });

  it("is true where the resource only observes, even with the policy Delete", () => {
    const spec = { managementPolicy: "Observe", deletionPolicy: "Delete" };
    expect(leaves({ status: created, spec })).toBe(true);
    expect(leaves({ status: { operation }, spec })).toBe(true);
  });

  it("is true where force-orphan names the id, or the nonce of an open journal", () => {
    const orphan = (held: string): Declared["metadata"] => ({ annotations: { [ANNOTATIONS.forceOrphan]: held } });
    expect(leaves({ status: created, metadata: orphan("7") })).toBe(true);
    expect(leaves({ status: { operation }, metadata: orphan(operation.nonce) })).toBe(true);
  });

  it("is false where force-orphan names something else, as a copied template would", () => {
    for (const held of ["8", "", "true"]) {
      const metadata = { annotations: { [ANNOTATIONS.forceOrphan]: held } };
      expect(leaves({ status: created, metadata })).toBe(false);
    }
  });
});

describe.each(KINDS)("holdsParent, of a %s", (_kind, stored) => {
  const leaving = { deletionTimestamp: "2026-01-01T00:00:00Z" };
  const orphan = { deletionPolicy: "Orphan" };

  it("is true while it may use its parent, even before anything was made", () => {
    expect(holdsParent(stored({}), true)).toBe(true);
  });

  it("is true while something is left to delete, though it may no longer use its parent", () => {
    expect(holdsParent(stored({ status: created }), false)).toBe(true);
    expect(holdsParent(stored({ status: created, metadata: leaving }), false)).toBe(true);
  });

  it("is true for what holds something, or may: also where it would be left in the cloud", () => {
    expect(holdsParent(stored({ status: { operation } }), false)).toBe(true);
    expect(holdsParent(stored({ status: adopted }), false)).toBe(true);
    expect(holdsParent(stored({ status: created, spec: orphan }), false)).toBe(true);
    expect(holdsParent(stored({ status: created, spec: { managementPolicy: "Observe" } }), false)).toBe(true);
  });

  it("is false for a stranger that holds nothing", () => {
    expect(holdsParent(stored({}), false)).toBe(false);
  });

  it("is false for one on its way out that leaves the cloud alone, whatever it may use", () => {
    for (const mayUse of [true, false]) {
      expect(holdsParent(stored({ metadata: leaving }), mayUse)).toBe(false);
      expect(holdsParent(stored({ metadata: leaving, status: adopted }), mayUse)).toBe(false);
      expect(holdsParent(stored({ metadata: leaving, status: created, spec: orphan }), mayUse)).toBe(false);
    }
  });

  it("is true for one on its way out whose open create may have made something", () => {
    expect(holdsParent(stored({ metadata: leaving, status: { operation } }), false)).toBe(true);
  });
});
