// What to do about a node that is there: a pure decision from the resource, the node and whose turn it is. Only what is asked for by the
// node's id, or a declared repair, erases its disks.
import type { NodePhase } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import { failureIn, outcomeOf, type Outcome } from "./outcome.ts";
import { isMeantElsewhere, moveWish } from "./move.ts";
import { planForRepair } from "./repair.ts";
import type { Declared, NodeChange, Seen } from "./scope.ts";
import { inPool, isBroken, reset, serverOf, waitingForTurn } from "./words.ts";

export type NodePlan = Plan<NodeChange>;

export interface At {
  readonly nowMs: number;
  readonly settleWindowMs: number;
}

/** Where there is nothing that we could do. */
const SLOW_POLL_MS = 30_000;
const LOOK_AGAIN_MS = 1_000;

export function planFor(declared: Declared, seen: Seen, at: At): NodePlan {
  const { item } = seen;
  if (declared.spec.managementPolicy === "Observe") return observed(seen);
  if (item.poolId !== undefined) return { do: "Stall", ...inPool(item) };
  return planForSent(declared, seen, at) ?? BY_PHASE[item.phase](declared, seen, at);
}

const BY_PHASE: Readonly<Record<NodePhase, (declared: Declared, seen: Seen, at: At) => NodePlan>> = {
  Active: (declared, seen) =>
    planForMove(declared, seen) ?? planForReset(declared, seen) ?? planForName(declared, seen) ?? keep(seen),
  Abnormal: planForBroken,
  Failed: planForBroken,
  Creating: (declared) =>
    declared.status.operation?.verb === "Create"
      ? waiting(Reason.Creating, "The cloud is installing the node")
      : waiting(Reason.Changing, "The cloud is installing the node anew"),
  Changing: (_, { item }) => waiting(Reason.Changing, `The cloud says of the node: ${item.cloudPhase}`),
  Deleting: () => waiting(Reason.Deleting, "Somebody is deleting the node in the cloud"),
  Unknown: (_, { item }) => ({
    do: "Await",
    reason: Reason.CloudPhaseUnknown,
    message: `The cloud's word for the node's state, ${JSON.stringify(item.cloudPhase)}, is none that this version knows`,
    pollAfterMs: SLOW_POLL_MS,
  }),
};

/** What was stored as sent. Undefined where it is over, or nothing was. */
function planForSent(declared: Declared, seen: Seen, at: At): NodePlan | undefined {
  const { disruption } = declared.status;
  if (disruption?.state !== "Sent") return undefined;
  const outcome = outcomeOf(disruption, { ...seen, ...at });
  if (disruption.verb === "Move") return planForSentMove(declared, seen, outcome);
  return disruption.verb === "Reset" ? planForSentReset(declared, seen, { outcome, at }) : undefined;
}

function planForSentReset(
  declared: Declared,
  seen: Seen,
  { outcome, at }: { readonly outcome: Outcome; readonly at: At },
): NodePlan | undefined {
  const asked = declared.status.disruption?.wish;
  if (outcome === "Over") return undefined;
  if (outcome === "Nothing") return asked === undefined ? repairAgain(declared, seen, at) : resetAgain(declared, asked);
  if (outcome === "Running") return waiting(Reason.Resetting, "The cloud is resetting the node");
  if (outcome === "Looking") return looking(Reason.Resetting, "reset");
  const wish = resetWish(declared, seen);
  return wish !== undefined && wish !== asked ? reset(wish) : outcomeUnknown(seen);
}

/** Undefined where nobody asks for it any more. */
function resetAgain({ metadata }: Declared, asked: string): NodePlan | undefined {
  return annotation({ apiVersion: "", kind: "", metadata }, ANNOTATIONS.reset) === asked ? reset(asked) : undefined;
}

/** As if none had been sent: of a node that works by now, or of a repair that is declared no more, nothing is erased. */
function repairAgain({ spec, metadata, status }: Declared, seen: Seen, at: At): NodePlan | undefined {
  if (!isBroken(seen.item)) return undefined;
  return planForRepair({ spec, metadata, status: { ...status, lastReset: undefined } }, seen, at);
}

/** In its new cluster the node's own phase tells; in the former one it is there until the cloud takes it. */
function planForSentMove(declared: Declared, seen: Seen, outcome: Outcome): NodePlan | undefined {
  const { clusterRef } = declared.spec;
  if (!isMeantElsewhere(declared)) {
    const message = `The cloud is installing the node in ManagedCluster ${clusterRef.name}`;
    return seen.item.phase === "Active" ? undefined : waiting(Reason.Moving, message);
  }
  const failed = failureIn(seen.job);
  if (failed !== undefined) return moveFailed(declared, failed);
  if (outcome === "Nothing") return moveAgain(declared, seen);
  return outcome === "Looking"
    ? looking(Reason.Moving, "move")
    : waiting(Reason.Moving, "The cloud is moving the node");
}

function moveFailed({ status }: Declared, why: string): NodePlan {
  const message = `${why}. The node is in ManagedCluster ${status.clusterName}. Name that in spec.clusterRef, or confirm the move anew`;
  return { do: "Stall", reason: Reason.NodeFailed, message };
}

