// One request that changes a project, or what it holds.
import type { WritePermit } from "../../cloud/collection.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import type { Changed } from "../external/kind.ts";
import { assertWritable } from "./contents.ts";
import type { ProjectChange, ProjectScope, ProjectSeen } from "./scope.ts";

interface Change {
  readonly seen: ProjectSeen;
  readonly change: ProjectChange;
  readonly clock: Clock;
}

export async function change(
  scope: ProjectScope,
  { seen, change: what, clock }: Change,
  permit: WritePermit,
): Promise<Changed<ProjectSeen>> {
  await assertWritable(scope);
  if (what.do === "Show") {
    await scope.facet.setVisibility(seen.item.id, what.visibility, permit);
    return { now: "Shown", seen: { ...seen, item: { ...seen.item, visibility: what.visibility } } };
  }
  // Before it is sent: a run that is broken off counts as one.
  if (what.cleans) scope.visit.status.cleanedAt = timestamp(clock);
  await what.step.send(permit);
  return {
    now: "Look",
    reason: Reason.Changed,
    message: "What the project holds was changed; looking whether it shows",
  };
}
