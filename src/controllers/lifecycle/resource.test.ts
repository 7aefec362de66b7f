// What the annotations on a resource say.
import { describe, expect, it } from "vitest";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { ANNOTATIONS, annotation, isDeleting, isPaused } from "./resource.ts";

const annotated = (annotations: Record<string, string>) => storedRegistryProject({ metadata: { annotations } });

describe("isPaused", () => {
  it.each(["true", "", "yes", "until Monday"])(
    "is true for the value %j: who writes the annotation means it",
    (value) => {
      expect(isPaused(annotated({ [ANNOTATIONS.paused]: value }))).toBe(true);
    },
  );

  it("is false for the value false and without the annotation", () => {
    expect(isPaused(annotated({ [ANNOTATIONS.paused]: "false" }))).toBe(false);
    expect(isPaused(annotated({}))).toBe(false);
    expect(isPaused(storedRegistryProject())).toBe(false);
  });
});

describe("isDeleting", () => {
  it("is true from the moment on at which the deletion was asked for", () => {
    expect(isDeleting(storedRegistryProject())).toBe(false);
    expect(isDeleting(storedRegistryProject({ metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }))).toBe(true);
  });
});

describe("annotation", () => {
  it("is the value, undefined where there is none", () => {
    expect(annotation(annotated({ [ANNOTATIONS.reconcileAt]: "now" }), ANNOTATIONS.reconcileAt)).toBe("now");
    expect(annotation(storedRegistryProject(), ANNOTATIONS.reconcileAt)).toBeUndefined();
  });
});
