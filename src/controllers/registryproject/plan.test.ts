// What is done about a project that is there.
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { planFor } from "./plan.ts";

describe("planFor", () => {
  const item = cloudProject({ visibility: "Public" });

  it("keeps a project that is as declared", () => {
    const message = "Project 7 is as declared";
    expect(planFor(storedRegistryProject(), { item: cloudProject() })).toEqual({
      do: "Keep",
      reason: "Available",
      message,
    });
  });

  it("changes it to the declared visibility when the cloud has another, and tells both", () => {
    expect(planFor(storedRegistryProject(), { item })).toEqual({
      do: "Change",
      verb: "Update",
      change: "Private",
      fields: [{ field: "spec.visibility", before: "Public", after: "Private" }],
    });
  });

  it("keeps one that is only observed", () => {
    const resource = storedRegistryProject({ spec: { managementPolicy: "Observe" } });
    const message = "Project 7 is observed";
    expect(planFor(resource, { item })).toEqual({ do: "Keep", reason: "Available", message });
  });
});
