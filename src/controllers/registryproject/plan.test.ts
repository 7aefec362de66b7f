// What is done about a project that is there.
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { UpkeepPlan } from "../../cloud/facets/registry.ts";
import type { Upkeep } from "../../cloud/facets/upkeep.ts";
import { planFor } from "./plan.ts";

const upkeep = undefined;

function step(before: string): Upkeep {
  return { field: "spec.easystack.retention", before, after: undefined, send: () => Promise.resolve() };
}

describe("planFor", () => {
  const item = cloudProject({ visibility: "Public" });

  it("keeps a project that is as declared", () => {
    const message = "Project 7 is as declared";
    expect(planFor(storedRegistryProject(), { item: cloudProject(), upkeep })).toEqual({
      do: "Keep",
      reason: "Available",
      message,
    });
  });

  it("changes it to the declared visibility when the cloud has another, and tells both", () => {
    expect(planFor(storedRegistryProject(), { item, upkeep })).toEqual({
      do: "Change",
      verb: "Update",
      change: { do: "Show", visibility: "Private" },
      fields: [{ field: "spec.visibility", before: "Public", after: "Private" }],
    });
  });

  it("keeps one that is only observed", () => {
    const resource = storedRegistryProject({ spec: { managementPolicy: "Observe" } });
    const message = "Project 7 is observed";
    expect(planFor(resource, { item, upkeep })).toEqual({ do: "Keep", reason: "Available", message });
  });

  it("sends changes before deletions, all of a run in one visit, each with its own field", () => {
    const plan: UpkeepPlan = { changes: [], cleaning: [step("app:v1"), step("app:v2")], missing: [] };
    expect(planFor(storedRegistryProject(), { item: cloudProject(), upkeep: plan })).toMatchObject({
      do: "Change",
      change: { do: "Keep", cleans: true },
      fields: [{ field: "spec.easystack.retention", before: "app:v1", after: undefined }],
      further: [{ fields: [{ before: "app:v2" }] }],
    });
    const described = { ...plan, changes: [step("text")] };
    expect(planFor(storedRegistryProject(), { item: cloudProject(), upkeep: described })).toMatchObject({
      change: { cleans: false },
      further: [],
    });
  });
});
