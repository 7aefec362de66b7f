// The checker itself: it lets through what is right and names what is not.
import { describe, expect, it } from "vitest";
import { flawsOf, textsWithSecrets } from "./invariants.ts";
import type { Condition, Resource } from "./status-watch.ts";

function condition(type: string, status: string, overrides: Partial<Condition> = {}): Condition {
  return { type, status, reason: "Because", message: "It is so", observedGeneration: 1, ...overrides };
}

function resource(conditions: readonly Condition[], observedGeneration = 1): Resource {
  const metadata = { name: "shop", namespace: "team", uid: "u", generation: 1, resourceVersion: "1" };
  return { kind: "RegistryProject", metadata, spec: {}, status: { observedGeneration, conditions } };
}

const [ready, notReady] = [condition("Ready", "True"), condition("Ready", "False")];

describe("flawsOf", () => {
  it.each([
    ["Ready alone", resource([ready])],
    ["a resource that nobody has visited yet", resource([], -1)],
    ["Reconciling beside Ready that is False", resource([notReady, condition("Reconciling", "True")])],
    ["Stalled beside Ready that is False", resource([notReady, condition("Stalled", "True")])],
    ["others besides", resource([ready, condition("UpToDate", "False")])],
  ])("has nothing against %s", (_, clean) => {
    expect(flawsOf(clean)).toEqual([]);
  });

  it.each([
    ["observedGeneration runs ahead", resource([ready], 2)],
    ["Ready is missing", resource([condition("UpToDate", "True")])],
    ["stand together", resource([notReady, condition("Stalled", "True"), condition("Reconciling", "True")])],
    ["Ready is True beside", resource([ready, condition("Reconciling", "True")])],
    ["nothing says why", resource([notReady])],
    ["Ready is Unknown", resource([condition("Ready", "Unknown")])],
    ["is kept while False", resource([ready, condition("Stalled", "False")])],
    ["stands twice", resource([ready, ready])],
    ["no message", resource([condition("Ready", "True", { message: " " })])],
    ["not CamelCase", resource([condition("Ready", "True", { reason: "not_so" })])],
    ["changes with time", resource([condition("Ready", "True", { message: "Failed at 2026-01-01T00:00:00Z" })])],
    ["still to come", resource([condition("Ready", "True", { observedGeneration: 2 })])],
  ])("names it: %s", (flaw, broken) => {
    expect(flawsOf(broken)).toContainEqual(expect.stringContaining(flaw));
  });
});

describe("textsWithSecrets", () => {
  it("finds a secret as it is and in base64, and does not repeat it", () => {
    const base64 = Buffer.from("hush-hush").toString("base64");
    const found = textsWithSecrets(["nothing", "it is hush-hush", `data: ${base64}`], ["hush-hush"]);
    expect(found).toEqual(["it is [SECRET]", "data: [SECRET]"]);
  });
});
