// From one cluster into another: where a node is meant to go, and where it is while the cloud moves it. It is told by its server, in the
// lists of both.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { ReconcileError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import { follow } from "../external/create.ts";
import type { Listing } from "../external/list-cache.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import type { ClusterDirectory, ClusterPlace } from "../managedcluster/clusters.ts";
import type { NodeLists } from "../managedcluster/node-lists.ts";
import { hostOf } from "../managedcluster/host.ts";
import { jobOf } from "../managedcluster/progress.ts";
import { failureIn } from "./outcome.ts";
import type { Declared, NodeScope, Seen, Target } from "./scope.ts";

interface MoveDeps extends TargetDeps {
  readonly nodeLists: NodeLists;
  readonly clock: Clock;
  readonly settleWindowMs: number;
}

interface TargetDeps {
  readonly clusters: ClusterDirectory;
}

const ON_ITS_WAY_POLL_MS = 2_000;
/** A list may lag behind the end of a job. */
const LAG_MS = 60_000;

export function isMeantElsewhere({ spec, status }: Pick<Declared, "spec" | "status">): boolean {
  return status.clusterName !== undefined && status.clusterName !== spec.clusterRef.name;
}

/** The annotation's value, where it confirms the move of this very node and was not acted on before. */
export function moveWish({ metadata, status }: Declared, id: string): string | undefined {
  const value = annotation({ apiVersion: "", kind: "", metadata }, ANNOTATIONS.move);
  const isUnderWay = status.disruption?.verb === "Move" && status.disruption.wish === value;
  return value?.trim() === id && (isUnderWay || value !== status.lastMove) ? value : undefined;
}

/** Undefined where it is meant to stay, or nobody has confirmed that it may go. */
export function targetOf({ clusters }: TargetDeps, { visit, place }: NodeScope, item: ClusterNode): Target | undefined {
  const { object, status } = visit;
  const declared = { spec: object.spec, metadata: object.metadata, status };
  if (!isMeantElsewhere(declared) || moveWish(declared, item.id) === undefined) return undefined;
  try {
    return judged(place, clusters.enter(object));
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    const { reason, message } = error;
    return { is: error instanceof TerminalError ? "Refused" : "Unready", why: { reason, message } };
  }
}

function judged(from: ClusterPlace, to: ClusterPlace): Target {
  const [here, there] = [hostOf(from), hostOf(to)];
  if (from.session !== to.session) return refused("is of another account");
  const [vpc, other] = [here.network.vpcId, there.network.vpcId];
  if (vpc !== undefined && other !== undefined && vpc !== other) return refused("is in another VPC");
  return { is: "Ready", host: there };
}

function refused(why: string): Target {
  const message = `The cluster that spec.clusterRef names ${why}, and no node moves there. Name the former one again`;
  return { is: "Refused", why: { reason: Reason.Rejected, message } };
}

/**
 * A node that its cluster does not show any more, because it is being moved, or installed anew under another id. Where it is in its new
 * cluster, that is drafted. Throws WaitingError Moving or Resetting; returns where there is no such node and the cloud is no longer at it.
 */
export async function assertNotOnItsWay(deps: MoveDeps, scope: NodeScope): Promise<void> {
  const { visit } = scope;
  if (isOnItsWay({ spec: visit.object.spec, status: visit.status })) return assertNotMoved(deps, scope);
  const { disruption } = visit.status;
  if (disruption?.verb !== "Reset" || disruption.state !== "Sent" || (await isOver(deps, scope))) return;
  const message = "The cloud shows the node by its former id no longer, and not by another one yet: it is resetting it";
  throw new WaitingError({ reason: Reason.Resetting, message, pollAfterMs: ON_ITS_WAY_POLL_MS });
}

async function assertNotMoved(deps: MoveDeps, scope: NodeScope): Promise<void> {
  const { visit } = scope;
  const { status, object } = visit;
  const to = deps.clusters.enter(object);
  const lists = deps.nodeLists.in(to, facetOf(to, "nodes", "nodes"));
  const since = deps.clock.monotonic();
  const on = ({ byName }: Listing<ClusterNode>): ClusterNode | undefined => byName.get(status.serverId ?? "")?.[0];
  const moved = on(await lists.observe(since, visit.signal));
  if (moved) {
    follow({ visit, place: to }, moved);
    status.clusterName = object.spec.clusterRef.name;
    throw new WaitingError({ reason: Reason.Moving, message: "The node is in its new cluster", pollAfterMs: 100 });
  }
  // No single list decides.
  if ((await isOver(deps, scope)) && !(await lists.observeTwice(since, visit.signal)).some(on)) return;
  const message = `The node is in neither of both clusters now; the cloud moves it to ${object.spec.clusterRef.name}`;
  throw new WaitingError({ reason: Reason.Moving, message, pollAfterMs: ON_ITS_WAY_POLL_MS });
}

function isOnItsWay(declared: Pick<Declared, "spec" | "status">): boolean {
  const { disruption } = declared.status;
  return disruption?.verb === "Move" && disruption.state === "Sent" && isMeantElsewhere(declared);
}

/** Whether nothing comes any more of what was sent last. */
async function isOver(deps: MoveDeps, { visit, place }: NodeScope): Promise<boolean> {
  return isGivenUp(await jobOf({ visit, place }), sentAgoMs(deps, visit.status) - deps.settleWindowMs);
}

function sentAgoMs({ clock }: MoveDeps, { disruption }: Declared["status"]): number {
  return clock.now() - Date.parse(disruption?.sentAt ?? disruption?.since ?? "");
}

/** Nothing comes any more of a job that has failed, nor, after a while, of one that is done or unknown. */
function isGivenUp(job: Seen["job"], settledMs: number): boolean {
  if (failureIn(job) !== undefined) return true;
  const isAtIt = job !== undefined && job !== "Absent" && job.phase !== "Success";
  return !isAtIt && settledMs > LAG_MS;
}

/** Says what is left of a node that is gone. */
export function describeLoss({ status, object }: NodeScope["visit"]): void {
  if (status.disruption?.verb !== "Move" || status.disruption.state !== "Sent") return;
  const message =
    `The move to ManagedCluster ${object.spec.clusterRef.name} has come to nothing, and neither cluster has the node. Its server ` +
    `${status.serverId} may be there still, with its disks erased: look in the cloud. To accept it again, delete this resource and make one with ` +
    "spec.existingServer";
  throw new TerminalError({ reason: Reason.ExternalResourceMissing, message });
}
