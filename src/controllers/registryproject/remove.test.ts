// When deleting a resource leaves the cloud alone, and until when its account has to stay.
import { describe, expect, it } from "vitest";
import { openCreate, storedCloudAccount } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { leavesCloudAlone } from "../external/resource.ts";
import { needsAccount } from "./remove.ts";

type Declared = NonNullable<Parameters<typeof storedRegistryProject>[0]>;

const leaves = (declared: Declared): boolean => leavesCloudAlone(storedRegistryProject(declared));
const created: Declared["status"] = { externalId: "7", origin: "Created" };
const adopted: Declared["status"] = { externalId: "7", origin: "Adopted" };
const operation = openCreate();

describe("leavesCloudAlone", () => {
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

describe("needsAccount", () => {
  const needs = (declared: Declared, allowedNamespaces?: string[]): boolean =>
    needsAccount(storedRegistryProject(declared), storedCloudAccount({ spec: { allowedNamespaces } }));
  const elsewhere = { namespace: "team" };
  const deletionTimestamp = "2026-01-01T00:00:00Z";

  it("is true while the resource may use it, even before anything was made", () => {
    expect(needs({})).toBe(true);
    expect(needs({ metadata: elsewhere }, ["team"])).toBe(true);
  });

  it("is true while something is left to delete, though the right to use it was revoked", () => {
    expect(needs({ metadata: elsewhere, status: created })).toBe(true);
    expect(needs({ metadata: { ...elsewhere, deletionTimestamp }, status: created })).toBe(true);
  });

  it("is false for a stranger that holds nothing, and for one on its way out that leaves the cloud alone", () => {
    expect(needs({ metadata: elsewhere })).toBe(false);
    expect(needs({ metadata: { deletionTimestamp }, status: adopted })).toBe(false);
  });
});
