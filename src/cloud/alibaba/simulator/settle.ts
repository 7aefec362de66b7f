// The states that follow from others: of pools from their nodes, of a cluster from its pools and nodes.
import type { Ack } from "./ack.ts";
import { amend, nodesOf, wrongState } from "./ack.ts";
import type { Cluster, ClusterState, Node, NodePool, PoolState } from "./state.ts";

/** A cluster in one of these follows its nodes, and can be worked with. */
const FOLLOWING: ReadonlySet<ClusterState> = new Set(["running", "scaling", "removing", "draining", "updating"]);

/** A pool in one of these stays there until what put it there moves it on. */
const HELD: ReadonlySet<PoolState> = new Set(["initial", "deleting", "failed", "delete_failed"]);

/** Lets states follow. Idempotent. */
export function settle(ack: Ack, clusterId: string): void {
  const cluster = ack.store.get("clusters", clusterId);
  if (cluster === undefined) return;
  const nodes = nodesOf(ack.store, clusterId);
  const pools = ack.store.list("nodepools").filter((pool) => pool.clusterId === clusterId);
  for (const pool of pools) {
    const state = poolState(pool, nodes);
    if (state !== pool.state) amend(ack, "nodepools", pool.id, { state });
  }
  if (!FOLLOWING.has(cluster.state)) return;
  const state = clusterState(nodes, pools);
  if (state !== cluster.state) amend(ack, "clusters", clusterId, { state, message: "" });
}

/** Throws a refusal (400) unless the cluster can be worked with: 2.3, 2.6 and 2.11 want it at rest, the public cloud does not. */
export function requireUsable(ack: Ack, cluster: Cluster): void {
  const isUsable = ack.rules.dialect === "Reference" ? cluster.state === "running" : FOLLOWING.has(cluster.state);
  if (!isUsable) throw wrongState(ack, "cluster", cluster.state);
}

/** Throws a refusal (400) for a pool that is not at rest, such as one that is being made, deleted or, by a switch, scaled. */
export function requireAtRest(ack: Ack, pool: NodePool): void {
  const isRefused = isHeld(pool.state) ? pool.state !== "delete_failed" : ack.rules.busyPools === "Refuse";
  if (pool.state !== "active" && isRefused) throw wrongState(ack, "node pool", pool.state);
}

export function isFollowing(state: ClusterState): boolean {
  return FOLLOWING.has(state);
}

export function isHeld(state: PoolState): boolean {
  return HELD.has(state);
}

function poolState(pool: NodePool, nodes: readonly Node[]): PoolState {
  if (HELD.has(pool.state)) return pool.state;
  const own = nodes.filter(({ nodepoolId }) => nodepoolId === pool.id);
  if (own.some(({ state }) => state === "initial")) return "scaling";
  if (own.some(({ state }) => state === "removing")) return "removing";
  return pool.isUpdating ? "updating" : "active";
}

function clusterState(nodes: readonly Node[], pools: readonly NodePool[]): ClusterState {
  if (nodes.some(({ state }) => state === "initial")) return "scaling";
  if (nodes.some(({ isDraining }) => isDraining)) return "draining";
  if (nodes.some(({ state }) => state === "removing")) return "removing";
  return pools.some(({ isUpdating }) => isUpdating) ? "updating" : "running";
}
