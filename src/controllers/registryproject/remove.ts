// Deleting: repeated until the cloud proves by id that the project is gone, or it is left on purpose (design section 3).
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { allowsNamespace } from "../cloudaccount/accounts.ts";
import { isAnother, subjectOf } from "../external/identity.ts";
import type { Observer } from "../external/observe.ts";
import { entering, settledId, staysInCloud } from "../external/remove.ts";
import { leavesCloudAlone, orphaning } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Accounts, Work } from "./context.ts";
import { emptyForDeletion, notEmpty } from "./contents.ts";

interface RemoverDeps {
  readonly accounts: Accounts;
  readonly observer: Observer;
}

const LOOK_AGAIN_MS = 1_000;

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<RegistryProject>): Promise<void> {
    if (await staysInCloud(visit)) return;
    const work = entering(visit.object, "project", () => this.#deps.accounts.enter(visit));
    const id = await settledId(work, this.#deps.observer);
    if (id === undefined || this.#deps.accounts.isAnothers(work, id)) return;
    const project = await this.#locate(work, id);
    if (project) await emptyForDeletion(work, project);
    await this.#delete(work, id);
  }

  /**
   * The project that the id means, checked against the name it had: an endpoint that was edited may know another by that id.
   * Undefined where no read shows it; that alone proves nothing, because reads may be older than the project.
   */
  async #locate(work: Work, id: string): Promise<Project | undefined> {
    const { visit, catalog } = work;
    const listed = (await catalog.observe(this.#deps.observer.since(work), visit.signal)).byId.get(id);
    if (listed && isAnother(subjectOf(work), listed)) throw notTheSame(visit.object, listed);
    if (listed) return listed;
    if ((await work.registry.listRepositories(id, visit.signal)) === "Absent") return undefined;
    const message = `What the cloud listed can't be right: project ${id} is not in the list, but found by its id. Looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  /** Sent also where reads show no project: a write is answered by the cloud as it is, so its 404 is the proof. */
  async #delete(work: Work, id: string): Promise<void> {
    const { visit, registry } = work;
    try {
      await registry.remove(id, visit.signal);
      visit.log.info({ externalId: id, cloudName: visit.status.cloudName }, "Deleted project");
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      if (error.kind === "NotFound") return;
      throw error.kind === "NotEmpty" ? notEmpty() : error;
    } finally {
      this.#deps.observer.noteWrite(work);
    }
    if ((await registry.listRepositories(id, visit.signal)) === "Absent") return;
    const message = "Deleted; waiting for the cloud to show that the project is gone";
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
  }
}

/** Whether the account has to stay for this resource: it may still use it, or has something in the cloud to delete. */
export function needsAccount(resource: RegistryProject, account: CloudAccount): boolean {
  return (
    !leavesCloudAlone(resource) || (!isDeleting(resource) && allowsNamespace(account, resource.metadata.namespace))
  );
}

function notTheSame(resource: RegistryProject, { id, name }: Project): TerminalError {
  const message =
    `Project ${id} was ${resource.status.cloudName}, but at the account's present endpoint it is ${name}; it is not deleted. ` +
    `Correct spec.endpoint of the account, or ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
