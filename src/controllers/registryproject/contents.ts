// What a project holds: counted for the status, and emptied where the spec says so.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Work } from "./context.ts";

/** Writes repositoryCount and tagCount into the draft. An empty project costs no request. */
export async function countContents({ visit, registry }: Work, project: Project): Promise<void> {
  const listed = project.repositoryCount > 0 ? await registry.listRepositories(project.id, visit.signal) : [];
  const repositories = listed === "Absent" ? [] : listed;
  visit.status.repositoryCount = repositories.length;
  visit.status.tagCount = repositories.reduce((sum, { tagCount }) => sum + tagCount, 0);
}

/**
 * Makes room for the project's deletion; of one that is gone already there is nothing to remove. Throws TerminalError NotEmpty
 * where it holds images and spec.contentsOnDelete is Refuse.
 */
export async function emptyForDeletion({ visit, registry }: Work, project: Project): Promise<void> {
  const repositories = await registry.listRepositories(project.id, visit.signal);
  if (repositories === "Absent") return;
  if (repositories.length > 0 && visit.object.spec.contentsOnDelete !== "Delete") throw notEmpty(repositories.length);
  for (const { name } of repositories) await registry.deleteRepository(project, name, visit.signal);
}

export function notEmpty(count?: number): TerminalError {
  const holds = count === undefined ? "still holds images" : `still holds ${count} image${count === 1 ? "" : "s"}`;
  const message =
    `The project ${holds}. Delete them in the registry, or set spec.contentsOnDelete to Delete, ` +
    "or set spec.deletionPolicy to Orphan to leave the project in the cloud";
  return new TerminalError({ reason: Reason.NotEmpty, message });
}
