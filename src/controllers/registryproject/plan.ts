// What to do about a project that is there: a pure decision.
import type { Visibility } from "../../cloud/facets/registry.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Plan } from "../external/kind.ts";
import type { ProjectSeen } from "./scope.ts";

export function planFor(
  { spec }: Pick<RegistryProject, "spec">,
  { item }: Pick<ProjectSeen, "item">,
): Plan<Visibility> {
  const { managementPolicy, visibility } = spec;
  if (managementPolicy === "Observe") return keep(`Project ${item.id} is observed`);
  if (visibility === item.visibility) return keep(`Project ${item.id} is as declared`);
  const fields = [{ field: "spec.visibility", before: item.visibility, after: visibility }];
  return { do: "Change", verb: "Update", change: visibility, fields };
}

function keep(message: string): Plan<Visibility> {
  return { do: "Keep", reason: Reason.Available, message };
}
