// What a project's plan needs beside the project: what it holds, and what the cloud's block of the spec asks for.
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { ContentsReader } from "./contents.ts";
import type { ProjectScope, ProjectSeen } from "./scope.ts";

/** How much earlier than an interval after the last run the next one may be: drift ticks are jittered. */
const RUN_TOLERANCE = 0.2;

interface Looking {
  readonly contents: ContentsReader;
  /** Monotonic. */
  readonly since: number;
  readonly nowMs: number;
}

export async function see(
  scope: ProjectScope,
  item: Project,
  { contents, since, nowMs }: Looking,
): Promise<ProjectSeen> {
  const repositories = await contents.of(scope, item, since);
  const { facet, visit, place } = scope;
  const options = place.optionsOf(visit.object.spec);
  const asks = Object.keys(options).length > 0 && visit.object.spec.managementPolicy === "Manage";
  const cleans = isRunDue(visit, nowMs);
  return {
    item,
    repositoryCount: repositories.length,
    tagCount: repositories.reduce((sum, { tagCount }) => sum + tagCount, 0),
    upkeep: asks ? await facet.upkeep?.(item, repositories, { options, cleans, nowMs }, visit.signal) : undefined,
  };
}

/** A run of deletions is bounded; the next one comes when drift is looked for again. */
function isRunDue(
  {
    object,
    status,
  }: { readonly object: RegistryProject; readonly status: Pick<RegistryProject["status"], "cleanedAt"> },
  nowMs: number,
): boolean {
  if (status.cleanedAt === undefined) return true;
  const intervalMs = object.spec.driftIntervalSeconds * 1000;
  return nowMs - Date.parse(status.cleanedAt) >= intervalMs * (1 - RUN_TOLERANCE);
}