function moveAgain({ status }: Declared, { target }: Seen): NodePlan {
  const wish = status.disruption?.wish;
  if (target?.is !== "Ready" || wish === undefined) return looking(Reason.Moving, "move");
  return { do: "Change", verb: "Move", change: { do: "Move", wish, to: target.host }, fields: [] };
}

function looking(reason: string, what: string): NodePlan {
  const message = `Looking whether the ${what} that was asked for has begun`;
  return { do: "Await", reason, message, pollAfterMs: LOOK_AGAIN_MS };
}

/** The annotation's value, where it asks for a reset of this very node that was not asked for before. */
export function resetWish({ metadata, status }: Declared, { item }: Pick<Seen, "item">): string | undefined {
  const value = annotation({ apiVersion: "", kind: "", metadata }, ANNOTATIONS.reset);
  if (value === undefined || value === status.lastReset?.wish) return undefined;
  return value.trim().split(/\s+/)[0] === item.id ? value : undefined;
}

function planForReset(declared: Declared, seen: Seen): NodePlan | undefined {
  const wish = resetWish(declared, seen);
  if (wish === undefined) return undefined;
  return seen.turn.isOurs ? reset(wish) : waitingForTurn(seen.turn, "be reset");
}

/** A node that is meant for another cluster stays where it is until that is confirmed by its id. */
function planForMove(declared: Declared, { item, target, turn }: Seen): NodePlan | undefined {
  const { spec, status } = declared;
  if (!isMeantElsewhere(declared)) return undefined;
  const wish = moveWish(declared, item.id);
  if (wish === undefined || target === undefined) {
    return moveNotConfirmed(item.id, status.clusterName, spec.clusterRef.name);
  }
  if (target.is !== "Ready") {
    return target.is === "Refused"
      ? { do: "Stall", ...target.why }
      : { do: "Await", ...target.why, pollAfterMs: SLOW_POLL_MS };
  }
  if (!turn.isOurs) return waitingForTurn(turn, "be moved");
  return { do: "Change", verb: "Move", change: { do: "Move", wish, to: target.host }, fields: [] };
}

function moveNotConfirmed(id: string, from: string | undefined, to: string): NodePlan {
  const message =
    `The node is in ManagedCluster ${from} and spec.clusterRef names ${to}. To move it, its system disk and its data disks are erased and its ` +
    `pods are gone from ${from}: confirm that by the annotation ${ANNOTATIONS.move}: "${id}", or name ${from} again`;
  return { do: "Stall", reason: Reason.MoveNotConfirmed, message };
}

function planForName({ spec }: Declared, { item }: Seen): NodePlan | undefined {
  const { displayName: name } = spec;
  if (name === undefined || name === item.name) return undefined;
  const fields = [{ field: "spec.displayName", before: item.name, after: name }];
  return { do: "Change", verb: "Update", change: { do: "Rename", name }, fields };
}

function planForBroken(declared: Declared, seen: Seen, at: At): NodePlan {
  const { item } = seen;
  const { operation } = declared.status;
  if (operation?.verb === "Create" && !declared.status.hasBeenActive) {
    return { do: "Fail", why: `The cloud says of the new node: ${item.cloudPhase}${serverOf(seen)}` };
  }
  return planForReset(declared, seen) ?? planForRepair(declared, seen, at) ?? broken(seen);
}

function broken({ item }: Seen): NodePlan {
  const isFailed = item.phase === "Failed";
  const reason = isFailed ? Reason.NodeFailed : Reason.NodeAbnormal;
  const message =
    `The cloud says of the node: ${item.cloudPhase}. ${isFailed ? "It won't pass by itself" : "It may pass"}; look in the cloud, or reset the node, ` +
    `which erases its disks, by the annotation ${ANNOTATIONS.reset}: "${item.id} WORD"`;
  return isFailed ? { do: "Stall", reason, message } : { do: "Await", reason, message, pollAfterMs: SLOW_POLL_MS };
}

function outcomeUnknown({ item }: Seen): NodePlan {
  const message =
    "Whether the reset that was asked for has begun can't be told, and asking again could erase twice. Look in the cloud; to reset the node " +
    `all the same, change the word in the annotation ${ANNOTATIONS.reset}: "${item.id} WORD"`;
  return { do: "Stall", reason: Reason.ResetOutcomeUnknown, message };
}

function observed({ item }: Seen): NodePlan {
  if (item.phase === "Active") return { do: "Keep", reason: Reason.Available, message: `Node ${item.id} is observed` };
  const reason = isBroken(item) ? Reason.NodeAbnormal : Reason.Changing;
  return { do: "Await", reason, message: `The cloud says of the node: ${item.cloudPhase}`, pollAfterMs: SLOW_POLL_MS };
}

function keep({ item }: Seen): NodePlan {
  return { do: "Keep", reason: Reason.Available, message: `Node ${item.id} works` };
}

function waiting(reason: string, message: string): NodePlan {
  return { do: "Await", reason, message };
}
