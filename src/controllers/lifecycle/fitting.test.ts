import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { managedClusterSchema } from "../../crds/managedcluster/schema.ts";
import { nodePoolSchema } from "../../crds/nodepool/schema.ts";
import { managedAddonSchema } from "../../crds/managedaddon/schema.ts";
import { fitting } from "./fitting.ts";

const LONG = "很长".repeat(40_000);
const SAILS = "⛵️🚢".repeat(400);

const operation = { verb: "Create", nonce: "n-1", startedAt: "2026-01-01T00:00:00Z" } as const;

describe("a status that fits", () => {
  it("is left as it is", () => {
    const draft = { observedGeneration: 1, cloudPhase: "Available", operation, conditions: [condition()] };
    expect(fitting(draft)).toEqual(draft);
  });
});

describe.each([
  ["ManagedCluster", managedClusterSchema],
  ["NodePool", nodePoolSchema],
  ["ManagedAddon", managedAddonSchema],
])("what a cloud says at length of a %s", (_kind, { status }) => {
  it.each([
    ["of Chinese letters", LONG],
    ["of letters that are two units each", SAILS],
    ["of one word", "x".repeat(40_000)],
  ])("%s is cut to what its CRD takes", (_what, said) => {
    const draft = {
      observedGeneration: 1,
      cloudPhase: said,
      version: said,
      podCidr: said,
      operation: { ...operation, progress: said },
      conditions: [condition({ message: LONG })],
    };
    const fits = fitting(draft);
    expect(status.safeParse(fits).error).toBeUndefined();
    expect(fits.cloudPhase).toMatch(/^.{252}…$/u);
    expect(fits.operation.progress.isWellFormed()).toBe(true);
    expect(fits.conditions[0]).toMatchObject({ type: "Ready", message: expect.stringMatching(/^(很长)+.?…$/u) });
  });
});
