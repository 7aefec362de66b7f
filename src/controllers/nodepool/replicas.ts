// How many nodes a pool is to have next: the whole of spec.replicas upwards, bounded steps downwards, and with autoscaling what
// the cloud has chosen.
import type { Autoscaling, NodePool as Pool, PoolAutoscaling } from "../../cloud/facets/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";

type Spec = NodePool["spec"];

/** A pool with its nodes, as last read. */
export interface Seen {
  readonly item: Pool;
  readonly nodes: readonly ClusterNode[];
}

/** How many nodes it is to have; where nobody has said so, those that stay. */
export function countOf({ item: { desired, current }, nodes }: Seen): number {
  return desired ?? current ?? nodes.filter(({ phase }) => phase !== "Deleting").length;
}

/** As it is to be: what is not declared stays as the cloud has it. */
export function autoscalingOf({ autoscaling }: Spec, pool: Pool): PoolAutoscaling {
  return { ...pool.autoscaling, ...autoscaling };
}

/**
 * The count that an update carries now; sending it is always safe. With autoscaling, or where none is declared, it is the one that was
 * read, which nobody may have said. Else nodes are removed in steps, and only from a pool that is in order; where it is not, none of those that are there has to go.
 */
export function nextCount(spec: Spec, seen: Seen): number | undefined {
  const { desired } = seen.item;
  const autoscaling = autoscalingOf(spec, seen.item);
  if (autoscaling.enabled) return desired === undefined ? undefined : withinBounds(autoscaling, desired);
  const { replicas = desired, maxRemovalsPerStep } = spec;
  if (replicas === undefined) return undefined;
  const count = countOf(seen);
  const kept = isInOrder(seen) ? count - maxRemovalsPerStep : Math.min(count, presentCount(seen));
  return Math.max(replicas, kept);
}

/** With how many nodes a pool begins. */
export function initialCount({ autoscaling, replicas = 0 }: Spec): number {
  return autoscaling?.enabled ? withinBounds(autoscaling, replicas) : replicas;
}

/** Exactly as many nodes as it is to have, by both lists, all of them working, and nothing under way. */
function isInOrder(seen: Seen): boolean {
  return seen.item.phase === "Normal" && isComplete(seen) && activeCount(seen) === seen.nodes.length;
}

/** Exactly as many nodes as it is to have, by both lists. */
export function isComplete(seen: Seen): boolean {
  const count = countOf(seen);
  return seen.nodes.length === count && (seen.item.current ?? count) === count;
}

export function activeCount({ nodes }: Pick<Seen, "nodes">): number {
  return nodes.filter(({ phase }) => phase === "Active").length;
}

/**
 * The most nodes that may be there: a stale list must not make them look fewer. Where the pool itself does not tell, it is
 * believed to have what it is to have, unless the cloud says that it could not get it.
 */
function presentCount(seen: Seen): number {
  const { current, phase } = seen.item;
  const told = current ?? (phase === "SoldOut" ? 0 : countOf(seen));
  return Math.max(seen.nodes.length, told);
}

function withinBounds({ minReplicas, maxReplicas }: Autoscaling, count: number): number {
  return Math.min(Math.max(count, minReplicas), maxReplicas);
}
