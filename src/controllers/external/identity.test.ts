// Which item a resource stands for (docs/protocol.md), branch by branch.
import { describe, expect, it } from "vitest";
import { cloudProject, openCreate } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { identify, PROGRESS, taken, type Identity, type Observation, type Subject } from "./identity.ts";
import { cloudNameOf } from "./resource.ts";

const PROJECT = { noun: "project", namesAreFixed: true, namesake: "Refuse" } as const satisfies Partial<Subject>;

/** Nothing was found, and nothing is proved. */
const NOTHING: Observation<Project> = {
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
  return identify({ ...PROJECT, resource: storedRegistryProject(declared) }, { ...NOTHING, ...seen });
}

function recreate(id: string): Declared["metadata"] {
  return { annotations: { [ANNOTATIONS.recreate]: id } };
}

const observed = { managementPolicy: "Observe" };
const held = { externalId: "7" };

describe("a project that the resource holds", () => {
  it("is kept as it is when it is as declared", () => {
    const project = cloudProject();
    expect(plan({ status: held }, { byId: project })).toEqual({ do: "Keep", item: project });
  });

  it("is waited for while a list lacks it and its absence is not proved by id", () => {
    const waiting = plan({ status: held, metadata: recreate("7") }, { nameIsFree: true });
    expect(waiting).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
    expect(waiting).toHaveProperty("message", expect.stringContaining("project 7"));
  });

  it("is ExternalResourceMissing when it is proved gone, and the message names the annotation with the lost id", () => {
    const stalled = plan({ status: held }, { goneById: true, nameIsFree: true });
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalResourceMissing" });
    expect(stalled).toHaveProperty("message", expect.stringContaining(`${ANNOTATIONS.recreate}: "7"`));
  });

  it("is created anew when the annotation names the lost id", () => {
    const gone = { goneById: true, nameIsFree: true };
    expect(plan({ status: held, metadata: recreate("7") }, gone)).toEqual({ do: "Create" });
  });

  it("is not created anew when the annotation names another id", () => {
    const gone = { goneById: true, nameIsFree: true };
    expect(plan({ status: held, metadata: recreate("6") }, gone)).toMatchObject({ reason: "ExternalResourceMissing" });
  });

  it("is not created anew when somebody has taken its name meanwhile", () => {
    const seen = { goneById: true, byName: [cloudProject({ id: "9" })] };
    expect(plan({ status: held, metadata: recreate("7") }, seen)).toMatchObject({ reason: "AlreadyExists" });
  });

  it("is not created anew while the name is not proved free", () => {
    const waiting = plan({ status: held, metadata: recreate("7") }, { goneById: true });
    expect(waiting).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
  });

  it.each([
    ["was adopted", { externalId: "7" }],
    ["is only observed", observed],
  ])("is not created anew when it %s, and the message offers no annotation", (_, spec) => {
    const gone = { goneById: true, nameIsFree: true };
    const stalled = plan({ status: held, spec, metadata: recreate("7") }, gone);
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalResourceMissing" });
    expect(stalled).toHaveProperty("message", expect.not.stringContaining(ANNOTATIONS.recreate));
  });

  it("is ExternalIdConflict when the spec comes to name another one, and the message names both", () => {
    const stalled = plan({ status: held, spec: { externalId: "8" } }, { byId: cloudProject() });
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalIdConflict" });
    expect(stalled).toHaveProperty("message", expect.stringMatching(/8.*7/));
  });
});

describe("spec.externalId", () => {
  const spec = { externalId: "7" };

  it("adopts the project of that id, whatever its name", () => {
    const project = cloudProject({ name: "another" });
    expect(plan({ spec }, { byId: project })).toEqual({ do: "Adopt", item: project, origin: "Adopted" });
  });

  it("adopts nothing that somebody else administers", () => {
    const stalled = plan({ spec }, { byId: cloudProject({ mine: false }) });
    expect(stalled).toMatchObject({ do: "Stall", reason: "NotOurs" });
  });

  it("is NotOurs when the cloud refuses to show what has that id", () => {
    expect(plan({ spec }, { foreignById: true })).toMatchObject({ do: "Stall", reason: "NotOurs" });
  });

  it("waits while a list lacks that id and its absence is not proved", () => {
    expect(plan({ spec }, { nameIsFree: true })).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
  });

  it("is ExternalResourceMissing when that id is proved gone, by the field that names it, and creates nothing", () => {
    const stalled = plan({ spec }, { goneById: true, nameIsFree: true });
    const message = expect.stringContaining("spec.externalId");
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalResourceMissing", message });
  });
});

