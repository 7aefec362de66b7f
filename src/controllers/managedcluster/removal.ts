// What has to hold before a cluster is deleted: nobody protects it, what is in it has gone first, and it is awake.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { ClusterResource } from "../../cloud/facets/clusters.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { capitalized, listed } from "../../lib/text.ts";
import { offered } from "../cloudaccount/offers.ts";
import type { Content } from "../controlled.ts";
import type { SendFirst } from "../external/kind.ts";
import { heldFor } from "../external/removal.ts";
import { leavesCloudAlone, orphaning } from "../external/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { describe } from "./status.ts";
import type { ClusterScope } from "./scope.ts";

interface RemovalDeps {
  /** Resources, as "Kind namespace/name", that still need this cluster to let go of what they hold in it. */
  readonly holders: (cluster: ManagedCluster) => readonly string[];
  /** What would be destroyed along with the cluster. */
  readonly contentsOf: (scope: ClusterScope, id: string) => Promise<readonly Content[]>;
  readonly events: Pick<EventRecorder, "event">;
}

/** Its members wake it when they go; this is the fall-back. */
const MEMBERS_POLL_MS = 30_000;
const WAKING_POLL_MS = 5_000;

export class ClusterRemoval {
  readonly #deps: RemovalDeps;

  constructor(deps: RemovalDeps) {
    this.#deps = deps;
  }

  /**
   * Whether the resource may go and its cluster stay. It waits for its members, which need it to let go of what they hold, unless
   * its departure leaves the cloud alone: then theirs does, or they say themselves what they miss.
   */
  readonly staysInCloud = async (visit: Visit<ManagedCluster>): Promise<boolean> => {
    const members = this.#deps.holders(visit.object);
    const isLeft = leavesCloudAlone(visit.object);
    if (isLeft && members.length === 0) return true;
    const departure = await visit.departure();
    if (departure.means === "Orphan") return true;
    if (departure.means === "Hold" && !isLeft) throw heldFor(departure.why, visit.object);
    if (departure.means === "Hold" || visit.status.externalId === undefined) throwIfHeld(members);
    return false;
  };

  /**
   * Pools and add-ons are deleted through their own resources, which need the cluster for it: as long as they are there it is kept
   * as declared, and what its conditions tell them of it is kept true.
   */
  readonly beforeRemoval = async (scope: ClusterScope, cluster: Cluster | "Absent", send: SendFirst): Promise<void> => {
    const { visit } = scope;
    const members = this.#deps.holders(visit.object);
    if (members.length > 0 || leavesCloudAlone(visit.object)) {
      if (cluster !== "Absent") await this.#keepForMembers(scope, cluster, send);
      throw heldBy(members);
    }
    if (scope.facet.makesNone && cluster !== "Absent") throw deletesNone(scope);
    if (visit.object.spec.deletionProtection) throw protectedFromDeletion(visit.object);
    if (cluster === "Absent") return;
    await assertAwake(scope, cluster, send);
    await this.#assertNothingUndeclared(scope, cluster.id);
    await this.#tellRetained(scope, cluster.id);
    await unprotect(scope, cluster, send);
  };

  async #keepForMembers(scope: ClusterScope, cluster: Cluster, send: SendFirst): Promise<void> {
    describe(scope.visit, { item: cluster }, undefined);
    if (scope.visit.object.spec.managementPolicy === "Manage") await assertAwake(scope, cluster, send);
  }

  /** Once, before the first request: what the cloud keeps costs on. Where that can't be told, it is said so. */
  async #tellRetained({ visit, facet, place }: ClusterScope, id: string): Promise<void> {
    const { object, signal } = visit;
    if (!facet.resources || object.status.operation?.verb === "Delete") return;
    const note = await facet
      .resources(id, place.optionsOf(object.spec), signal)
      .then(retainedNote)
      .catch((error: unknown) =>
        isRefused(error) ? "What the cloud keeps can't be told: it refuses to list it" : raise(error),
      );
    if (note === undefined) return;
    this.#deps.events.event(object, { type: "Normal", reason: Reason.ResourcesRetained, action: "Delete", note });
  }

  /** Its members have gone before: what is there still, nobody declared, and what runs on it would go with it. */
  async #assertNothingUndeclared(scope: ClusterScope, id: string): Promise<void> {
    const undeclared = (await this.#deps.contentsOf(scope, id)).filter(({ names }) => names.length > 0);
    if (undeclared.length === 0) return;
    const what = undeclared.map(
      ({ kind, nouns, names }) =>
        `${capitalized(nouns)} that no resource declares are in the cluster: ${listed(names)}. Delete them in the cloud` +
        (kind === undefined ? "" : `, or adopt them with a ${kind} each`),
    );
    const message = `${what.join(". ")}; or, to leave the cluster, ${orphaning(scope.visit.object)}`;
    throw new TerminalError({ reason: Reason.DeletionHeld, message });
  }
}

