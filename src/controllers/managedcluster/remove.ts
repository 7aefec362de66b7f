// Deleting: after what is made in the cluster, repeated until the cloud proves by id that the cluster is gone.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { allowsNamespace } from "../cloudaccount/accounts.ts";
import type { Observer } from "../external/observe.ts";
import { entering, heldFor, settledId } from "../external/remove.ts";
import { offered } from "../external/thing.ts";
import { leavesCloudAlone, orphaning } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Accounts, ManagedClusterDeps, Work } from "./context.ts";
import { describe } from "./describe.ts";
import type { Jobs } from "./jobs.ts";

interface RemoverDeps extends Pick<ManagedClusterDeps, "members"> {
  readonly accounts: Accounts;
  readonly observer: Observer;
  readonly jobs: Jobs;
}

/** Its members wake it when they go; this is the fall-back. */
const MEMBERS_POLL_MS = 30_000;

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<ManagedCluster>): Promise<void> {
    if (await this.#isLetGo(visit)) return;
    if (visit.object.spec.deletionProtection) throw protectedFromDeletion(visit.object);
    const work = entering(visit.object, "cluster", () => this.#deps.accounts.enter(visit));
    const id = await settledId(work, this.#deps.observer);
    if (id === undefined || this.#deps.accounts.isAnothers(work, id)) return;
    const cluster = await work.clusters.get(id, visit.signal);
    if (cluster === "Absent") return this.#proveGone(work, id);
    await this.#delete(work, cluster);
  }

  /**
   * Whether the resource may go and its cluster stay. It waits for its members, which need it to let go of what they hold, unless
   * its departure leaves the cloud alone: then theirs does, or they say themselves what they miss.
   */
  async #isLetGo(visit: Visit<ManagedCluster>): Promise<boolean> {
    const members = this.#deps.members(visit.object);
    const isLeft = leavesCloudAlone(visit.object);
    if (isLeft && members.length === 0) return true;
    const departure = await visit.departure();
    if (departure.means === "Orphan") return true;
    if (departure.means === "Hold") throw isLeft ? heldBy(members) : heldFor(departure.why, visit.object);
    if (members.length > 0) throw await this.#waitingFor(members, visit);
    return false;
  }

  /**
   * Pools and add-ons are deleted through their own resources, which need the cluster for it: as long as they are there it is kept
   * as declared, and what its conditions tell them of it is kept true. Returns what to throw.
   */
  async #waitingFor(members: readonly string[], visit: Visit<ManagedCluster>): Promise<WaitingError> {
    const id = visit.status.externalId;
    if (id === undefined) return heldBy(members);
    const work = entering(visit.object, "cluster", () => this.#deps.accounts.enter(visit));
    const cluster = await work.clusters.get(id, visit.signal);
    if (cluster === "Absent") return heldBy(members);
    describe(visit, cluster);
    if (visit.object.spec.managementPolicy === "Manage") await this.#assertAwake(work, cluster);
    return heldBy(members);
  }

  /** A read may be older than the cluster; a write is answered by the cloud as it is, so its 404 is the proof. */
  async #proveGone(work: Work, id: string): Promise<void> {
    await this.#send(work, id);
    if ((await work.clusters.get(id, work.visit.signal)) !== "Absent") throw this.#deleting(work);
  }

  async #delete(work: Work, cluster: Cluster): Promise<void> {
    if (cluster.phase === "Deleting") throw await this.#deps.jobs.following(work, DELETING);
    await this.#assertAwake(work, cluster);
    await assertNothingUndeclared(work, cluster.id);
    await this.#send(work, cluster.id);
    throw this.#deleting(work);
  }

  /** Wakes it where it sleeps. Throws what to wait for, or ClusterHibernated where it is declared to sleep. */
  async #assertAwake({ visit, clusters }: Work, cluster: Cluster): Promise<void> {
    if (isBusy(cluster)) throw this.#deps.jobs.waiting(visit, busy(cluster));
    if (cluster.phase !== "Hibernated") return;
    if (visit.object.spec.powerState === "Hibernated") throw asleep(cluster);
    await offered(clusters.wake, "spec.powerState")(cluster.id, visit.signal);
    const message = "The cloud deletes no cluster that sleeps, and nothing in it: waking it up first";
    throw this.#deps.jobs.waiting(visit, { reason: Reason.Waking, message });
  }

  /** Returns where the cloud answers that there is no such cluster. */
  async #send({ visit, clusters }: Work, id: string): Promise<void> {
    try {
      const { jobId } = await clusters.remove(id, visit.signal);
      this.#deps.jobs.begin(visit, "Delete", jobId);
      visit.log.info({ externalId: id, cloudName: visit.status.cloudName }, "Requested deletion of cluster");
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    } finally {
      this.#deps.observer.noteWrite({ visit });
    }
  }

  #deleting({ visit }: Work): WaitingError {
    return this.#deps.jobs.waiting(visit, DELETING);
  }
}

const DELETING = { reason: Reason.Deleting, message: "The cloud is deleting the cluster" };

function heldBy(members: readonly string[]): WaitingError {
  const named = members.toSorted().slice(0, 3).join(", ");
  const more = members.length > 3 ? ` and ${members.length - 3} more` : "";
  const message = `Waiting for ${named}${more}, which ${members.length === 1 ? "is" : "are"} in this cluster. Delete them first`;
  return new WaitingError({ reason: Reason.DeletionHeld, message, pollAfterMs: MEMBERS_POLL_MS });
}

/** Whether the account has to stay for this resource: it may still use it, or has something in the cloud to delete. */
export function needsAccount(resource: ManagedCluster, account: CloudAccount): boolean {
  return (
    !leavesCloudAlone(resource) || (!isDeleting(resource) && allowsNamespace(account, resource.metadata.namespace))
  );
}

/** Pools that nobody declared would go with the cluster, and what runs on their nodes with them. */
async function assertNothingUndeclared({ visit, access }: Work, id: string): Promise<void> {
  const pools = await poolsIn(access, id, visit.signal);
  if (pools.length === 0) return;
  const named = pools.slice(0, 3).join(", ");
  const message =
    `Node pools that no resource declares are in the cluster: ${named}${pools.length > 3 ? ", …" : ""}. ` +
    `Delete them in the cloud, or adopt them with a NodePool each; or, to leave the cluster, ${orphaning(visit.object)}`;
  throw new TerminalError({ reason: Reason.DeletionHeld, message });
}

async function poolsIn({ session }: Work["access"], id: string, signal: AbortSignal): Promise<readonly string[]> {
  const pools = await session.nodePools?.in(id).list(signal);
  return (pools?.items ?? []).filter(({ phase }) => phase !== "Deleting").map(({ name }) => name);
}

/** What the cloud does with it now ends by itself, and until then it takes no deletion. */
function isBusy({ phase }: Cluster): boolean {
  return phase === "Hibernating" || phase === "Waking" || phase === "Changing";
}

function busy({ cloudPhase }: Cluster): { reason: string; message: string } {
  return { reason: Reason.Deleting, message: `The cluster is ${cloudPhase}; it is deleted when that is over` };
}

function protectedFromDeletion(resource: ManagedCluster): TerminalError {
  const message =
    "spec.deletionProtection is true. Set it to false to go on with the deletion; " +
    `or, to leave the cluster in the cloud, ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.DeletionHeld, message });
}

function asleep({ id }: Cluster): TerminalError {
  const message =
    `Cluster ${id} sleeps, and the cloud deletes no cluster that sleeps. ` +
    "Set spec.powerState to Running: it is woken up and deleted then";
  return new TerminalError({ reason: Reason.ClusterHibernated, message });
}
