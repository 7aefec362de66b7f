// What to do about a pool that is there: a pure decision from the resource, the pool and its nodes.
import type { NodePool as Pool, NodePoolPhase } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { attachFor, stalledFor } from "./attach.ts";
import { departureFor, shortfallFor } from "./by-name.ts";
import { changesOf, differences, ignoredFields, type Declared, type Field } from "./diff.ts";
import { activeCount, autoscalingOf, countOf, isComplete, isMoving, type Seen } from "./replicas.ts";
import { requestOf } from "./request.ts";
import { progressOf, scaling, SLOW_POLL_MS, soldOut, waiting, type PoolPlan } from "./words.ts";

export function planFor(declared: Declared, seen: Seen, nowMs: number): PoolPlan {
  return undeclaredCount(declared, seen.item) ?? BY_PHASE[seen.item.phase](declared, seen, nowMs);
}

const BY_PHASE: Readonly<Record<NodePoolPhase, (declared: Declared, seen: Seen, nowMs: number) => PoolPlan>> = {
  Normal: (declared, seen, nowMs) =>
    updateFor(declared, seen) ??
    existingFor(declared, seen) ??
    departureFor(declared, seen) ??
    shortfallFor(declared, seen, nowMs) ??
    planForNodes(declared, seen),
  Synchronizing: (declared, seen) => raiseFor(declared, seen) ?? scaling(declared, seen),
  SoldOut: (declared, seen) => updateFor(declared, seen) ?? soldOut(seen),
  Failed: planForFailed,
  DeleteFailed: (_, seen) => deleteFailed(seen),
  Deleting: () => waiting(Reason.Deleting, "Somebody is deleting the node pool in the cloud"),
  Unknown: (_, seen) => unknownPhase(seen),
};

/** Undefined where nothing is to be sent. */
function updateFor(declared: Declared, seen: Seen): Update | undefined {
  const pool = seen.item;
  const { spec, status } = declared;
  const request = requestOf(declared, seen);
  const fields = fieldsToSend(declared, seen, request.replicas);
  if (spec.managementPolicy !== "Manage" || fields.length === 0) return undefined;
  const sent = [...ignoredFields(declared, pool), ...fields.filter((field) => field !== "replicas")];
  // A pool that never came to rest is still being created.
  const verb = status.operation?.verb === "Create" && pool.phase !== "Normal" ? "Create" : "Update";
  return {
    do: "Change",
    verb,
    change: { do: "Update", request: { ...request, changes: fields }, sent },
    fields: changesOf(fields, pool, request),
  };
}

type Update = Extract<PoolPlan, { do: "Change" }> & { readonly change: { readonly do: "Update" } };

/** Of spec.replicas only what can be done now; where the cloud keeps its own autoscaling, it keeps the count too. */
function fieldsToSend(declared: Declared, { item: pool }: Seen, replicas: number | undefined): readonly Field[] {
  const ignored: readonly Field[] = ignoredFields(declared, pool);
  const isCloudsCount = ignored.includes("autoscaling");
  const isNow = (field: Field): boolean => field !== "replicas" || (replicas !== pool.desired && !isCloudsCount);
  return differences(declared, pool).filter((field) => isNow(field) && !ignored.includes(field));
}

/** More nodes need not wait for those that are coming; everything else waits until the pool is at rest. */
function raiseFor(declared: Declared, seen: Seen): PoolPlan | undefined {
  if (seen.leavesByName) return undefined;
  const update = updateFor(declared, seen);
  const isRaise = !autoscalingOf(declared.spec, seen.item).enabled && !seen.item.autoscaling.enabled;
  const { replicas } = update?.change.request ?? {};
  return isRaise && replicas !== undefined && replicas > countOf(seen) ? update : undefined;
}

/** Of a failed pool: a change may be what helps, unless it never worked. */
function planForFailed(declared: Declared, seen: Seen): PoolPlan {
  if (declared.status.operation?.verb === "Create") return createFailed(seen);
  return updateFor(declared, seen) ?? failed(seen);
}

/** Of a pool with spec.existingServers: its count follows from them. */
function existingFor(declared: Declared, { existing }: Seen): PoolPlan | undefined {
  return existing && attachFor(declared, existing);
}

/** What a pool's nodes are up to when it says that it is at rest. */
function planForNodes(declared: Declared, seen: Seen): PoolPlan {
  const { nodes } = seen;
  if (isMoving(seen) || !isComplete(seen)) return scaling(declared, seen);
  const stalled = seen.existing && stalledFor(seen.existing);
  if (stalled) return stalled;
  if (activeCount(seen) === nodes.length) return asDeclared(declared, seen.item);
  const message = `${progressOf(declared, seen)}. Repair the others in the cloud, or remove them there; until then none is removed here`;
  return { do: "Await", reason: Reason.NodesNotActive, message, pollAfterMs: SLOW_POLL_MS };
}

/** The pool is as declared, or as far as the cloud lets it be. */
function asDeclared(declared: Declared, pool: Pool): PoolPlan {
  const isObserved = declared.spec.managementPolicy === "Observe";
  const but = ignoredFields(declared, pool).length === 0 ? "" : ", but for what the cloud did not change: see UpToDate";
  const message = `Node pool ${pool.id} is ${isObserved ? "observed" : `as declared${but}`}`;
  return { do: "Keep", reason: Reason.Available, message };
}

/**
 * Earlier versions took 0 for a spec.replicas that nobody gave, and stored it: whoever adopts a pool means none of its nodes to go. Later, once the count was shown in the
 * status, 0 is meant.
 */
function undeclaredCount({ spec, status }: Declared, pool: Pool): PoolPlan | undefined {
  const { id, desired } = pool;
  const isNew = status.origin === "Adopted" && status.desiredReplicas === undefined;
  const isOurs = spec.managementPolicy === "Manage" && !autoscalingOf(spec, pool).enabled;
  if (!isNew || !isOurs || spec.replicas !== 0 || desired === 0) return undefined;
  const message =
    `Node pool ${id} is to be adopted with ${desired} nodes, but spec.replicas is 0, as it was once where nobody gave it. ` +
    "Set it to the count that you want; to remove all nodes, set it to 0 after that";
  return { do: "Stall", reason: Reason.ReplicasNotDeclared, message };
}

function failed({ item: pool }: Seen): PoolPlan {
  const message =
    `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}; nodes that are there stay. ` +
    "Repair it in the cloud, change spec.replicas, or delete this resource";
  return { do: "Stall", reason: Reason.PoolFailed, message };
}

function deleteFailed({ item: pool }: Seen): PoolPlan {
  const message =
    `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}. Somebody had it deleted there. Delete this resource to have the rest ` +
    "deleted, or repair it in the cloud";
  return { do: "Stall", reason: Reason.DeletionFailed, message };
}

function createFailed({ item: pool }: Seen): PoolPlan {
  return { do: "Fail", why: `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}: its creation has failed` };
}

function unknownPhase({ item: pool }: Seen): PoolPlan {
  const phase = pool.cloudPhase || "none is told";
  return waiting(Reason.CloudPhaseUnknown, `The node pool is in a phase that this version does not know (${phase})`);
}
