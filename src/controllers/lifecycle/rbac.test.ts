// The rights that controllers declare: no more than they use.
import { describe, expect, it } from "vitest";
import { cloudAccounts } from "../cloudaccount/kind.ts";
import { controlledKinds } from "../kinds.ts";
import { ownKindRules, type PolicyRule } from "./rbac.ts";

const verbsOn = (rules: readonly PolicyRule[], resource: string): string[] =>
  rules.filter(({ resources }) => resources.includes(resource)).flatMap(({ verbs }) => verbs);

describe("ownKindRules", () => {
  it("lets the frame watch, read and patch a kind and patch its status", () => {
    const rules = ownKindRules("nodepools");
    expect(verbsOn(rules, "nodepools")).toEqual(["get", "list", "watch", "patch"]);
    expect(verbsOn(rules, "nodepools/status")).toEqual(["patch"]);
  });
});

describe("the rights of all controllers", () => {
  const rules = controlledKinds.flatMap(({ kind, rules: own }) => ownKindRules(kind.type.plural).concat(own));

  it("hold no wildcard", () => {
    const words = rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]);
    expect(words.filter((word) => word.includes("*"))).toEqual([]);
  });

  it("never create or delete resources of our own kinds", () => {
    const own = rules.filter(({ apiGroups }) => apiGroups.includes("yunfan.dev")).flatMap(({ verbs }) => verbs);
    expect(own.filter((verb) => !["get", "list", "watch", "patch"].includes(verb))).toEqual([]);
  });

  it("let an account's controller list and watch Secrets, and nothing else with them", () => {
    expect(verbsOn(cloudAccounts.rules, "secrets")).toEqual(["list", "watch"]);
  });
});
