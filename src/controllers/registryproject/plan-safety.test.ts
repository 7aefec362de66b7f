// What no plan may do, whatever was declared and seen.
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { cloudProject, openCreate } from "../../../test/support/builders.ts";
import { storedRegistryProject } from "../../../test/support/resources.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { CREATED, planFor, type Observation, type Plan } from "./plan.ts";

const RUNS = { numRuns: 1000 };
const id = fc.constantFrom("7", "8", "9");
const visibility = fc.constantFrom("Private" as const, "Public" as const);

const project = fc
  .record({ id, visibility, mine: fc.boolean() })
  .map((members) => cloudProject({ ...members, createdAtMs: 0 }));

const operation = fc.constantFrom(undefined, CREATED).map((progress) => openCreate({ progress }));

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
const observation: fc.Arbitrary<Observation> = fc.record({
  byId: fc.option(project, { nil: undefined }),
  goneById: fc.boolean(),
  byName: fc.array(project, { maxLength: 2 }),
  marked: fc.array(project, { maxLength: 3 }),
  nameIsFree: fc.boolean(),
  settled: fc.boolean(),
  resendIsSafe: fc.boolean(),
});

function always(holds: (plan: Plan, resource: RegistryProject, seen: Observation) => boolean): void {
  fc.assert(
    fc.property(resource, observation, (declared, seen) => holds(planFor(declared, seen), declared, seen)),
    RUNS,
  );
}

describe("whatever was declared and seen", () => {
  it("nothing is sent unless two trusted lists show the name free", () => {
    always((plan, _, { nameIsFree }) => nameIsFree || (plan.do !== "Create" && plan.do !== "Resend"));
  });

  it("nothing is sent while a project is known to have the name", () => {
    always((plan, _, { byName }) => byName.length === 0 || (plan.do !== "Create" && plan.do !== "Resend"));
  });

  it("nothing is created where spec.externalId names what to adopt", () => {
    always((plan, { spec }) => spec.externalId === undefined || plan.do !== "Create");
  });

  it("an open operation never leads to a second create", () => {
    always((plan, { status: found }) => found.operation === undefined || plan.do !== "Create");
  });

  it("only an open operation whose settle window has passed is sent again, and with its own nonce", () => {
    always((plan, { status: found }, { settled, resendIsSafe }) => {
      return plan.do !== "Resend" || (settled && resendIsSafe && plan.operation === found.operation);
    });
  });

  it("a known id that is not proved gone leads neither to a create nor to ExternalResourceMissing", () => {
    always((plan, { status: found }, { goneById }) => {
      if (found.externalId === undefined || goneById) return true;
      return plan.do !== "Create" && !("reason" in plan && plan.reason === "ExternalResourceMissing");
    });
  });

  it("a lost project is created anew only where the annotation names its id", () => {
    always((plan, { status: found, metadata }) => {
      const named = metadata.annotations?.[ANNOTATIONS.recreate];
      return plan.do !== "Create" || found.externalId === undefined || named === found.externalId;
    });
  });

  it("two marked projects are never adopted as the result of a create", () => {
    always((plan, _, { marked }) => !(marked.length > 1 && plan.do === "Adopt" && plan.origin === "Created"));
  });

  it("what is adopted bears the mark or is named by spec.externalId and ours", () => {
    always((plan, { spec }, { marked, byId }) => {
      if (plan.do !== "Adopt") return true;
      if (plan.origin === "Created") return marked.length === 1 && marked[0] === plan.project;
      return spec.externalId !== undefined && plan.project === byId && byId.mine;
    });
  });

  it("what is kept or changed is the project of the id that the resource holds", () => {
    always((plan, { status: found }, { byId }) => {
      return plan.do !== "Keep" || (found.externalId !== undefined && plan.project === byId);
    });
  });

  it("where the resource only observes, nothing is created and nothing is changed", () => {
    always((plan, { spec }) => {
      if (spec.managementPolicy !== "Observe") return true;
      return plan.do !== "Create" && !(plan.do === "Keep" && plan.change !== undefined);
    });
  });

  it("whoever waits or stalls is told a reason and what to do", () => {
    always((plan) => {
      if (plan.do !== "Wait" && plan.do !== "Stall" && plan.do !== "Abandon") return true;
      return /^[A-Z][A-Za-z]+$/.test(plan.reason) && plan.message.length > 20;
    });
  });
});
