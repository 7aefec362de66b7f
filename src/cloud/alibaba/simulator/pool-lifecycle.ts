// A node pool's life: made, grown and shrunk to what is wanted, substituted, changed, and removed with its nodes.
import type { Ack } from "./ack.ts";
import { amend, nodesOfPool, takePlan } from "./ack.ts";
import type { Removal } from "./node-lifecycle.ts";
import { JOIN_MS, removeNodes } from "./node-lifecycle.ts";
import type { Growth } from "./scale.ts";
import { errorOf, grow, takeScalePlan } from "./scale.ts";
import { isHeld, settle } from "./settle.ts";
import type { Cluster, Node, NodePool, Task, TaskError } from "./state.ts";
import { cancelTasks, isOn, settleResults, startTask } from "./tasks.ts";

const CREATE_MS = 20_000;
const UPDATE_MS = 20_000;
const DELETE_MS = 30_000;
/** Until a scaling group notices that a server has gone. */
const SUBSTITUTE_MS = 60_000;

const SCALE_STAGES = [{ name: "ScaleOut", ms: JOIN_MS }];

/** Brings a pool in the state `initial` to life, with the nodes that it wants. */
export function beginPool(ack: Ack, cluster: Cluster, pool: NodePool): Task {
  const plan = takePlan(ack, "NodePool", pool.name, ({ failAt }) => failAt === "Create");
  const wanted = pool.desiredSize ?? 0;
  const growth = plan === undefined ? growBy(ack, cluster, pool, { count: wanted, delayMs: CREATE_MS }) : nothing;
  ack.timeline.schedule(CREATE_MS, () => {
    if (plan !== undefined || ack.store.get("nodepools", pool.id)?.state !== "initial") return;
    amend(ack, "nodepools", pool.id, { state: "active" });
    settle(ack, cluster.id);
  });
  return startTask(ack, {
    taskType: "nodepool_create",
    cluster,
    poolId: pool.id,
    stages: [{ name: "CreateScalingGroup", ms: CREATE_MS }, ...(wanted > 0 ? SCALE_STAGES : [])],
    results: growth.results,
    tags: pool.tags,
    fails: plan && errorOf(plan, "ErrorCreateNodePool"),
    finish: (task) => endGrowth(ack, task, growth.error),
    onFailure() {
      if (plan === undefined) return;
      if (ack.rules.failedPools === "Vanish") dropPool(ack, pool.id);
      else amend(ack, "nodepools", pool.id, { state: "failed" });
    },
  });
}

/** Begins to buy what is too few or to remove what is too many, the oldest first; undefined where nothing is to be done. */
export function syncPool(ack: Ack, poolId: string, taskType = "nodepool_scale"): Task | undefined {
  const pool = ack.store.get("nodepools", poolId);
  const cluster = ack.store.get("clusters", pool?.clusterId ?? "");
  if (pool === undefined || cluster === undefined || isHeld(pool.state)) return undefined;
  const nodes = stayingNodes(ack, poolId);
  const missing = (pool.desiredSize ?? nodes.length) - nodes.length;
  if (missing > 0) return growPool(ack, cluster, pool, { count: missing, taskType });
  if (missing === 0) return undefined;
  return removeNodes(ack, cluster, nodes.slice(0, -missing), {
    taskType,
    poolId,
    drain: true,
    isReleased: () => true,
  });
}

/** Buys `count` more, whatever the pool wants. */
export function growPool(
  ack: Ack,
  cluster: Cluster,
  pool: NodePool,
  { count, taskType }: { count: number; taskType: string },
): Task {
  const growth = growBy(ack, cluster, pool, { count });
  return startTask(ack, {
    taskType,
    cluster,
    poolId: pool.id,
    stages: SCALE_STAGES,
    results: growth.results,
    tags: pool.tags,
    finish: (task) => endGrowth(ack, task, growth.error),
  });
}

/** Where a node has left and nobody said that fewer are wanted, another one is bought after a while. */
export function substitute(ack: Ack, poolId: string): void {
  ack.timeline.schedule(SUBSTITUTE_MS, () => void syncPool(ack, poolId));
}

/** A change of labels, taints or blocks reaches the nodes where that was asked for. */
export function updatePool(ack: Ack, cluster: Cluster, pool: NodePool, reachesNodes: boolean): Task {
  amend(ack, "nodepools", pool.id, { isUpdating: true });
  settle(ack, cluster.id);
  const end = (): undefined => {
    if (reachesNodes) relabel(ack, pool.id);
    amend(ack, "nodepools", pool.id, { isUpdating: false });
    settle(ack, cluster.id);
  };
  return startTask(ack, {
    taskType: "nodepool_update",
    cluster,
    poolId: pool.id,
    stages: [{ name: "UpdateNodePool", ms: UPDATE_MS }],
    finish: end,
  });
}

