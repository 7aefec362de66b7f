// What a deletion means: for every state of CRD, namespace, annotation and flag.
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../kube/types.ts";
import {
  departureOf,
  isLeaving,
  NAMESPACE_ANNOTATION,
  ON_NAMESPACE_DELETION,
  type OnNamespaceDeletion,
  type Seen,
} from "./deletion-intent.ts";

const standing = seen({});
const leaving = seen({ deletionTimestamp: "2026-01-01T00:00:00Z" });

function seen(metadata: Partial<KubeObject["metadata"]>): KubeObject {
  const given = { name: "x", uid: "x", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
  return { apiVersion: "v1", kind: "Namespace", metadata: { ...given, ...metadata } };
}

function annotated(value: string): KubeObject {
  return seen({ deletionTimestamp: "2026-01-01T00:00:00Z", annotations: { [NAMESPACE_ANNOTATION]: value } });
}

function depart(crd: Seen, namespace: Seen, flag: OnNamespaceDeletion = "Hold"): ReturnType<typeof departureOf> {
  return departureOf({
    crd: { name: "nodepools.yunfan.dev", seen: crd },
    namespace: { name: "team", seen: namespace },
    onNamespaceDeletion: flag,
  });
}

describe("departureOf", () => {
  it("is a deletion where CRD and namespace stand, whatever the flag and the namespace's annotation", () => {
    const notLeaving = seen({ annotations: { [NAMESPACE_ANNOTATION]: "Orphan" } });
    for (const flag of ON_NAMESPACE_DELETION) {
      expect(depart(standing, standing, flag)).toEqual({ means: "Delete" });
      expect(depart(standing, notLeaving, flag)).toEqual({ means: "Delete" });
    }
  });

  it.each<[string, Seen]>([
    ["is being deleted", leaving],
    ["is gone", "Absent"],
  ])("leaves all in the cloud where the CRD %s, even where the namespace says Delete or can't be seen", (_, crd) => {
    for (const namespace of [standing, leaving, annotated("Delete"), "Forbidden", "Absent"] as const) {
      expect(depart(crd, namespace, "Delete")).toMatchObject({
        means: "Orphan",
        why: "CustomResourceDefinition nodepools.yunfan.dev is being deleted",
      });
    }
  });

  it("holds where the CRD or the namespace can't be seen, and names the right that is missing", () => {
    expect(depart("Forbidden", standing, "Delete")).toMatchObject({
      means: "Hold",
      why: expect.stringMatching(/may not get customresourcedefinitions nodepools\.yunfan\.dev.*manifests\/rbac\.yaml/),
    });
    expect(depart("Forbidden", annotated("Delete"))).toMatchObject({ means: "Hold" });
    expect(depart(standing, "Forbidden", "Delete")).toMatchObject({
      means: "Hold",
      why: expect.stringMatching(/may not get namespaces team/),
    });
  });

  it("follows the flag where the namespace is being deleted or gone and says nothing", () => {
    for (const flag of ON_NAMESPACE_DELETION) {
      expect(depart(standing, leaving, flag)).toMatchObject({ means: flag });
      expect(depart(standing, "Absent", flag)).toMatchObject({ means: flag });
    }
  });

  it("follows the namespace's annotation rather than the flag", () => {
    for (const flag of ON_NAMESPACE_DELETION) {
      for (const wish of ON_NAMESPACE_DELETION) {
        expect(depart(standing, annotated(wish), flag)).toMatchObject({ means: wish });
      }
    }
  });

  it("shows an unknown value by its beginning, in whole characters", () => {
    const { why } = depart(standing, annotated(`${"a".repeat(28)}🚢🚢🚢`), "Delete") as { why: string };
    expect(why).toContain(`the value "${"a".repeat(28)}🚢…" of`);
    expect(why.isWellFormed()).toBe(true);
  });

  it.each(["delete", "", "true", "Delete ", "Retain"])("holds at the unknown value %j, and names it", (value) => {
    expect(depart(standing, annotated(value), "Delete")).toMatchObject({
      means: "Hold",
      why: expect.stringContaining(`the value "${value}" of its annotation ${NAMESPACE_ANNOTATION} is unknown`),
    });
  });

  it("says what to do, and the same at every look", () => {
    const held = depart(standing, leaving);
    expect(held).toMatchObject({
      why: expect.stringMatching(
        /^Namespace team is being deleted\. .*annotate --overwrite namespace team yunfan\.dev\/on-namespace-deletion=Orphan\. .*Delete/,
      ),
    });
    expect(depart(standing, seen({ deletionTimestamp: "2026-02-02T00:00:00Z" }))).toEqual(held);
  });
});

describe("isLeaving", () => {
  it("is false in doubt", () => {
    expect([standing, leaving, "Absent", "Forbidden"].map((each) => isLeaving(each as Seen))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
