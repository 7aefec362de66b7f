// What a project holds: counted for the status, and emptied where the spec says so.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { SendFirst } from "../external/kind.ts";
import type { Contents, ProjectScope } from "./scope.ts";

/** An empty project costs no request. */
export async function contentsOf({ visit, facet }: ProjectScope, project: Project): Promise<Contents> {
  const listed = project.repositoryCount > 0 ? await facet.listRepositories(project.id, visit.signal) : [];
  const repositories = listed === "Absent" ? [] : listed;
  return {
    repositoryCount: repositories.length,
    tagCount: repositories.reduce((sum, { tagCount }) => sum + tagCount, 0),
  };
}

/**
 * Makes room for the project's deletion; of one that is gone already there is nothing to remove. Throws TerminalError NotEmpty
 * where it holds images and spec.contentsOnDelete is Refuse.
 */
export async function emptyForDeletion(
  { visit, facet }: ProjectScope,
  project: Project | "Absent",
  send: SendFirst,
): Promise<void> {
  const repositories = project === "Absent" ? "Absent" : await facet.listRepositories(project.id, visit.signal);
  if (project === "Absent" || repositories === "Absent") return;
  if (repositories.length > 0 && visit.object.spec.contentsOnDelete !== "Delete") throw notEmpty(repositories.length);
  for (const { name } of repositories) {
    const change = { verb: "Delete", target: `repository ${project.name}/${name}`, fields: [] } as const;
    await send(change, (permit) => facet.deleteRepository(project, name, permit));
  }
}

function notEmpty(count: number): TerminalError {
  const message =
    `The project still holds ${count} image${count === 1 ? "" : "s"}. Delete them in the registry, or set spec.contentsOnDelete to Delete, ` +
    "or set spec.deletionPolicy to Orphan to leave the project in the cloud";
  return new TerminalError({ reason: Reason.NotEmpty, message });
}
