// What a project shows, for the status of its resource.
import { RegistryProjectCondition, RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { listed } from "../../lib/text.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ProjectSeen } from "./scope.ts";

export function describe(visit: Visit<RegistryProject>, seen: ProjectSeen): void {
  const { status } = visit;
  const { item, repositoryCount, tagCount } = seen;
  status.cloudName = item.name;
  status.visibility = item.visibility;
  status.repositoryCount = repositoryCount;
  status.tagCount = tagCount;
  visit.state(upToDate(visit, seen));
}

function upToDate({ object, status }: Visit<RegistryProject>, { upkeep }: ProjectSeen): Statement {
  const { visibility } = object.spec;
  const type = RegistryProjectCondition.UpToDate;
  if (status.visibility !== visibility) {
    const message = `spec.visibility is ${visibility}, the cloud's is ${status.visibility}; spec.managementPolicy is Observe`;
    return { type, status: "False", reason: Reason.VisibilityDiffers, message };
  }
  const missing = upkeep?.missing ?? [];
  if (missing.length === 0) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const message = `Not in the project, or not yet: ${listed(missing)}. What is declared of them waits until they are pushed`;
  return { type, status: "False", reason: Reason.ImageMissing, message };
}
