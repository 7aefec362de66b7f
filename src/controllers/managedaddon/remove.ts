// Deleting: repeated until the cloud proves by id that the add-on is gone. A cluster that is gone has taken its add-ons along.
import type { Addon } from "../../cloud/facets/addons.ts";
import { CloudError } from "../../cloud/errors.ts";
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Observer } from "../external/observe.ts";
import { entering, settledId, staysInCloud } from "../external/remove.ts";
import { leavesCloudAlone, orphaning } from "../external/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { isLossOfCluster } from "../managedcluster/loss.ts";
import type { Clusters, Work } from "./context.ts";
import type { Operations } from "./operations.ts";

interface RemoverDeps {
  readonly clusters: Clusters;
  readonly observer: Observer;
  readonly operations: Operations;
}

/** Within it the cloud has begun to delete what it was asked to delete. */
const BEGIN_MS = 60_000;

const DELETING = { reason: Reason.Deleting, message: "The cloud is deleting the add-on" };

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<ManagedAddon>): Promise<void> {
    if (await staysInCloud(visit)) return;
    const work = entering(visit.object, "add-on", () => this.#deps.clusters.enter(visit));
    const id = await this.#settledId(work);
    if (id === undefined || this.#deps.clusters.isAnothers(work, id)) return;
    const addon = await work.addons.in(work.cluster.id).get(id, visit.signal);
    if (addon === "Absent") return this.#proveGone(work, id);
    await this.#delete(work, addon);
  }

  async #settledId(work: Work): Promise<string | undefined> {
    try {
      return await settledId(work, this.#deps.observer);
    } catch (error) {
      if (await isLossOfCluster(work, error)) return undefined;
      throw error;
    }
  }

  /**
   * A read may be older than the add-on; a write is answered by the cloud as it is, so its 404 is the proof. Where the cloud has
   * accepted the deletion before, no other is needed.
   */
  async #proveGone(work: Work, id: string): Promise<void> {
    if (work.visit.object.status.operation?.verb === "Delete") return;
    await this.#send(work, id);
    if ((await work.addons.in(work.cluster.id).get(id, work.visit.signal)) !== "Absent") throw this.#deleting(work);
  }

  async #delete(work: Work, addon: Addon): Promise<void> {
    const { visit } = work;
    const wasAsked = visit.status.operation?.verb === "Delete";
    if (addon.phase !== "Deleting" && wasAsked) throw this.#notBegun(work, addon);
    if (addon.phase !== "Deleting") await this.#send(work, addon.id);
    throw this.#deleting(work);
  }

  /** Returns where the cloud answers that there is no such add-on. */
  async #send({ visit, addons, cluster }: Work, id: string): Promise<void> {
    try {
      await addons.in(cluster.id).remove(id, visit.signal);
      this.#deps.operations.begin(visit, "Delete");
      visit.log.info({ externalId: id, cloudName: visit.status.cloudName }, "Requested deletion of add-on");
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    } finally {
      this.#deps.observer.noteWrite({ visit });
    }
  }

  /** It was asked for once; when it has come to nothing, the operation is forgotten, so that the next visit asks again. */
  #notBegun(work: Work, { id, cloudPhase, message }: Addon): Error {
    const { visit } = work;
    if ((this.#deps.operations.elapsedMs(visit) ?? 0) < BEGIN_MS) return this.#deleting(work);
    delete visit.status.operation;
    const why = message === "" ? "" : `: ${message}`;
    const said =
      `The cloud was asked to delete add-on ${id} and says that it is ${cloudPhase}${why}. Delete it in the cloud; ` +
      `or, to leave it there, ${orphaning(visit.object)}`;
    return new TerminalError({ reason: Reason.AddonFailed, message: said });
  }

  #deleting({ visit }: Work): Error {
    return this.#deps.operations.waiting(visit, DELETING);
  }
}

/** Whether the cluster's deletion has to wait for this resource: it has something in the cloud to delete, and needs the cluster for it. */
export function needsCluster(resource: ManagedAddon): boolean {
  return !leavesCloudAlone(resource);
}