describe("an open create", () => {
  const status = { operation: openCreate() };

  it("adopts the one project that bears its mark as created, even before the settle window has passed", () => {
    const project = cloudProject();
    const seen = { byName: [project], marked: [project] };
    expect(plan({ status }, seen)).toEqual({ do: "Adopt", item: project, origin: "Created" });
  });

  it("is CreatedTwice when two projects bear its mark, and the message names both ids", () => {
    const twins = [cloudProject({ id: "7" }), cloudProject({ id: "8" })];
    const stalled = plan({ status }, { byName: twins, marked: twins, settled: true });
    expect(stalled).toMatchObject({ do: "Stall", reason: "CreatedTwice" });
    expect(stalled).toHaveProperty("message", expect.stringContaining("7 and 8"));
  });

  it("waits for the settle window when nothing bears its mark", () => {
    expect(plan({ status }, { byName: [cloudProject()] })).toMatchObject({ do: "Wait", reason: "Creating" });
  });

  it("is never sent again when the cloud had confirmed it: a person is asked", () => {
    const confirmed = { operation: openCreate({ progress: PROGRESS.Created }) };
    expect(plan({ status: confirmed }, { settled: true })).toMatchObject({ do: "Wait" });
    const stalled = plan({ status: confirmed }, { settled: true, nameIsFree: true });
    expect(stalled).toMatchObject({ do: "Stall", reason: "CreateOutcomeUnknown" });
  });

  it("is AlreadyExists when a resend was refused and nothing of ours shows after the window", () => {
    const refused = { operation: openCreate({ progress: PROGRESS.Refused }) };
    expect(plan({ status: refused }, { settled: false, nameIsFree: true })).toMatchObject({ do: "Wait" });
    const seen = { settled: true, nameIsFree: true };
    expect(plan({ status: refused }, seen)).toMatchObject({ do: "Abandon", reason: "AlreadyExists" });
  });

  it("is abandoned as AlreadyExists when the window has passed and another project has the name", () => {
    const seen = { settled: true, othersAlone: true, byName: [cloudProject({ id: "9" })] };
    expect(plan({ status }, seen)).toMatchObject({ do: "Abandon", reason: "AlreadyExists" });
  });

  it("waits where another project has the name and the lists do not agree that it is alone", () => {
    const seen = { settled: true, byName: [cloudProject({ id: "9" })] };
    expect(plan({ status }, seen)).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
  });

  it("is sent again with the same nonce when the window has passed and the name is proved free", () => {
    const again = plan({ status }, { settled: true, nameIsFree: true });
    expect(again).toEqual({ do: "Resend", operation: status.operation });
  });

  it("is CreateOutcomeUnknown instead where a second project would not show", () => {
    const stalled = plan({ status }, { settled: true, nameIsFree: true, resendIsSafe: false });
    expect(stalled).toMatchObject({ do: "Stall", reason: "CreateOutcomeUnknown" });
  });

  it("waits when the window has passed and the name is not proved free", () => {
    expect(plan({ status }, { settled: true })).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
  });
});

describe("a resource that has nothing yet", () => {
  it("creates its project when two trusted lists show the name free", () => {
    expect(plan({}, { nameIsFree: true })).toEqual({ do: "Create" });
  });

  it("waits while the name is not proved free", () => {
    expect(plan({}, {})).toMatchObject({ do: "Wait", reason: "ObservationNotTrusted" });
  });

  it("is AlreadyExists when a project of that name is ours but has no journal, and the message names its id", () => {
    const stalled = plan({}, { byName: [cloudProject({ id: "42" })] });
    expect(stalled).toMatchObject({ do: "Stall", reason: "AlreadyExists" });
    expect(stalled).toHaveProperty("message", expect.stringMatching(/id 42.*spec\.externalId/));
  });

  it("is AlreadyExists when somebody else has the name, and the message offers no id", () => {
    const stalled = plan({}, { byName: [cloudProject({ id: "42", mine: false })] });
    expect(stalled).toMatchObject({ do: "Stall", reason: "AlreadyExists" });
    expect(stalled).toHaveProperty("message", expect.not.stringContaining("42"));
  });

  it("is ExternalResourceMissing when it only observes and nothing has the name", () => {
    const stalled = plan({ spec: observed }, { nameIsFree: true });
    expect(stalled).toMatchObject({ do: "Stall", reason: "ExternalResourceMissing" });
    expect(stalled).toHaveProperty("message", expect.stringContaining("spec.externalId"));
  });
});

describe("a kind that adopts by name", () => {
  const adopting = (seen: Partial<Observation<Project>>): Identity<Project> =>
    identify({ ...PROJECT, namesake: "Adopt", resource: storedRegistryProject() }, { ...NOTHING, ...seen });

  it("adopts the one that has the name, and leaves it to whoever made it in the end", () => {
    const project = cloudProject();
    expect(adopting({ byName: [project] })).toEqual({ do: "Adopt", item: project, origin: "Adopted" });
  });

  it("adopts neither of two", () => {
    const byName = [cloudProject(), cloudProject({ id: "8" })];
    expect(adopting({ byName })).toMatchObject({ do: "Stall", reason: "AlreadyExists" });
  });
});

describe("an item that is known by its id under another name", () => {
  const status = { externalId: "7", cloudName: "shop" };
  const renamed = { byId: cloudProject({ name: "store" }) };

  it("is another item where names are fixed, and is not touched", () => {
    expect(plan({ status }, renamed)).toMatchObject({ do: "Stall", reason: "ExternalIdConflict" });
  });

  it("is kept where items can be renamed", () => {
    const subject = { ...PROJECT, namesAreFixed: false, resource: storedRegistryProject({ status }) };
    expect(identify(subject, { ...NOTHING, ...renamed })).toMatchObject({ do: "Keep" });
  });
});

describe("what is said about a taken name", () => {
  it("names our project where several have the name", () => {
    const projects = [cloudProject({ id: "1", mine: false }), cloudProject({ id: "2" })];
    expect(taken(PROJECT, projects).message).toContain("id 2");
  });

  it("blames somebody else where the list shows none, as for a private project", () => {
    expect(taken(PROJECT, [])).toMatchObject({
      reason: "AlreadyExists",
      message: expect.stringContaining("somebody else"),
    });
  });
});

describe("the name in the cloud", () => {
  it("is spec.cloudName, and metadata.name without it", () => {
    expect(cloudNameOf(storedRegistryProject({ spec: { cloudName: "store" } }))).toBe("store");
    expect(cloudNameOf(storedRegistryProject({ metadata: { name: "shop" } }))).toBe("shop");
  });
});
