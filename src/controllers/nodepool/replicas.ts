// How many nodes a pool is to have next: the whole of spec.replicas upwards, bounded steps downwards, and with autoscaling what
// the cloud has chosen.
import type { Autoscaling, NodePool as Pool, PoolAutoscaling } from "../../cloud/facets/nodepools.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Existing, ServerList } from "./members.ts";

type Spec = NodePool["spec"];

/** A pool with its nodes, as last read. */
export interface Seen {
  readonly item: Pool;
  readonly nodes: readonly ClusterNode[];
  /** Whether nodes leave by their names, each count with them; such a cloud changes no pool that is at work. */
  readonly leavesByName?: boolean;
  /** Of the operation that is under way, where the pool is at rest since and short of nodes, or has failed. */
  readonly job?: Job | undefined;
  /** Of a pool with spec.existingServers. */
  readonly existing?: Existing | undefined;
  /** Of a pool that is a list of servers. */
  readonly list?: ServerList;
}

/** How many nodes it is to have; where nobody has said so, those that stay. */
export function countOf({ item: { desired, current }, nodes }: Seen): number {
  return desired ?? current ?? stayingNodes({ nodes }).length;
}

/** The count of a pool whose servers exist already follows from them, whatever the spec says of it. */
export function countable<S extends Pick<Spec, "existingServers" | "replicas">>(spec: S): S {
  return spec.existingServers ? { ...spec, replicas: undefined } : spec;
}

/** As it is to be: what is not declared stays as the cloud has it. */
export function autoscalingOf({ autoscaling }: Pick<Spec, "autoscaling">, pool: Pool): PoolAutoscaling {
  return { ...pool.autoscaling, ...declaredOver(pool.autoscaling, autoscaling) };
}

/** As a new pool is to have it. */
export function initialAutoscaling({ autoscaling }: Pick<Spec, "autoscaling">): Autoscaling {
  return declaredOver({ enabled: false, minReplicas: 0, maxReplicas: 0 }, autoscaling);
}

function declaredOver(there: Autoscaling, declared: Spec["autoscaling"]): Autoscaling {
  const { enabled = there.enabled, minReplicas = there.minReplicas, maxReplicas = there.maxReplicas } = declared ?? {};
  return { enabled, minReplicas, maxReplicas };
}

/**
 * The count that an update carries now; sending it is always safe. With autoscaling, or where none is declared, it is the one that was
 * read, which nobody may have said. Else nodes are removed in steps, and only from a pool that is in order; where it is not, or where nodes
 * leave by their names, none of those that are there has to go.
 */
export function nextCount(spec: Spec, seen: Seen): number | undefined {
  const { desired } = seen.item;
  const autoscaling = autoscalingOf(spec, seen.item);
  if (autoscaling.enabled) return desired === undefined ? undefined : withinBounds(autoscaling, desired);
  const { replicas = desired, maxRemovalsPerStep } = countable(spec);
  if (replicas === undefined) return undefined;
  const count = countOf(seen);
  const kept = isInOrder(seen) && !seen.leavesByName ? count - maxRemovalsPerStep : Math.min(count, presentCount(seen));
  return Math.max(replicas, kept);
}

/** With how many nodes a pool begins; nobody says where its servers exist already. */
export function initialCount(spec: Spec): number | undefined {
  const { replicas = 0, existingServers } = spec;
  if (existingServers) return undefined;
  const autoscaling = initialAutoscaling(spec);
  return autoscaling.enabled ? withinBounds(autoscaling, replicas) : replicas;
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

export function isMoving({ nodes }: Pick<Seen, "nodes">): boolean {
  return nodes.some(({ phase }) => phase === "Creating" || phase === "Deleting" || phase === "Changing");
}

/** Those that are not on their way out. */
export function stayingNodes({ nodes }: Pick<Seen, "nodes">): readonly ClusterNode[] {
  return nodes.filter(({ phase }) => phase !== "Deleting");
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

/** Where the bounds contradict each other, the one that keeps more nodes holds. */
function withinBounds({ minReplicas, maxReplicas }: Autoscaling, count: number): number {
  return Math.max(Math.min(count, maxReplicas), minReplicas);
}
