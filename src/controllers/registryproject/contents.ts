// What a project holds: counted for the status, and emptied where the spec says so.
import type { RegistryFacet, RegistryProject as Project, Repository } from "../../cloud/facets/registry.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { SharedRead } from "../../lib/shared-read.ts";
import type { SendFirst } from "../external/kind.ts";
import { nothingTwice } from "../external/two-lists.ts";
import type { ProjectScope } from "./scope.ts";

/** A garbage collection takes minutes. */
const COLLECTING_POLL_MS = 15_000;

type Contents = ReadonlyMap<string, readonly Repository[]>;

/** What projects hold; where the cloud lists it for all of an account's projects, one reading serves them all. */
export class ContentsReader {
  readonly #deps: { readonly clock: Clock; readonly stop: AbortSignal };
  readonly #shared = new WeakMap<RegistryFacet, SharedRead<Contents>>();

  constructor(deps: { readonly clock: Clock; readonly stop: AbortSignal }) {
    this.#deps = deps;
  }

  /** As it was at `since` (monotonic) or later. An empty project costs no request. */
  async of({ visit, facet }: ProjectScope, project: Project, since: number): Promise<readonly Repository[]> {
    if (project.repositoryCount === 0) return [];
    const shared = this.#sharedOf(facet);
    if (shared) return (await shared.at(since, visit.signal)).get(project.id) ?? [];
    const listed = await facet.listRepositories(project.id, visit.signal);
    return listed === "Absent" ? [] : listed;
  }

  #sharedOf(facet: RegistryFacet): SharedRead<Contents> | undefined {
    const { listContents } = facet;
    if (!listContents) return undefined;
    const { clock, stop } = this.#deps;
    const shared = this.#shared.get(facet) ?? new SharedRead(() => listContents(stop), clock);
    this.#shared.set(facet, shared);
    return shared;
  }
}

/** Throws WaitingError ReadOnlyWhileCollecting. */
export async function assertWritable({ visit, facet }: Pick<ProjectScope, "visit" | "facet">): Promise<void> {
  if (facet.isWritable === undefined || (await facet.isWritable(visit.signal))) return;
  const message = "The registry is collecting garbage and takes no changes until that is over";
  throw new WaitingError({ reason: Reason.ReadOnlyWhileCollecting, message, pollAfterMs: COLLECTING_POLL_MS });
}

/**
 * Makes room for the project's deletion; of one that is gone already there is nothing to remove. Throws TerminalError NotEmpty
 * where it holds images and spec.contentsOnDelete is Refuse, WaitingError ReadOnlyWhileCollecting.
 */
export async function emptyForDeletion(
  { visit, facet }: ProjectScope,
  project: Project | "Absent",
  send: SendFirst,
): Promise<void> {
  const repositories =
    project === "Absent" ? "Absent" : await nothingTwice(() => facet.listRepositories(project.id, visit.signal));
  if (project === "Absent" || repositories === "Absent") return;
  if (repositories.length > 0 && visit.object.spec.contentsOnDelete !== "Delete") throw notEmpty(repositories.length);
  await assertWritable({ visit, facet });
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
