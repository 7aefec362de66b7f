// Where ids are names: another item under a known name is neither changed, nor deleted, nor taken for the one that is lost
// (docs/protocol.md#names-that-come-back).
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { identify, type Identity, type Observation } from "./identity.ts";
import { isReplacedBy, leavesCloudAlone, orphaning } from "./resource.ts";

const OURS = "2026-01-02T03:04:05Z";
const THEIRS = "2026-02-03T04:05:06Z";

const SEEN: Observation<Project> = {
  byId: undefined,
  goneById: false,
  foreignById: false,
  byName: [],
  marked: [],
  nameIsFree: false,
  othersAlone: false,
  settled: false,
  resendIsSafe: true,
};

type Declared = NonNullable<Parameters<typeof storedRegistryProject>[0]>;

function plan(declared: Declared, seen: Partial<Observation<Project>>): Identity<Project> {
  const status = { externalId: "web-shop", incarnation: OURS, ...declared.status };
  const resource = storedRegistryProject({ ...declared, status });
  return identify({ noun: "project", namesAreFixed: true, namesake: "Refuse", resource }, { ...SEEN, ...seen });
}

const theirs = cloudProject({ id: "web-shop", incarnation: THEIRS, createdAtMs: Date.parse(THEIRS) });
const recreate = (of: string): Declared["metadata"] => ({ annotations: { [ANNOTATIONS.recreate]: of } });

describe("an item that was made again under its name", () => {
  it("is another one: the resource's is missing, and the message names the ways out, and no time", () => {
    const stalled = plan({}, { byId: theirs });
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalResourceMissing" });
    expect(stalled).toHaveProperty("message", expect.stringContaining('set spec.externalId to "web-shop"'));
    expect(stalled).toHaveProperty(
      "message",
      expect.stringContaining(`${ANNOTATIONS.recreate} with the value of status.incarnation`),
    );
  });

  it("stays another one where the annotation carries the name, which would be true for ever", () => {
    expect(plan({ metadata: recreate("web-shop") }, { byId: theirs })).toMatchObject({ do: "Stall" });
  });

  it("is in the way of one that is to be made anew", () => {
    const seen = { byId: theirs, byName: [theirs] };
    expect(plan({ metadata: recreate(OURS) }, seen)).toMatchObject({ do: "Stall", reason: "AlreadyExists" });
  });

  it("is taken over where the spec names it and the annotation the one that is lost", () => {
    const spec = { externalId: "web-shop" };
    const adopted = { do: "Adopt", item: theirs, origin: "Adopted" };
    expect(plan({ spec, metadata: recreate(OURS) }, { byId: theirs })).toEqual(adopted);
    const foreign = { ...theirs, mine: false };
    expect(plan({ spec, metadata: recreate(OURS) }, { byId: foreign })).toMatchObject({ reason: "NotOurs" });
  });
});

it("the one that it stands for is kept, with or without a recorded incarnation", () => {
  const ours = { ...theirs, incarnation: OURS, createdAtMs: Date.parse(OURS) };
  expect(plan({}, { byId: ours })).toEqual({ do: "Keep", item: ours });
  expect(plan({ status: { incarnation: undefined } }, { byId: ours })).toEqual({ do: "Keep", item: ours });
  expect(isReplacedBy({ observedGeneration: 1, incarnation: OURS }, {})).toBe(false);
});

it("is made anew once it is gone and its incarnation is named", () => {
  const gone = { goneById: true, nameIsFree: true };
  expect(plan({ metadata: recreate(OURS) }, gone)).toEqual({ do: "Create" });
  expect(plan({ metadata: recreate("web-shop") }, gone)).toMatchObject({ reason: "ExternalResourceMissing" });
});

it("is let go of by its incarnation, not by a name", () => {
  const status = { externalId: "web-shop", incarnation: OURS, origin: "Created" } as const;
  const orphan = (of: string) =>
    storedRegistryProject({ status, metadata: { annotations: { [ANNOTATIONS.forceOrphan]: of } } });
  expect(leavesCloudAlone(orphan("web-shop"))).toBe(false);
  expect(leavesCloudAlone(orphan(OURS))).toBe(true);
  expect(orphaning(orphan(OURS))).toBe(`annotate ${ANNOTATIONS.forceOrphan} with the value of status.incarnation`);
});
