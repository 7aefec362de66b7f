// The projects of a registry as things that resources stand for.
import type { RegistryFacet, RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { thingsOf, type Things } from "../external/thing.ts";

export function projectsOf(registry: RegistryFacet): Things<Project> {
  return thingsOf(registry);
}
