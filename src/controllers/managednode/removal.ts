// What has to hold before a node leaves: it is nobody else's, its server may go, and as few of the cluster as may be are out of service.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { HeldError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { orphaning } from "../external/resource.ts";
import { failureOf, jobOf, progressOf } from "../managedcluster/progress.ts";
import { policyOf } from "./items.ts";
import { outcomeOf, snapshotOf } from "./outcome.ts";
import type { Disruption, NodeScope } from "./scope.ts";
import { wantedSince, type Turns } from "./turns.ts";
import { inPool, waitingForTurn } from "./words.ts";

interface RemovalDeps {
  readonly clock: Clock;
  readonly settleWindowMs: number;
  readonly turns: Turns;
}

/** A bill ends when it ends; a new policy wakes at once. */
const PREPAID_POLL_MS = 600_000;
const LOOK_AGAIN_MS = 2_000;

/**
 * Throws what the removal waits for. When it returns, the status says that the node is out of service, and as what it was last seen:
 * a request that would write its disks anew is not sent again unless nothing has come of it.
 */
export async function beforeRemoval(deps: RemovalDeps, scope: NodeScope, item: ClusterNode | "Absent"): Promise<void> {
  const { visit } = scope;
  if (item === "Absent") return;
  if (item.poolId !== undefined) {
    const { reason, message } = inPool(item);
    throw new TerminalError({
      reason,
      message: `${message}. To let go of this resource alone, ${orphaning(visit.object)}`,
    });
  }
  const policy = policyOf(visit.object);
  if (policy === "Delete" && item.isPrepaid) holdPrepaid(scope, item);
  const verb = policy === "Delete" ? "Delete" : "Detach";
  const sent = visit.status.disruption;
  if (sent?.state === "Sent" && sent.verb !== "Delete") await assertNothingCame(deps, { scope, item, sent });
  await take(deps, { scope, item, verb });
}

interface Leaving {
  readonly scope: NodeScope;
  readonly item: ClusterNode;
}

/** Of a reset that is under way as well: the cloud is at the node. */
async function assertNothingCame(
  deps: RemovalDeps,
  { scope, item, sent }: Leaving & { readonly sent: Disruption },
): Promise<void> {
  const { visit, place } = scope;
  const job = await jobOf({ visit, place });
  const outcome = outcomeOf(sent, { item, job, nowMs: deps.clock.now(), settleWindowMs: deps.settleWindowMs });
  if (outcome === "Nothing" || (outcome === "Over" && sent.verb !== "Detach")) return;
  const known = job === "Absent" ? undefined : job;
  const told = known ? `. ${progressOf(known)}` : "";
  if (sent.verb !== "Detach") {
    const message = `The cloud is at the node; it leaves when that is over${told}`;
    throw new WaitingError({ reason: Reason.Resetting, message, pollAfterMs: LOOK_AGAIN_MS });
  }
  const failed = known && failureOf(known);
  if (failed !== undefined) throw notDetached(visit, failed);
  const message = `The node is leaving the cluster; its server stays, and the cloud may install it anew${told}`;
  throw new WaitingError({ reason: Reason.Detaching, message, pollAfterMs: LOOK_AGAIN_MS });
}

/** What was asked for is forgotten, so that the next comparison asks again. */
function notDetached({ status, object }: NodeScope["visit"], why: string): TerminalError {
  delete status.disruption;
  delete status.operation;
  const message = `${why}. It is asked for again with the next comparison; to leave the node in the cloud, ${orphaning(object)}`;
  return new TerminalError({ reason: Reason.DeletionFailed, message });
}

/** Has the turn, and stores it before anything is sent. */
async function take(
  deps: RemovalDeps,
  { scope, item, verb }: Leaving & { readonly verb: "Delete" | "Detach" },
): Promise<void> {
  const { visit, place } = scope;
  const { disruption } = visit.status;
  const now = timestamp(deps.clock);
  if (disruption?.verb === "Delete" && disruption.state === "Sent" && verb === "Delete") return;
  const since = wantedSince(disruption, verb, visit.object.metadata.deletionTimestamp ?? now);
  const resource = { ...visit.object, status: visit.status };
  const turn = deps.turns.of(resource, { since, most: place.cluster.spec.maxNodeDisruptions });
  const noted = { verb, since, ...snapshotOf(item) } as const;
  if (!turn.isOurs) {
    visit.status.disruption = { ...noted, state: "Waiting" };
    throw new WaitingError(waitingForTurn(turn, verb === "Delete" ? "be deleted" : "leave its cluster"));
  }
  deps.turns.grant(visit.object);
  try {
    visit.status.disruption = { ...noted, state: "Sent", sentAt: now };
    const reason = verb === "Delete" ? Reason.Deleting : Reason.Detaching;
    await visit.persist({
      state: "Reconciling",
      reason,
      message: `The node is about to ${verb === "Delete" ? "be deleted" : "leave its cluster"}`,
    });
  } finally {
    deps.turns.settle(visit.object);
  }
}

/** Throws HeldError PrepaidNode. Nobody waits behind it for a turn. */
function holdPrepaid({ visit }: NodeScope, { name }: ClusterNode): never {
  if (visit.status.disruption?.state === "Waiting") delete visit.status.disruption;
  const message =
    `The server of node ${name} is paid for a term, and Yunfan deletes none that is. Set spec.deletionPolicy to Detach to take it out of the ` +
    `cluster, or wait until the term has ended; to let go of this resource alone, ${orphaning(visit.object)}`;
  throw new HeldError({ reason: Reason.PrepaidNode, message, pollAfterMs: PREPAID_POLL_MS });
}