/** The nodes go first, and what was bought is released; the pool is gone when the task is done. `force`: without draining. */
export function deletePool(ack: Ack, cluster: Cluster, pool: NodePool, force: boolean): Task {
  const plan = takePlan(ack, "NodePool", pool.name, ({ failAt }) => failAt === "Delete");
  cancelTasks(ack, isOn(pool.id), "the node pool is being deleted");
  amend(ack, "nodepools", pool.id, { state: "deleting", isUpdating: false });
  const nodes = nodesOfPool(ack.store, pool.id);
  const removal: Removal = {
    taskType: "nodepool_delete",
    poolId: pool.id,
    drain: !force,
    isReleased: (node) => isReleasedOnDelete(ack, node),
    afterwards: () => void dropPool(ack, pool.id),
  };
  if (plan === undefined && nodes.length > 0) return removeNodes(ack, cluster, nodes, removal);
  settle(ack, cluster.id);
  return startTask(ack, {
    taskType: "nodepool_delete",
    cluster,
    poolId: pool.id,
    stages: [{ name: "DeleteNodePool", ms: DELETE_MS }],
    fails: plan && errorOf(plan, "DependencyViolation"),
    finish: () => void dropPool(ack, pool.id),
    onFailure: () => void amend(ack, "nodepools", pool.id, { state: "delete_failed" }),
  });
}

/** The pool is gone at once. */
export function dropPool(ack: Ack, id: string): NodePool | undefined {
  const pool = ack.store.get("nodepools", id);
  ack.store.remove("nodepools", id);
  cancelTasks(ack, isOn(id), "the node pool is gone");
  if (pool !== undefined) settle(ack, pool.clusterId);
  return pool;
}

/** What a deletion of a pool or cluster does to the server of one of its nodes. */
export function isReleasedOnDelete({ rules, store }: Ack, { serverId }: Node): boolean {
  return rules.deleteReleases === "All" || store.get("servers", serverId)?.bought === true;
}

/** Those that count: not leaving, not failed. */
export function stayingNodes(ack: Ack, poolId: string): Node[] {
  return nodesOfPool(ack.store, poolId).filter(({ state }) => state !== "removing" && state !== "failed");
}

const nothing: Growth = { results: [], error: undefined };

function growBy(
  ack: Ack,
  cluster: Cluster,
  pool: NodePool,
  { count, delayMs = 0 }: { count: number; delayMs?: number },
): Growth {
  if (count === 0) return nothing;
  const { soldOutAbove, labels, taints, tags } = pool;
  const { instanceType, chargeType, vswitchIds } = whatToBuy(pool);
  const available = Math.max(0, (soldOutAbove ?? Infinity) - stayingNodes(ack, pool.id).length);
  const joining = { nodepoolId: pool.id, source: "ess", labels, taints, tags, chargeType } as const;
  const plan = takeScalePlan(ack, "NodePool", pool.name);
  return grow(ack, cluster, { count, available, plan, instanceType, joining, vswitchIds, delayMs });
}

/** With the policy PRIORITY the first vswitch gets all, as long as its zone has any; with the others each gets its share. */
function whatToBuy({ scalingGroup }: NodePool) {
  const [instanceType = ""] = (scalingGroup["instance_types"] ?? []) as readonly string[];
  const all = (scalingGroup["vswitch_ids"] ?? []) as readonly string[];
  const vswitchIds = scalingGroup["multi_az_policy"] === "PRIORITY" ? all.slice(0, 1) : all;
  const isPrepaid = scalingGroup["instance_charge_type"] === "PrePaid";
  return { instanceType, vswitchIds, chargeType: isPrepaid ? "PrePaid" : "PostPaid" } as const;
}

function endGrowth(ack: Ack, task: Task, error: TaskError | undefined): TaskError | undefined {
  settleResults(ack, task);
  return error;
}

function relabel(ack: Ack, poolId: string): void {
  const pool = ack.store.get("nodepools", poolId);
  if (pool === undefined) return;
  const { labels, taints } = pool;
  for (const { id } of nodesOfPool(ack.store, poolId)) amend(ack, "nodes", id, { labels, taints });
}
