// What a node shows, for the status of its resource, and what is remembered of what takes it out of service.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { ManagedNodeCondition, ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { timestampOf } from "../../lib/clock.ts";
import { findCondition, type Statement } from "../../runtime/conditions.ts";
import type { Plan, Said } from "../external/kind.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { failureIn, outcomeOf, snapshotOf, type Looking } from "./outcome.ts";
import { isNothing, ownedBy, owning } from "./labels.ts";
import { isMeantElsewhere, moveWish } from "./move.ts";
import { resetWish, type At } from "./plan.ts";
import { isCrowded } from "./repair.ts";
import type { Disruption, NodeChange, Seen } from "./scope.ts";
import { isBroken } from "./words.ts";
import { changedFields, writtenOf } from "./written.ts";

export function describe(visit: Visit<ManagedNode>, seen: Seen, plan: Plan<NodeChange> | undefined, at: At): void {
  const { status } = visit;
  const { item } = seen;
  const now = timestampOf(at.nowMs);
  status.cloudName = item.name;
  status.cloudPhase = item.cloudPhase || undefined;
  status.serverId = item.serverId ?? status.serverId;
  status.internalIP = item.internalIp;
  status.externalIP = item.externalIp;
  if (item.phase === "Active") status.hasBeenActive = true;
  if (isBroken(item)) status.abnormalSince ??= now;
  else delete status.abnormalSince;
  visit.state(healthOf(item));
  if (plan === undefined) return;
  noteDisruption(visit, seen, plan, at);
  // A confirmation that was taken back may be given again.
  if (annotation(visit.object, ANNOTATIONS.move) === undefined) delete status.lastMove;
  const said = item.phase === "Creating" ? beingWritten(visit) : upToDate(visit, seen);
  if (said) visit.state(said);
}

/** What it waits for its turn for, and what has come to its end. What is sent is noted before it is sent. */
function noteDisruption(visit: Visit<ManagedNode>, seen: Seen, plan: Plan<NodeChange>, at: At): void {
  const { status } = visit;
  const { disruption } = status;
  if (disruption?.state === "Sent") noteEnd(visit, seen, plan, at);
  else if (plan.do !== "Await" || !isQueueing(plan, seen)) delete status.disruption;
  else if (disruption === undefined) status.disruption = waitingFor(visit, seen, timestampOf(at.nowMs));
}

function noteEnd(visit: Visit<ManagedNode>, seen: Seen, plan: Plan<NodeChange>, at: At): void {
  const { status } = visit;
  const { disruption } = status;
  if (isOver(visit, seen, at)) {
    if (disruption?.verb === "Reset") status.lastReset = { ...status.lastReset, at: timestampOf(at.nowMs) };
    delete status.disruption;
  } else if (plan.do !== "Change" && isLost(disruption, { ...seen, ...at })) {
    const { repairedAt: _lost, ...before } = status.lastReset ?? {};
    if (disruption?.wish === undefined) status.lastReset = before;
    delete status.disruption;
  }
}

/** A move is over where the node works in its new cluster, or its job has failed and it is still in the former one. */
function isOver({ status, object }: Visit<ManagedNode>, seen: Seen, at: At): boolean {
  const { disruption } = status;
  if (disruption === undefined) return false;
  if (disruption.verb !== "Move") return outcomeOf(disruption, { ...seen, ...at }) === "Over";
  if (!isMeantElsewhere({ spec: object.spec, status })) return seen.item.phase === "Active";
  return failureIn(seen.job) !== undefined;
}

/** A reset of which nothing has come, and which is not asked for again. */
function isLost(disruption: Disruption | undefined, looking: Looking): boolean {
  return disruption?.verb === "Reset" && outcomeOf(disruption, looking) === "Nothing";
}

/** Not where it waits for others to work again: they may be in the queue behind it. */
function isQueueing({ reason }: Said, { nodes }: Seen): boolean {
  return reason === Reason.WaitingForTurn || (reason === Reason.RepairHeld && !isCrowded(nodes));
}

function waitingFor({ object, status }: Visit<ManagedNode>, seen: Seen, since: string): Disruption {
  const declared = { spec: object.spec, metadata: object.metadata, status };
  const move = isMeantElsewhere(declared) ? moveWish(declared, seen.item.id) : undefined;
  const wish = move ?? resetWish(declared, seen);
  return {
    verb: move === undefined ? "Reset" : "Move",
    since,
    state: "Waiting",
    ...(wish !== undefined && { wish }),
    ...snapshotOf(seen.item),
  };
}

function healthOf({ phase, cloudPhase }: ClusterNode): Statement {
  const type = ManagedNodeCondition.NodeHealthy;
  const message = `The cloud says of the node: ${cloudPhase}`;
  if (phase === "Active") return { type, status: "True", reason: Reason.Healthy, message };
  if (phase === "Abnormal") return { type, status: "False", reason: Reason.NodeAbnormal, message };
  if (phase === "Failed") return { type, status: "False", reason: Reason.NodeFailed, message };
  return { type, status: "Unknown", reason: Reason.Changing, message };
}

/** What the cloud has otherwise than declared; undefined: nothing. Labels and taints, which the cluster has, are not seen here. */
export function differsInCloud(
  { object, status }: Pick<Visit<ManagedNode>, "object" | "status">,
  { item }: Pick<Seen, "item">,
): Statement | undefined {
  const type = ManagedNodeCondition.UpToDate;
  const { spec } = object;
  const fields = changedFields(status.written ?? [], writtenOf(spec)).filter((field) => !shows(field, spec, item));
  if (fields.length > 0) {
    const names = fields.map((field) => `spec.${field}`).join(", ");
    const message =
      `The node was made with another ${names}, and only a reset changes that, which erases its system disk and its data disks. Nothing is ` +
      `done by itself. To reset it, annotate ${ANNOTATIONS.reset}: "${item.id} WORD"`;
    return { type, status: "False", reason: Reason.NeedsReset, message };
  }
  if (spec.displayName === undefined || spec.displayName === item.name) return undefined;
  const message = `The cloud differs in spec.displayName: it has ${item.name}`;
  return { type, status: "False", reason: Reason.Differs, message };
}

/** In place of what asks for the very reset that is under way. */
function beingWritten({ object, status }: Visit<ManagedNode>): Statement | undefined {
  const type = ManagedNodeCondition.UpToDate;
  const isAsked = findCondition(object.status.conditions, type)?.reason === Reason.NeedsReset;
  if (!isAsked || status.disruption?.state !== "Sent") return undefined;
  return { type, status: "Unknown", reason: Reason.Changing, message: "The node is being installed anew, as declared" };
}

/** Undefined where only the cluster knows; it is asked once the rest is in order (cluster-node.ts). */
function upToDate(visit: Visit<ManagedNode>, seen: Seen): Statement | undefined {
  const differs = differsInCloud(visit, seen);
  if (differs) return differs;
  if (!isNothing(owning(ownedBy(visit.status), visit.object.spec))) return undefined;
  return { type: ManagedNodeCondition.UpToDate, status: "True", reason: Reason.InSync, message: "As declared" };
}

/** Whether the node shows what is declared, whatever is remembered. */
function shows(field: string, spec: ManagedNode["spec"], item: ClusterNode): boolean {
  return field === "os" && (spec.os === undefined || spec.os === item.os);
}
