// The rights of the operator by where they can be granted.
import { describe, expect, it } from "vitest";
import type { PolicyRule } from "../controllers/lifecycle/rbac.ts";
import { kinds } from "../crds/kinds.ts";
import { crdGuardRules, crdReadRules, joinRules, leaseRules, resourceRules } from "./rbac.ts";

const CRD_NAMES = kinds.map(({ type }) => `${type.plural}.yunfan.dev`).sort();

const words = ({ apiGroups, resources, verbs }: PolicyRule): string[] =>
  resources.map((resource) => `${apiGroups.join()}/${resource}: ${verbs.join(" ")}`);

describe("joinRules", () => {
  const pods = { apiGroups: [""], resources: ["pods"] };

  it("joins the verbs of equal targets, and keeps names apart from none", () => {
    const rules = [
      { ...pods, verbs: ["watch"] },
      { ...pods, resourceNames: ["b", "a"], verbs: ["get"] },
      { ...pods, verbs: ["get", "watch"] },
      { ...pods, resourceNames: ["a", "b"], verbs: ["delete"] },
    ];
    const joined = [
      { ...pods, resourceNames: ["a", "b"], verbs: ["delete", "get"] },
      { ...pods, verbs: ["get", "watch"] },
    ];
    expect(joinRules(rules)).toEqual(expect.arrayContaining(joined));
    expect(joinRules(rules)).toHaveLength(2);
    expect(joinRules(rules.toReversed())).toEqual(joinRules(rules));
  });
});

describe("the rights", () => {
  it("on CRDs are for our own by name, and apart from what a Role can grant", () => {
    for (const rule of [...crdReadRules, ...crdGuardRules]) {
      expect(rule.apiGroups).toEqual(["apiextensions.k8s.io"]);
      expect(rule.resourceNames?.toSorted()).toEqual(CRD_NAMES);
    }
    expect(crdReadRules.flatMap(({ verbs }) => verbs)).toEqual(["get"]);
    expect(crdGuardRules.flatMap(({ verbs }) => verbs)).toEqual(["list", "watch", "patch"]);
    expect([...resourceRules, ...leaseRules].flatMap(({ apiGroups }) => apiGroups)).not.toContain(
      "apiextensions.k8s.io",
    );
  });

  it("on namespaces are to get one, which a Role in it may grant", () => {
    expect(resourceRules.flatMap(words).filter((rule) => rule.startsWith("/namespaces"))).toEqual(["/namespaces: get"]);
  });
});
