// The count of a pool whose nodes leave by their names: who goes next, and what to do where there are too few. Pure.
import type { NodePoolChange } from "../../cloud/facets/nodepools.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { Reason as CommonReason } from "../../crds/common/conditions.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { isAskedFor } from "../external/resource.ts";
import type { Declared } from "./diff.ts";
import { departureOf } from "./leaving.ts";
import { autoscalingOf, isComplete, isMoving, stayingNodes, type Seen } from "./replicas.ts";
import { requestOf } from "./request.ts";
import { scaling, soldOut, type PoolPlan } from "./words.ts";

/** The next step down, of a pool at rest: those that leave are named, so that no other one does. */
export function departureFor(declared: Declared, seen: Seen): PoolPlan | undefined {
  const { replicas = 0, maxRemovalsPerStep } = declared.spec;
  if (!seen.leavesByName || !isOurCount(declared, seen) || isMoving(seen) || !isComplete(seen)) return undefined;
  const surplus = seen.nodes.length - replicas;
  const departure = departureOf(seen.nodes, Math.min(surplus, maxRemovalsPerStep));
  if (!departure) return undefined;
  const before = seen.nodes.length;
  const fields = [{ field: "spec.replicas", before, after: before - departure.nodes.length }];
  return { do: "Change", verb: "Remove", change: { do: "Remove", ...departure }, fields };
}

/**
 * Of a pool at rest that has fewer nodes than it is to have: why, and from time to time the same count once more, which is safe and has
 * the cloud look again.
 */
export function shortfallFor(declared: Declared, seen: Seen, nowMs: number): PoolPlan | undefined {
  if (!seen.leavesByName || !isOurCount(declared, seen) || !isShort(seen)) return undefined;
  const { job } = seen;
  if (!isUnderWay(job) && isDue(declared, job, nowMs)) return again(declared, seen);
  return job?.phase === "Failed" ? failedFor(seen, job) : scaling(declared, seen);
}

function isUnderWay(job: Job | undefined): boolean {
  return job?.phase === "Running" || job?.phase === "Initializing";
}

function failedFor(seen: Seen, job: Job): PoolPlan {
  return job.cause === "SoldOut" ? soldOut(seen, job.reason) : scaleOutFailed(seen, job);
}

/** The spec says how many there are to be, and nobody else does. */
function isOurCount({ spec }: Declared, { item }: Seen): boolean {
  const isManaged = spec.managementPolicy === "Manage" && spec.replicas !== undefined && !spec.existingServers;
  return isManaged && !autoscalingOf(spec, item).enabled;
}

function isShort(seen: Seen): boolean {
  const { desired } = seen.item;
  return desired !== undefined && !isMoving(seen) && stayingNodes(seen).length < desired;
}

/**
 * Whether what has failed is asked for once more: when a person asks for a look, and else once it is told why it failed, after half of the
 * drift interval, which is long enough for the cloud, and no visit at a drift tick comes too early. Where the cloud takes longer than that
 * to fail, nobody could read why if the next request went out at once.
 */
export function isDue(declared: Declared, job: Job | undefined, nowMs: number): boolean {
  const { spec, status } = declared;
  if (isAskedFor(declared)) return true;
  if (job?.phase === "Failed" && !TOLD.has(findCondition(status.conditions, "Ready")?.reason ?? "")) return false;
  const { lastSentAt } = status.operation ?? {};
  return lastSentAt === undefined || nowMs - Date.parse(lastSentAt) >= spec.driftIntervalSeconds * 500;
}

/** What Ready says of a scale-out that has failed, and of the next request while that waits for its turn. */
const TOLD: ReadonlySet<string> = new Set([Reason.SoldOut, Reason.ScaleOutFailed, CommonReason.WaitingForBudget]);

function again(declared: Declared, seen: Seen): PoolPlan {
  const { desired } = seen.item;
  const request: NodePoolChange = { ...requestOf(declared, seen), replicas: desired, changes: ["replicas"] };
  const fields = [{ field: "spec.replicas", before: stayingNodes(seen).length, after: desired }];
  const verb = declared.status.operation?.verb === "Create" ? "Create" : "Update";
  return { do: "Change", verb, change: { do: "Update", request, sent: [] }, fields };
}

function scaleOutFailed({ item: pool, nodes }: Seen, { type, reason }: Job): PoolPlan {
  const message =
    `The cloud could not bring node pool ${pool.id} to ${pool.desired} nodes: ${reason || `${type} failed`}. The ${nodes.length} that are there ` +
    "stay, and the rest is asked for at the drift interval. Repair it in the cloud, or ask for fewer";
  return { do: "Stall", reason: Reason.ScaleOutFailed, message };
}
