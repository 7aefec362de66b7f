// What is changed about a project that is there.
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { changeTo } from "./plan.ts";

describe("changeTo", () => {
  it("is nothing when the project is as declared", () => {
    expect(changeTo(storedRegistryProject(), cloudProject())).toBeUndefined();
  });

  it("is the declared visibility when the cloud has another", () => {
    expect(changeTo(storedRegistryProject(), cloudProject({ visibility: "Public" }))).toBe("Private");
  });

  it("is nothing when the project is only observed", () => {
    const resource = storedRegistryProject({ spec: { managementPolicy: "Observe" } });
    expect(changeTo(resource, cloudProject({ visibility: "Public" }))).toBeUndefined();
  });
});
