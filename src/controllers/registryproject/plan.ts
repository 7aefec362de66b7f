// What to do about a project that is there: a pure decision.
import type { Upkeep } from "../../cloud/facets/upkeep.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import type { ProjectChange, ProjectSeen } from "./scope.ts";

type ProjectPlan = Plan<ProjectChange>;

/** Whom may pull comes first, then what the cloud's block asks for, and at last what is deleted. */
export function planFor(
  { spec }: Pick<RegistryProject, "spec">,
  { item, upkeep }: Pick<ProjectSeen, "item" | "upkeep">,
): ProjectPlan {
  const { managementPolicy, visibility } = spec;
  if (managementPolicy === "Observe") return keep(`Project ${item.id} is observed`);
  if (visibility !== item.visibility) {
    const fields = [{ field: "spec.visibility", before: item.visibility, after: visibility }];
    return { do: "Change", verb: "Update", change: { do: "Show", visibility }, fields };
  }
  return (
    upkeepOf(upkeep?.changes ?? [], false) ??
    upkeepOf(upkeep?.cleaning ?? [], true) ??
    keep(`Project ${item.id} is as declared`)
  );
}

/** All of them in one visit; undefined where there is nothing to do. */
function upkeepOf(steps: readonly Upkeep[], cleans: boolean): ProjectPlan | undefined {
  const changes = steps.map((step) => ({
    change: { do: "Keep", step, cleans } as const,
    fields: [differenceOf(step)],
  }));
  const [first, ...further] = changes;
  return first && { do: "Change", verb: "Update", ...first, further };
}

function differenceOf({ field, before, after }: Upkeep): Difference {
  return { field, before, after };
}

function keep(message: string): ProjectPlan {
  return { do: "Keep", reason: Reason.Available, message };
}
