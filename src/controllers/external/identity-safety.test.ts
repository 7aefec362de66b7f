// What no plan may do, whatever was declared and seen.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cloudProject, openCreate } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { identify, type Identity, type Observation } from "./identity.ts";

const RUNS = { numRuns: 1000 };
const PROJECT = { noun: "project", namesAreFixed: true, namesake: "Refuse" } as const;
const id = fc.constantFrom("7", "8", "9");
const visibility = fc.constantFrom("Private" as const, "Public" as const);

const project = fc
  .record({ id, visibility, mine: fc.boolean() })
  .map((members) => cloudProject({ ...members, createdAtMs: 0 }));

const operation = fc.constantFrom(undefined).map((progress) => openCreate({ progress }));

/** A resource holds an id or an open journal, never both: recording the one and closing the other is one write. */
const status = fc.oneof(
  fc.constant({}),
  id.map((externalId) => ({ externalId })),
  operation.map((open) => ({ operation: open })),
);

const resource = fc
  .record({
    status,
    externalId: fc.option(id, { nil: undefined }),
    recreate: fc.option(id, { nil: undefined }),
    managementPolicy: fc.constantFrom("Manage", "Observe"),
    visibility,
  })
  .map(({ status: found, recreate, ...spec }) =>
    storedRegistryProject({
      spec,
      status: found,
      ...(recreate !== undefined && { metadata: { annotations: { [ANNOTATIONS.recreate]: recreate } } }),
    }),
  );

/** Any combination, those included that no cloud could show. */
const observation: fc.Arbitrary<Observation<Project>> = fc.record({
  byId: fc.option(project, { nil: undefined }),
  goneById: fc.boolean(),
  foreignById: fc.boolean(),
  byName: fc.array(project, { maxLength: 2 }),
  marked: fc.array(project, { maxLength: 3 }),
  nameIsFree: fc.boolean(),
  othersAlone: fc.boolean(),
  settled: fc.boolean(),
  resendIsSafe: fc.boolean(),
});

/** A report of the smallest case in which it does not hold; undefined where there is none. */
function exception(
  holds: (plan: Identity<Project>, resource: RegistryProject, seen: Observation<Project>) => boolean,
): string | undefined {
  const property = fc.property(resource, observation, (declared, seen) =>
    holds(identify({ ...PROJECT, resource: declared }, seen), declared, seen),
  );
  return fc.defaultReportMessage(fc.check(property, RUNS));
}

describe("whatever was declared and seen", () => {
  it("nothing is sent unless two trusted lists show the name free", () => {
    const broken = exception((plan, _, { nameIsFree }) => nameIsFree || (plan.do !== "Create" && plan.do !== "Resend"));
    expect(broken).toBeUndefined();
  });

  it("nothing is sent while a project is known to have the name", () => {
    const broken = exception(
      (plan, _, { byName }) => byName.length === 0 || (plan.do !== "Create" && plan.do !== "Resend"),
    );
    expect(broken).toBeUndefined();
  });

  it("nothing is created where spec.externalId names what to adopt", () => {
    const broken = exception((plan, { spec }) => spec.externalId === undefined || plan.do !== "Create");
    expect(broken).toBeUndefined();
  });

  it("an open operation never leads to a second create", () => {
    const broken = exception((plan, { status: found }) => found.operation === undefined || plan.do !== "Create");
    expect(broken).toBeUndefined();
  });

  it("only an open operation whose settle window has passed is sent again, and with its own nonce", () => {
    const broken = exception((plan, { status: found }, { settled, resendIsSafe }) => {
      return plan.do !== "Resend" || (settled && resendIsSafe && plan.operation === found.operation);
    });
    expect(broken).toBeUndefined();
  });

  it("a known id that is not proved gone leads neither to a create nor to ExternalResourceMissing", () => {
    const broken = exception((plan, { status: found }, { goneById }) => {
      if (found.externalId === undefined || goneById) return true;
      return plan.do !== "Create" && !("reason" in plan && plan.reason === "ExternalResourceMissing");
    });
    expect(broken).toBeUndefined();
  });

  it("a lost project is created anew only where the annotation names its id", () => {
    const broken = exception((plan, { status: found, metadata }) => {
      const named = metadata.annotations?.[ANNOTATIONS.recreate];
      return plan.do !== "Create" || found.externalId === undefined || named === found.externalId;
    });
    expect(broken).toBeUndefined();
  });

  it("two marked projects are never adopted as the result of a create", () => {
    const broken = exception(
      (plan, _, { marked }) => !(marked.length > 1 && plan.do === "Adopt" && plan.origin === "Created"),
    );
    expect(broken).toBeUndefined();
  });

  it("what is adopted bears the mark or is named by spec.externalId and ours", () => {
    const broken = exception((plan, { spec }, { marked, byId }) => {
      if (plan.do !== "Adopt") return true;
      if (plan.origin === "Created") return marked.length === 1 && marked[0]?.id === plan.item.id;
      return spec.externalId !== undefined && plan.item === byId && byId.mine;
    });
    expect(broken).toBeUndefined();
  });

  it("what is kept or changed is the project of the id that the resource holds", () => {
    const broken = exception((plan, { status: found }, { byId }) => {
      return plan.do !== "Keep" || (found.externalId !== undefined && plan.item === byId);
    });
    expect(broken).toBeUndefined();
  });

  it("where the resource only observes, nothing is created", () => {
    const broken = exception((plan, { spec }) => spec.managementPolicy !== "Observe" || plan.do !== "Create");
    expect(broken).toBeUndefined();
  });

  it("whoever waits or stalls is told a reason and what to do", () => {
    const broken = exception((plan) => {
      if (plan.do !== "Wait" && plan.do !== "Stall" && plan.do !== "Abandon") return true;
      return /^[A-Z][A-Za-z]+$/.test(plan.reason) && plan.message.length > 20;
    });
    expect(broken).toBeUndefined();
  });
});
