// Deleting: repeated until the cloud proves by id that the project is gone, or it is left on purpose (design section 3).
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject as Project } from "../../cloud/registry.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { ReconcileError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { allowsNamespace } from "../cloudaccount/directory.ts";
import { ANNOTATIONS, isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Accounts, Work } from "./context.ts";
import { emptyForDeletion, notEmpty } from "./contents.ts";
import { recordCreated } from "./create.ts";
import type { Observer } from "./observe.ts";

interface RemoverDeps {
  readonly accounts: Accounts;
  readonly observer: Observer;
}

const LOOK_AGAIN_MS = 1_000;
/** A change of the account wakes its users at once; this is the fall-back. */
const ACCOUNT_POLL_MS = 30_000;

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<RegistryProject>): Promise<void> {
    if (leavesCloudAlone(visit.object)) return;
    const work = this.#enter(visit);
    if (visit.object.status.operation) await this.#settle(work);
    if (visit.status.externalId === undefined) return;
    const project = await this.#locate(work, visit.status.externalId);
    if (project === "Absent") return;
    if ((await emptyForDeletion(work, project)) === "Absent") return;
    await this.#delete(work, project);
  }

  #enter(visit: Visit<RegistryProject>): Work {
    try {
      return this.#deps.accounts.enter(visit);
    } catch (error) {
      throw withWayOut(error, visit.object);
    }
  }

  /** An open journal: a late POST would be an orphan, so its outcome is awaited first. */
  async #settle(work: Work): Promise<void> {
    const { marked, settled, nameIsFree, byName } = await this.#deps.observer.observe(work);
    const [found, ...others] = marked;
    if (found && others.length === 0) {
      recordCreated(work, found.id);
      return;
    }
    if (found) throw severalMade(marked);
    if (settled && (nameIsFree || byName.length > 0)) {
      delete work.visit.status.operation;
      return;
    }
    const message = "The outcome of a create is unknown; deleting after the settle window has shown what it made";
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  /** The project that the id means, checked against the name it had: an endpoint that was edited may know another by that id. */
  async #locate(work: Work, id: string): Promise<Project | "Absent"> {
    const { visit, catalog } = work;
    const listed = (await catalog.observe(this.#deps.observer.freshSince(visit.object), visit.signal)).byId.get(id);
    const known = visit.object.status.cloudName;
    if (listed && known !== undefined && listed.name !== known) throw notTheSame(id, known, listed.name);
    if (listed) return listed;
    if ((await work.registry.listRepositories(id, visit.signal)) === "Absent") return "Absent";
    const message = `What the cloud listed can't be right: project ${id} is not in the list, but found by its id. Looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  async #delete({ visit, registry }: Work, project: Project): Promise<void> {
    try {
      await registry.deleteProject(project.id, visit.signal);
      visit.log.info({ externalId: project.id, cloudName: project.name }, "Deleted project");
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.kind === "NotFound") return;
      throw error.kind === "NotEmpty" ? notEmpty() : error;
    } finally {
      this.#deps.observer.noteWrite(visit.object);
    }
    if ((await registry.listRepositories(project.id, visit.signal)) === "Absent") return;
    const message = "Deleted; waiting for the cloud to show that the project is gone";
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
  }
}

/** Nothing was made, or it stays by policy, or the user has cut it loose by naming it. */
export function leavesCloudAlone({ spec, status, metadata }: RegistryProject): boolean {
  const held = status.externalId ?? status.operation?.nonce;
  if (held === undefined) return true;
  if (metadata.annotations?.[ANNOTATIONS.forceOrphan] === held) return true;
  const mayBeOurs = status.origin === "Created" || status.operation !== undefined;
  const policy = spec.deletionPolicy ?? (mayBeOurs ? "Delete" : "Orphan");
  return spec.managementPolicy === "Observe" || policy === "Orphan";
}

/** Whether the account has to stay for this resource: it may still use it, or has something in the cloud to delete. */
export function needsAccount(resource: RegistryProject, account: CloudAccount): boolean {
  return (
    !leavesCloudAlone(resource) || (!isDeleting(resource) && allowsNamespace(account, resource.metadata.namespace))
  );
}

/** Without account nothing can be deleted: the message says how to let go all the same. */
function withWayOut(error: unknown, resource: RegistryProject): unknown {
  if (!(error instanceof ReconcileError)) return error;
  const { status } = resource;
  const held = status.externalId ?? status.operation?.nonce ?? "";
  const message = `${error.message}. To leave the project in the cloud, annotate ${ANNOTATIONS.forceOrphan}: "${held}"`;
  return new WaitingError({ reason: error.reason, message, pollAfterMs: ACCOUNT_POLL_MS, cause: error });
}

function severalMade(projects: readonly Project[]): TerminalError {
  const ids = projects.map(({ id }) => id).join(" and ");
  const message = `One create made projects ${ids}. Delete the surplus in the cloud; then the one that is left is deleted`;
  return new TerminalError({ reason: Reason.CreatedTwice, message });
}

function notTheSame(id: string, known: string, found: string): TerminalError {
  const message =
    `Project ${id} was ${known}, but at the account's present endpoint it is ${found}; it is not deleted. ` +
    `Correct spec.endpoint of the account, or annotate ${ANNOTATIONS.forceOrphan}: "${id}"`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
