// What to do about a pool that is there: a pure decision from the resource, the pool and its nodes.
import type { NodePool as Pool, NodePoolChange, NodePoolPhase } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { nonceOf } from "../external/resource.ts";
import { changesOf, differences, ignoredFields, taintsOf, type Declared, type Field } from "./diff.ts";
import { activeCount, autoscalingOf, countOf, isComplete, nextCount, type Seen } from "./replicas.ts";
import type { PoolChange } from "./scope.ts";

type PoolPlan = Plan<PoolChange>;

/** Where there is nothing that we could do. */
const SLOW_POLL_MS = 60_000;

export function planFor(declared: Declared, seen: Seen): PoolPlan {
  return undeclaredCount(declared, seen.item) ?? BY_PHASE[seen.item.phase](declared, seen);
}

const BY_PHASE: Readonly<Record<NodePoolPhase, (declared: Declared, seen: Seen) => PoolPlan>> = {
  Normal: (declared, seen) => updateFor(declared, seen) ?? planForNodes(declared, seen),
  Synchronizing: (declared, seen) => raiseFor(declared, seen) ?? scaling(declared, seen),
  SoldOut: (declared, seen) => updateFor(declared, seen) ?? soldOut(seen),
  Failed: planForFailed,
  DeleteFailed: planForFailed,
  Deleting: () => waiting(Reason.Deleting, "Somebody is deleting the node pool in the cloud"),
  Unknown: (_, seen) => unknownPhase(seen),
};

/** How far the nodes are from the count that the cloud has in its books, and on the way to which; the same for the same state. */
export function progressOf({ spec }: Pick<Declared, "spec">, seen: Seen): string {
  const desired = countOf(seen);
  const surplus = seen.nodes.length - desired;
  if (surplus <= 0) return `${activeCount(seen)} of ${desired} nodes are active`;
  const leaving = `${surplus} of ${seen.nodes.length} nodes ${surplus === 1 ? "is" : "are"} leaving`;
  const { replicas = desired } = spec;
  const isStep = !autoscalingOf(spec, seen.item).enabled && replicas < desired;
  return isStep ? `${leaving}, on the way to ${replicas}` : leaving;
}

/** Undefined where nothing is to be sent. */
function updateFor(declared: Declared, seen: Seen): Extract<PoolPlan, { do: "Change" }> | undefined {
  const pool = seen.item;
  const { spec, status } = declared;
  const request: NodePoolChange = {
    name: pool.name,
    // A colleague may have taken our mark away: it comes back with the next change.
    mark: pool.mark ?? nonceOf(declared),
    replicas: nextCount(spec, seen),
    autoscaling: autoscalingOf(spec, pool),
    labels: spec.labels ?? pool.labels,
    taints: taintsOf(declared, pool),
    changes: [],
  };
  const fields = fieldsToSend(declared, seen, request.replicas);
  if (spec.managementPolicy !== "Manage" || fields.length === 0) return undefined;
  const sent = [...ignoredFields(declared, pool), ...fields.filter((field) => field !== "replicas")];
  // A pool that never came to rest is still being created.
  const verb = status.operation?.verb === "Create" && pool.phase !== "Normal" ? "Create" : "Update";
  return {
    do: "Change",
    verb,
    change: { request: { ...request, changes: fields }, sent },
    fields: changesOf(fields, pool, request),
  };
}

/** Of spec.replicas only what can be done now; where the cloud keeps its own autoscaling, it keeps the count too. */
function fieldsToSend(declared: Declared, { item: pool }: Seen, replicas: number | undefined): readonly Field[] {
  const ignored: readonly Field[] = ignoredFields(declared, pool);
  const isCloudsCount = ignored.includes("autoscaling");
  const isNow = (field: Field): boolean => field !== "replicas" || (replicas !== pool.desired && !isCloudsCount);
  return differences(declared, pool).filter((field) => isNow(field) && !ignored.includes(field));
}

/** More nodes need not wait for those that are coming; everything else waits until the pool is at rest. */
function raiseFor(declared: Declared, seen: Seen): PoolPlan | undefined {
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

/** What a pool's nodes are up to when it says that it is at rest. */
function planForNodes(declared: Declared, seen: Seen): PoolPlan {
  const { nodes } = seen;
  const isMoving = nodes.some(({ phase }) => phase === "Creating" || phase === "Deleting" || phase === "Changing");
  if (isMoving || !isComplete(seen)) return scaling(declared, seen);
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
function undeclaredCount({ spec, status }: Declared, { id, desired }: Pool): PoolPlan | undefined {
  const isNew = status.origin === "Adopted" && status.desiredReplicas === undefined;
  const isOurs = spec.managementPolicy === "Manage" && !spec.autoscaling?.enabled;
  if (!isNew || !isOurs || spec.replicas !== 0 || desired === 0) return undefined;
  const message =
    `Node pool ${id} is to be adopted with ${desired} nodes, but spec.replicas is 0, as it was once where nobody gave it. ` +
    "Set it to the count that you want; to remove all nodes, set it to 0 after that";
  return { do: "Stall", reason: Reason.ReplicasNotDeclared, message };
}

function scaling(declared: Declared, seen: Seen): PoolPlan {
  return waiting(Reason.Scaling, progressOf(declared, seen));
}

function soldOut({ item: pool, nodes }: Seen): PoolPlan {
  const message =
    `The cloud has no more instances of type ${pool.instanceType} now. The ${nodes.length} nodes that are there stay; ` +
    `${countOf({ item: pool, nodes })} were asked for. Looking again every minute; to do without the others, ask for fewer`;
  return { do: "Await", reason: Reason.SoldOut, message, pollAfterMs: SLOW_POLL_MS };
}

function failed({ item: pool }: Seen): PoolPlan {
  const message =
    `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}; nodes that are there stay. ` +
    "Repair it in the cloud, change spec.replicas, or delete this resource";
  return { do: "Stall", reason: Reason.PoolFailed, message };
}

function createFailed({ item: pool }: Seen): PoolPlan {
  return { do: "Fail", why: `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}: its creation has failed` };
}

function unknownPhase({ item: pool }: Seen): PoolPlan {
  const phase = pool.cloudPhase || "none is told";
  return waiting(Reason.CloudPhaseUnknown, `The node pool is in a phase that this version does not know (${phase})`);
}

function waiting(reason: string, message: string): PoolPlan {
  return { do: "Await", reason, message };
}
