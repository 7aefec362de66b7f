// When the in-use annotation of a CRD is written.
import { expect, it } from "vitest";
import type { KubeObject } from "../../kube/types.ts";
import { IN_USE, planFor } from "./plan.ts";

function crd(value?: string, metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  const given = { name: "x", uid: "x", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
  const annotations = { other: "kept", ...(value !== undefined && { [IN_USE]: value }) };
  return { apiVersion: "v1", kind: "CustomResourceDefinition", metadata: { ...given, annotations, ...metadata } };
}

it("is set while resources exist, and put back where somebody took it off or wrote what nobody reads", () => {
  expect(planFor(crd(), true)).toBe("Set");
  expect(planFor(crd(undefined, { annotations: {} }), true)).toBe("Set");
  for (const value of ["", "True", "yes"]) expect(planFor(crd(value), true)).toBe("Set");
});

it("is cleared when none exists any more, whoever wrote it", () => {
  for (const value of ["true", "false", ""]) expect(planFor(crd(value), false)).toBe("Clear");
});

it("is kept as it is in the steady state", () => {
  expect(planFor(crd("true"), true)).toBe("Keep");
  expect(planFor(crd(), false)).toBe("Keep");
});

it("leaves an administrator's word alone, and a CRD that is being deleted", () => {
  expect(planFor(crd("false"), true)).toBe("Keep");
  const deletionTimestamp = "2026-01-01T00:00:00Z";
  expect(planFor(crd(undefined, { deletionTimestamp }), true)).toBe("Keep");
  expect(planFor(crd("true", { deletionTimestamp }), false)).toBe("Keep");
});
