// What a node shows, for the status of its resource, and what is remembered of what takes it out of service.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { ManagedNodeCondition, ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { timestampOf } from "../../lib/clock.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { outcomeOf, snapshotOf } from "./outcome.ts";
import { resetWish, type At } from "./plan.ts";
import type { Disruption, NodeChange, Seen } from "./scope.ts";
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
  if (item.phase !== "Creating") visit.state(upToDate(visit, seen));
}

/** What it waits for its turn for, and what has come to its end. What is sent is noted before it is sent. */
function noteDisruption(visit: Visit<ManagedNode>, seen: Seen, plan: Plan<NodeChange>, at: At): void {
  const { status } = visit;
  const { disruption } = status;
  if (disruption?.state === "Sent") {
    if (outcomeOf(disruption, { ...seen, ...at }) !== "Over") return;
    status.lastReset = { ...status.lastReset, at: timestampOf(at.nowMs) };
    delete status.disruption;
  } else if (plan.do !== "Await" || !WAITS.has(plan.reason)) delete status.disruption;
  else if (disruption === undefined) status.disruption = waitingReset(visit, seen, timestampOf(at.nowMs));
}

const WAITS: ReadonlySet<string> = new Set([Reason.WaitingForTurn, Reason.RepairHeld]);

function waitingReset({ object, status }: Visit<ManagedNode>, seen: Seen, since: string): Disruption {
  const wish = resetWish({ spec: object.spec, metadata: object.metadata, status }, seen);
  return { verb: "Reset", since, state: "Waiting", ...(wish !== undefined && { wish }), ...snapshotOf(seen.item) };
}

function isBroken({ phase }: ClusterNode): boolean {
  return phase === "Abnormal" || phase === "Failed";
}

function healthOf({ phase, cloudPhase }: ClusterNode): Statement {
  const type = ManagedNodeCondition.NodeHealthy;
  const message = `The cloud says of the node: ${cloudPhase}`;
  if (phase === "Active") return { type, status: "True", reason: Reason.Healthy, message };
  if (phase === "Abnormal") return { type, status: "False", reason: Reason.NodeAbnormal, message };
  if (phase === "Failed") return { type, status: "False", reason: Reason.NodeFailed, message };
  return { type, status: "Unknown", reason: Reason.Changing, message };
}

/** Of what the cloud has of it; labels and taints, which the cluster has, are judged where those are seen. */
function upToDate({ object, status }: Visit<ManagedNode>, { item }: Seen): Statement {
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
  if (spec.displayName !== undefined && spec.displayName !== item.name) {
    const message = `The cloud differs in spec.displayName: it has ${item.name}`;
    return { type, status: "False", reason: Reason.Differs, message };
  }
  return { type, status: "True", reason: Reason.InSync, message: "As declared" };
}

/** Whether the node shows what is declared, whatever is remembered. */
function shows(field: string, spec: ManagedNode["spec"], item: ClusterNode): boolean {
  return field === "os" && (spec.os === undefined || spec.os === item.os);
}
