// What would be done, where nothing is written (managementPolicy Observe).
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { DeclaredObject } from "./declared.ts";
import type { Observed } from "./observe.ts";
import { decide, type Decision } from "./plan.ts";
import { kindNotFound } from "./refusals.ts";
import type { Outcome, Outcomes, Work } from "./work.ts";

export function previewed(
  { owner, inventory }: Work,
  declared: readonly DeclaredObject[],
  observed: Observed,
): Outcomes {
  return new Map(
    declared.map((object) => {
      const { kind, ref } = object;
      if (!kind) return [ref, kindNotFound(object)];
      const known = {
        kind,
        live: observed.get(ref) ?? "Absent",
        entry: inventory.get(ref),
        owner,
        isNormalised: () => false,
      } as const;
      return [ref, outcomeOf(decide(object, known))];
    }),
  );
}

/** Our marks are nothing that anybody declared: who only looks puts none. */
function outcomeOf(decision: Decision): Outcome {
  switch (decision.do) {
    case "Create":
      return { state: "Differs", differences: [] };
    case "Change": {
      const differences = decision.differences.filter(({ field }) => !field.includes("yunfan.dev/"));
      const { live } = decision;
      return differences.length === 0 ? { state: "Applied", live } : { state: "Differs", live, differences };
    }
    case "Keep":
      return { state: "Applied", live: decision.live };
    case "Await":
      return { state: "Waiting", live: decision.live, reason: Reason.ObjectsNotReady, message: "It is being deleted" };
    default:
      return { state: "Refused", retry: false, reason: decision.reason, message: decision.message };
  }
}
