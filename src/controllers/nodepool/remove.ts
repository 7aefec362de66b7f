// Deleting: once, with all its nodes, then looked at until the cloud proves by id that the pool is gone.
import { CloudError } from "../../cloud/errors.ts";
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import type { WaitingError } from "../../lib/errors.ts";
import type { Observer } from "../external/observe.ts";
import { entering, settledId, staysInCloud } from "../external/remove.ts";
import { holdsSomething, leavesCloudAlone } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { inCluster, isLossOfCluster } from "../managedcluster/loss.ts";
import { nodesOf, type Clusters, type Work } from "./context.ts";
import { activeCount } from "./count.ts";
import { begin, note, waitingFor } from "./operation.ts";

interface RemoverDeps {
  readonly clock: Clock;
  readonly clusters: Clusters;
  readonly observer: Observer;
}

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<NodePool>): Promise<void> {
    if (await staysInCloud(visit)) return;
    const { clusters } = this.#deps;
    const work = entering(visit.object, "node pool", () => clusters.enter(visit));
    const id = await this.#settledId(work);
    if (id === undefined || clusters.isAnothers(work, id)) return;
    const pool = await work.pools.in(work.clusterId).get(id, visit.signal);
    if (pool === "Absent") return this.#proveGone(work, id);
    if (pool.phase !== "Deleting") await this.#send(work, id);
    throw await this.#deleting(work, pool);
  }

  /** A cluster that is gone has taken along whatever an open create has made in it. */
  async #settledId(work: Work): Promise<string | undefined> {
    try {
      return await settledId(work, this.#deps.observer);
    } catch (error) {
      if (await isLossOfCluster(work, error)) return undefined;
      throw error;
    }
  }

  /**
   * A read may be older than the pool; a write is answered by the cloud as it is, so its 404 is the proof. Where the cloud has
   * accepted the deletion before, no other is needed.
   */
  async #proveGone(work: Work, id: string): Promise<void> {
    if (work.visit.object.status.operation?.verb === "Delete") return;
    await this.#send(work, id);
    const pool = await work.pools.in(work.clusterId).get(id, work.visit.signal);
    if (pool !== "Absent") throw await this.#deleting(work, pool);
  }

  /** Returns also where the cloud answers that there is no such pool, or no such cluster. */
  async #send(work: Work, id: string): Promise<void> {
    const { visit, pools, clusterId } = work;
    try {
      await pools.in(clusterId).remove(id, visit.signal);
      begin(visit, this.#deps.clock, "Delete");
      visit.log.info({ externalId: id, cloudName: visit.status.cloudName }, "Requested deletion of node pool");
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    } finally {
      this.#deps.observer.noteWrite(work);
    }
  }

  /** What to throw while its nodes go. */
  async #deleting(work: Work, pool: Pool): Promise<WaitingError> {
    const { visit } = work;
    const { clock, observer } = this.#deps;
    const nodes = await inCluster(work, () => nodesOf(work, pool.id, observer.since(work)));
    visit.status.cloudPhase = pool.cloudPhase;
    visit.status.replicas = nodes.length;
    visit.status.readyReplicas = activeCount({ nodes });
    const progress = `${nodes.length} nodes are left`;
    note(visit, progress);
    const message = `The cloud is deleting the node pool; ${progress}`;
    return waitingFor(visit, clock, { reason: Reason.Deleting, message });
  }
}

/** Whether the cluster has to stay for this resource: it has something there, or may have, that it has not let go of. */
export function needsCluster(resource: NodePool): boolean {
  return isDeleting(resource) ? !leavesCloudAlone(resource) : holdsSomething(resource);
}
