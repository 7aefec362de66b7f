// The projects of a registry as things that resources stand for.
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryFacet, RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { Presence, Things } from "../external/thing.ts";

export function projectsOf(registry: RegistryFacet): Things<Project> {
  return {
    async list(signal) {
      const { projects, clockSkewMs } = await registry.listProjects(signal);
      return { things: projects, clockSkewMs };
    },
    look: (id, signal) => lookBelow(registry, id, signal),
    bearsMark: (project, attempt, clockSkewMs) => registry.bearsMark(project, attempt, clockSkewMs),
    resendIsSafe: registry.resendIsSafe,
  };
}

/** No read shows one project by its id; what lies below it does. */
async function lookBelow(registry: RegistryFacet, id: string, signal: AbortSignal): Promise<Presence> {
  try {
    return (await registry.listRepositories(id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
}
