// What to change about a project that is there: a pure decision.
import type { RegistryProject as Project, Visibility } from "../../cloud/facets/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";

/** The visibility to set; undefined where nothing differs from the spec, or nothing may be changed. */
export function changeTo({ spec }: Pick<RegistryProject, "spec">, { visibility }: Project): Visibility | undefined {
  if (spec.managementPolicy === "Observe" || spec.visibility === visibility) return undefined;
  return spec.visibility;
}
