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
import { record } from "./create.ts";
import type { Observer } from "./observe.ts";
import { isAnother } from "./plan.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";

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
    const id = visit.status.externalId;
    if (id === undefined || this.#deps.accounts.isAnothers(work, id)) return;
    const project = await this.#locate(work, id);
    if (project) await emptyForDeletion(work, project);
    await this.#delete(work, id);
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
      record(work, found, "Created");
      return;
    }
    if (found) throw severalMade(marked);
    if (settled && (nameIsFree || byName.length > 0)) {
      delete work.visit.status.operation;
      return;
    }
    const message =
      "The outcome of a create is unknown; deleting after the settle window has shown what it made. " +
      `To leave it in the cloud, ${orphaning(work.visit.object)}`;
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  /**
   * The project that the id means, checked against the name it had: an endpoint that was edited may know another by that id.
   * Undefined where no read shows it; that alone proves nothing, because reads may be older than the project.
   */
  async #locate(work: Work, id: string): Promise<Project | undefined> {
    const { visit, catalog } = work;
    const listed = (await catalog.observe(this.#deps.observer.since(visit.object), visit.signal)).byId.get(id);
    if (listed && isAnother(visit.object, listed)) throw notTheSame(visit.object, listed);
    if (listed) return listed;
    if ((await work.registry.listRepositories(id, visit.signal)) === "Absent") return undefined;
    const message = `What the cloud listed can't be right: project ${id} is not in the list, but found by its id. Looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  /** Sent also where reads show no project: a write is answered by the cloud as it is, so its 404 is the proof. */
  async #delete({ visit, registry }: Work, id: string): Promise<void> {
    try {
      await registry.deleteProject(id, visit.signal);
      visit.log.info({ externalId: id, cloudName: visit.status.cloudName }, "Deleted project");
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.kind === "NotFound") return;
      throw error.kind === "NotEmpty" ? notEmpty() : error;
    } finally {
      this.#deps.observer.noteWrite(visit.object);
    }
    if ((await registry.listRepositories(id, visit.signal)) === "Absent") return;
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
  const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
  if (!(failure instanceof ReconcileError)) return error;
  const message = `${failure.message}. To leave the project in the cloud, ${orphaning(resource)}`;
  return new WaitingError({ reason: failure.reason, message, pollAfterMs: ACCOUNT_POLL_MS, cause: error });
}

function orphaning({ status }: RegistryProject): string {
  return `annotate ${ANNOTATIONS.forceOrphan}: "${status.externalId ?? status.operation?.nonce}"`;
}

function severalMade(projects: readonly Project[]): TerminalError {
  const ids = projects.map(({ id }) => id).join(" and ");
  const message = `One create made projects ${ids}. Delete the surplus in the cloud; then the one that is left is deleted`;
  return new TerminalError({ reason: Reason.CreatedTwice, message });
}

function notTheSame(resource: RegistryProject, { id, name }: Project): TerminalError {
  const message =
    `Project ${id} was ${resource.status.cloudName}, but at the account's present endpoint it is ${name}; it is not deleted. ` +
    `Correct spec.endpoint of the account, or ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
