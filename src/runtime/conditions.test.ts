// The rules of kstatus (sigs.k8s.io/cli-utils, pkg/kstatus), and of Flux's checks of conditions (fluxcd/pkg, runtime/conditions/check).
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { condition } from "../../test/support/environment/builders.ts";
import {
  type Condition,
  findCondition,
  isTrue,
  nextConditions,
  summary,
  type Statement,
  type Verdict,
} from "./conditions.ts";

const EARLIER = "2026-01-01T00:00:00Z";
const NOW = "2026-01-02T00:00:00Z";

const verdict: fc.Arbitrary<Verdict> = fc.record({
  state: fc.constantFrom("Ready", "Reconciling", "Stalled"),
  reason: fc.constantFrom("Available", "Creating", "NotEmpty"),
  message: fc.string(),
});
const stated: fc.Arbitrary<Statement[]> = fc.uniqueArray(
  fc.record({
    type: fc.constantFrom("UpToDate", "CredentialsReady", "PullSecretsReady"),
    status: fc.constantFrom("True", "False", "Unknown"),
    reason: fc.constant("Because"),
    message: fc.string(),
  }),
  { selector: ({ type }) => type },
);

/** What a resource shows after these visits, one after the other. */
function after(visits: readonly (readonly [Verdict, readonly Statement[]])[]): Condition[] {
  return visits.reduce(
    (previous, [came, others], index) =>
      nextConditions(previous, [...summary(came), ...others], { generation: index, now: `visit ${index}` }),
    [] as Condition[],
  );
}

describe("conditions after any visits", () => {
  const visits = fc.array(fc.tuple(verdict, stated), { minLength: 1, maxLength: 5 });
  const always = (holds: (conditions: Condition[], last: Verdict, count: number) => void): void =>
    fc.assert(fc.property(visits, (all) => holds(after(all), all.at(-1)![0], all.length)));

  it("always hold Ready, with the reason and the message of the last visit", () => {
    always((conditions, last) => {
      const { reason, message } = last;
      expect(findCondition(conditions, "Ready")).toMatchObject({
        status: last.state === "Ready" ? "True" : "False",
        reason,
        message,
      });
    });
  });

  it("never hold Reconciling and Stalled together, and hold neither while Ready is True", () => {
    always((conditions) => {
      const held = ["Ready", "Reconciling", "Stalled"].filter((type) => isTrue(conditions, type));
      expect(held).toHaveLength(1);
    });
  });

  it("hold Reconciling and Stalled only while they are True", () => {
    always((conditions) => {
      const abnormal = conditions.filter(({ type }) => type === "Reconciling" || type === "Stalled");
      expect(abnormal.every(({ status }) => status === "True")).toBe(true);
    });
  });

  it("hold each type once, in the generation of the last visit", () => {
    always((conditions, _, count) => {
      const types = conditions.map(({ type }) => type);
      expect(new Set(types).size).toBe(types.length);
      expect(conditions.every(({ observedGeneration }) => observedGeneration === count - 1)).toBe(true);
    });
  });
});

describe("nextConditions", () => {
  const at = { generation: 2, now: NOW };
  const ready: Statement = { type: "Ready", status: "True", reason: "Available", message: "As declared" };

  it("keeps the time of transition while the status stays, though reason and message change", () => {
    const [next] = nextConditions([condition({ reason: "Other", message: "Other" })], [ready], at);
    expect(next).toEqual({ ...ready, observedGeneration: 2, lastTransitionTime: EARLIER });
  });

  it("stamps the time when the status changes", () => {
    const [next] = nextConditions([condition({ status: "False" })], [ready], at);
    expect(next).toHaveProperty("lastTransitionTime", NOW);
  });

  it("stamps the time of a condition that was not there", () => {
    expect(nextConditions([], [ready], at)).toMatchObject([{ lastTransitionTime: NOW }]);
  });

  it("drops what is not stated any more", () => {
    expect(nextConditions([condition(), condition({ type: "UpToDate" })], [ready], at)).toHaveLength(1);
  });

  it("repeats itself exactly when nothing changed, so that nothing is written", () => {
    const first = nextConditions([], [ready], at);
    expect(nextConditions(first, [ready], { ...at, now: "2026-01-03T00:00:00Z" })).toEqual(first);
  });
});

describe("findCondition and isTrue", () => {
  it("find nothing where there are no conditions", () => {
    expect(findCondition(undefined, "Ready")).toBeUndefined();
    expect(isTrue(undefined, "Ready")).toBe(false);
  });

  it("take Unknown and False for not true", () => {
    expect(isTrue([condition({ status: "Unknown" })], "Ready")).toBe(false);
    expect(isTrue([condition({ status: "False" })], "Ready")).toBe(false);
    expect(isTrue([condition()], "Ready")).toBe(true);
  });
});
