// What to do about a pool that is there: a pure decision from the resource, the pool and its nodes.
import type { NodePoolChange, NodePoolPhase } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { activeCount, isComplete, nextCount, type Seen } from "./count.ts";
import { differences, ignoredFields, taintsOf, type Declared, type Field } from "./differences.ts";

export type Plan =
  /** As declared, or as far as the cloud lets it be. */
  | { do: "Keep" }
  /** `fields`: what of it differs from what is there. */
  | { do: "Update"; change: NodePoolChange; fields: readonly Field[] }
  /** The cloud is at it; `Slow`: and may be for long, without anything that we could do. */
  | { do: "Await"; reason: string; message: string; pace: "Soon" | "Slow" }
  | { do: "Stall"; reason: string; message: string };

export function planFor(declared: Declared, seen: Seen): Plan {
  return BY_PHASE[seen.pool.phase](declared, seen);
}

const BY_PHASE: Readonly<Record<NodePoolPhase, (declared: Declared, seen: Seen) => Plan>> = {
  Normal: (declared, seen) => updateFor(declared, seen) ?? planForNodes(seen),
  Synchronizing: (declared, seen) => raiseFor(declared, seen) ?? scaling(seen),
  SoldOut: (declared, seen) => updateFor(declared, seen) ?? soldOut(seen),
  Failed: planForFailed,
  Deleting: () => waiting(Reason.Deleting, "Somebody is deleting the node pool in the cloud"),
  Unknown: (_, seen) => unknownPhase(seen),
};

/** How far the nodes are from the count that the cloud has in its books; the same for the same state. */
export function progressOf(seen: Seen): string {
  const { desired } = seen.pool;
  const surplus = seen.nodes.length - desired;
  if (surplus > 0) return `${surplus} of ${seen.nodes.length} nodes are still to go`;
  return `${activeCount(seen)} of ${desired} nodes are active`;
}

/** Undefined where nothing is to be sent. */
function updateFor(declared: Declared, seen: Seen): Extract<Plan, { do: "Update" }> | undefined {
  const { pool } = seen;
  const { spec } = declared;
  const change: NodePoolChange = {
    name: pool.name,
    mark: pool.mark,
    replicas: nextCount(spec, seen),
    autoscaling: { ...pool.autoscaling, ...spec.autoscaling },
    labels: spec.labels ?? pool.labels,
    taints: taintsOf(declared, pool),
  };
  const fields = fieldsToSend(declared, seen, change.replicas);
  return spec.managementPolicy === "Manage" && fields.length > 0 ? { do: "Update", change, fields } : undefined;
}

/** Of spec.replicas only what can be done now; where the cloud keeps its own autoscaling, it keeps the count too. */
function fieldsToSend(declared: Declared, { pool }: Seen, replicas: number): readonly Field[] {
  const ignored: readonly Field[] = ignoredFields(declared, pool);
  const isCloudsCount = ignored.includes("autoscaling");
  const isNow = (field: Field): boolean => field !== "replicas" || (replicas !== pool.desired && !isCloudsCount);
  return differences(declared, pool).filter((field) => isNow(field) && !ignored.includes(field));
}

/** More nodes need not wait for those that are coming; everything else waits until the pool is at rest. */
function raiseFor(declared: Declared, seen: Seen): Plan | undefined {
  const update = updateFor(declared, seen);
  const isRaise = !declared.spec.autoscaling.enabled && !seen.pool.autoscaling.enabled;
  return isRaise && update && update.change.replicas > seen.pool.desired ? update : undefined;
}

/** A change may be what helps, but for a pool that never worked. */
function planForFailed(declared: Declared, seen: Seen): Plan {
  if (declared.status.operation?.verb === "Create") return createFailed(seen);
  return updateFor(declared, seen) ?? failed(seen);
}

/** What a pool's nodes are up to when it says that it is at rest. */
function planForNodes(seen: Seen): Plan {
  const { nodes } = seen;
  const isMoving = nodes.some(({ phase }) => phase === "Creating" || phase === "Deleting" || phase === "Changing");
  if (isMoving || !isComplete(seen)) return scaling(seen);
  if (activeCount(seen) === nodes.length) return { do: "Keep" };
  const message = `${progressOf(seen)}. Repair the others in the cloud, or remove them there; until then none is removed here`;
  return { do: "Await", reason: Reason.NodesNotActive, message, pace: "Slow" };
}

function scaling(seen: Seen): Plan {
  return waiting(Reason.Scaling, progressOf(seen));
}

function soldOut({ pool, nodes }: Seen): Plan {
  const message =
    `The cloud has no more instances of type ${pool.instanceType} now. The ${nodes.length} nodes that are there stay; ` +
    `${pool.desired} were asked for. Looking again every minute; to do without the others, ask for fewer`;
  return { do: "Await", reason: Reason.SoldOut, message, pace: "Slow" };
}

function failed({ pool }: Seen): Plan {
  const message =
    `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}; nodes that are there stay. ` +
    "Repair it in the cloud, change spec.replicas, or delete this resource";
  return { do: "Stall", reason: Reason.PoolFailed, message };
}

function createFailed({ pool }: Seen): Plan {
  const message =
    `The cloud says that node pool ${pool.id} is ${pool.cloudPhase}: its creation has failed. It stays as the cloud left it and ` +
    "nothing is created again. Delete this resource to remove it, then create it anew";
  return { do: "Stall", reason: Reason.CreateFailed, message };
}

function unknownPhase({ pool }: Seen): Plan {
  const phase = pool.cloudPhase || "none is told";
  return waiting(Reason.CloudPhaseUnknown, `The node pool is in a phase that this version does not know (${phase})`);
}

function waiting(reason: string, message: string): Plan {
  return { do: "Await", reason, message, pace: "Soon" };
}