/** Throws TerminalError DeletionHeld where the cloud refuses its deletion because somebody else wants that. */
async function unprotect({ visit, facet, place }: ClusterScope, cluster: Cluster, send: SendFirst): Promise<void> {
  if (cluster.deletionProtection !== true) return;
  if (visit.status.protectedByUs !== true) throw protectedInCloud(visit.object, cluster);
  const field = "spec.deletionProtection";
  const protect = offered(place, facet.setDeletionProtection, field);
  const fields = [{ field, before: true, after: false }];
  const change = { verb: "Update", target: `cluster ${cluster.name}`, fields } as const;
  await send(change, (permit) => protect(cluster.id, false, permit));
}

/** Wakes it where it sleeps. Throws what to wait for, or ClusterHibernated where it is declared to sleep. */
async function assertAwake({ visit, facet, place }: ClusterScope, cluster: Cluster, send: SendFirst): Promise<void> {
  if (isBusy(cluster)) throw waiting(busy(cluster));
  if (cluster.phase !== "Hibernated") return;
  if (visit.object.spec.powerState === "Hibernated") throw asleep(cluster);
  const { wake } = offered(place, facet.power, "the deletion of a cluster that sleeps");
  const fields = [{ field: "spec.powerState", before: "Hibernated", after: "Running" }];
  await send({ verb: "Wake", target: `cluster ${cluster.name}`, fields }, (permit) => wake(cluster.id, permit));
  const message = "The cloud deletes no cluster that sleeps, and nothing in it: waking it up first";
  throw waiting({ reason: Reason.Waking, message });
}

function waiting(said: { reason: string; message: string }): WaitingError {
  return new WaitingError({ ...said, pollAfterMs: WAKING_POLL_MS });
}

function throwIfHeld(members: readonly string[]): void {
  if (members.length > 0) throw heldBy(members);
}

function heldBy(members: readonly string[]): WaitingError {
  const message = `Waiting for ${listed(members)}, which ${members.length === 1 ? "is" : "are"} in this cluster. Delete them first`;
  return new WaitingError({ reason: Reason.DeletionHeld, message, pollAfterMs: MEMBERS_POLL_MS });
}

/** What the cloud does with it now ends by itself, and until then it takes no deletion. */
function isBusy({ phase }: Cluster): boolean {
  return phase === "Hibernating" || phase === "Waking" || phase === "Changing";
}

function busy({ cloudPhase }: Cluster): { reason: string; message: string } {
  return { reason: Reason.Deleting, message: `The cluster is ${cloudPhase}; it is deleted when that is over` };
}

function deletesNone({ visit, place }: ClusterScope): TerminalError {
  const message =
    `The API of ${place.account.spec.provider} deletes no clusters. Set spec.deletionPolicy to Orphan, or ` +
    `${orphaning(visit.object)}: the cluster stays`;
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

function protectedFromDeletion(resource: ManagedCluster): TerminalError {
  const message =
    "spec.deletionProtection is true. Set it to false to go on with the deletion; " +
    `or, to leave the cluster in the cloud, ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.DeletionHeld, message });
}

function protectedInCloud(resource: ManagedCluster, { id }: Cluster): TerminalError {
  const message =
    `Cluster ${id} is protected from deletion in the cloud, and not by Yunfan. Switch the protection off there to go on; ` +
    `or, to leave the cluster in the cloud, ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.DeletionHeld, message });
}

function asleep({ id }: Cluster): TerminalError {
  const message =
    `Cluster ${id} sleeps, and the cloud deletes no cluster that sleeps. ` +
    "Set spec.powerState to Running: it is woken up and deleted then";
  return new TerminalError({ reason: Reason.ClusterHibernated, message });
}

/** By type and id; undefined where nothing stays. */
function retainedNote(resources: readonly ClusterResource[]): string | undefined {
  const retained = resources.filter(({ isRetained }) => isRetained).map(({ type, id }) => `${type} ${id}`);
  if (retained.length === 0) return undefined;
  return `The cloud keeps, and bills on, ${retained.length} of what it made for the cluster: ${retained.slice(0, 20).join(", ")}`;
}

function isRefused(error: unknown): boolean {
  return error instanceof CloudError && ["Forbidden", "Rejected", "NotFound"].includes(error.kind);
}

function raise(error: unknown): never {
  throw error;
}
