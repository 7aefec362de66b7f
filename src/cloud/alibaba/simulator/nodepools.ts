// The paths of node pools, which only the public cloud of today has: create, read, change, scale, delete, and their wire format.
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, nodesOfPool, requireCluster, requirePool, takePlan } from "./ack.ts";
import { given, pairsOf, whole } from "./fields.ts";
import type { PoolBody, PoolChange } from "./nodepool-spec.ts";
import {
  autoScalingOf,
  checkBounds,
  checkPool,
  desiredAfter,
  keptBlocks,
  poolBody,
  poolChange,
} from "./nodepool-spec.ts";
import { beginPool, deletePool, growPool, stayingNodes, syncPool, updatePool } from "./pool-lifecycle.ts";
import { addPool, hasPools, scalingGroupOf } from "./pool-records.ts";
import { CodedRefusal, quotaExceeded } from "./refusals.ts";
import { checkNodeQuota } from "./scale.ts";
import { requireAtRest, requireUsable } from "./settle.ts";
import type { AckTables, AckView, Cluster, NodePool, Task } from "./state.ts";
import { accepted, tagsOnWire, timeOnWire } from "./wire.ts";

const COLLECTION = "/clusters/:cluster/nodepools";
const ITEM = `${COLLECTION}/:pool`;

const scaleBody = z.looseObject({ count: whole });

export function nodePoolRoutes(ack: Ack): Route<AckTables>[] {
  if (ack.rules.dialect === "Reference") return [];
  return [
    { method: "POST", path: COLLECTION, handle: (call) => create(ack, call) },
    {
      method: "GET",
      path: COLLECTION,
      emptyList: { status: 200, body: { nodepools: [] } },
      handle: (call, view) => ({ status: 200, body: { nodepools: listPools(ack, call, view) } }),
    },
    {
      method: "GET",
      path: ITEM,
      handle: (call, view) => ({ status: 200, body: poolOnWire(ack, view, find(view, call).pool) }),
    },
    { method: "PUT", path: ITEM, handle: (call) => update(ack, call) },
    { method: "POST", path: ITEM, handle: (call) => scale(ack, call) },
    { method: "DELETE", path: ITEM, handle: (call) => remove(ack, call) },
  ];
}

/** The pool of a path with its cluster. Throws a `Refusal` (404). */
export function find(view: AckView, { params }: Call): { cluster: Cluster; pool: NodePool } {
  const cluster = requireCluster(view, params["cluster"] ?? "");
  return { cluster, pool: requirePool(view, cluster.id, params["pool"] ?? "") };
}

/** A pool as accepted, in the state `initial`, without nodes yet. Throws a `Refusal` (400). */
function acceptPool(ack: Ack, cluster: Cluster, body: PoolBody): NodePool {
  checkPool(body);
  const { nodepool_info: info, scaling_group: group, kubernetes_config: config } = body;
  checkPoolName(ack, cluster, info.name);
  const autoScaling = autoScalingOf(body.auto_scaling);
  const desiredSize = desiredAfter(null, group.desired_size ?? body.count, autoScaling);
  checkNodeQuota(ack, cluster.id, desiredSize ?? 0);
  const plan = takePlan(ack, "NodePool", info.name, ({ soldOutAbove }) => soldOutAbove !== undefined);
  const blocks = keptBlocks(group, config);
  return addPool(ack, cluster, {
    name: info.name,
    state: "initial",
    desiredSize,
    autoScaling,
    labels: config.labels ?? {},
    taints: config.taints ?? [],
    tags: group.tags ?? {},
    scalingGroup: scalingGroupOf(cluster, blocks.scalingGroup),
    kubernetesConfig: blocks.kubernetesConfig,
    management: body.management,
    soldOutAbove: plan?.soldOutAbove ?? null,
  });
}

function create(ack: Ack, call: Call): Answer {
  const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
  const body = parseInput(poolBody, parseJson(call.body));
  if (!hasPools(cluster)) {
    throw new CodedRefusal(
      400,
      "OperationNotSupported",
      `A cluster of the profile ${cluster.profile} has no node pools.`,
    );
  }
  requireUsable(ack, cluster);
  const limit = ack.store.get("quotas", "nodepool")?.limit ?? 0;
  if (poolsOf(ack.store, cluster.id).length >= limit) throw quotaExceeded("NodePool", limit);
  const pool = acceptPool(ack, cluster, body);
  return tell(pool, beginPool(ack, cluster, pool));
}

function listPools(ack: Ack, call: Call, view: AckView): unknown[] {
  const { id } = requireCluster(view, call.params["cluster"] ?? "");
  return poolsOf(view, id).map((pool) => poolOnWire(ack, view, pool));
}

/** Blocks that are left out stay; labels and taints are whole sets, which reach the nodes with `update_nodes`. */
function update(ack: Ack, call: Call): Answer {
  const { cluster, pool } = find(ack.store, call);
  const change = parseInput(poolChange, parseJson(call.body));
  requireUsable(ack, cluster);
  requireAtRest(ack, pool);
  const sizes = changedSizes(ack, pool, change);
  const changed = amend(ack, "nodepools", pool.id, { ...changedBlocks(pool, change), ...sizes }) ?? pool;
  const touchesNodes = change.kubernetes_config !== undefined;
  const scaling = syncPool(ack, pool.id, "nodepool_update");
  if (scaling !== undefined && !touchesNodes) return tell(pool, scaling);
  const updating = updatePool(ack, cluster, changed, touchesNodes && change.update_nodes);
  return tell(pool, scaling ?? updating);
}

/** What is wanted from then on. Throws a `Refusal` (400) for bounds that make no sense, and beyond the quota. */
function changedSizes(ack: Ack, pool: NodePool, change: PoolChange): Pick<NodePool, "autoScaling" | "desiredSize"> {
  const autoScaling = change.auto_scaling === undefined ? pool.autoScaling : autoScalingOf(change.auto_scaling);
  checkBounds(autoScaling);
  const present = stayingNodes(ack, pool.id).length;
  const counted = autoScaling.enable ? present : pool.desiredSize;
  const desiredSize = desiredAfter(counted, change.scaling_group?.desired_size, autoScaling);
  checkNodeQuota(ack, pool.clusterId, (desiredSize ?? 0) - present);
  return { autoScaling, desiredSize };
}

function changedBlocks(pool: NodePool, change: PoolChange): Partial<NodePool> {
  const { scaling_group: group = {}, kubernetes_config: config = {}, nodepool_info: info, management } = change;
  const blocks = keptBlocks(group, config);
  return given({
    name: info?.name,
    labels: config.labels,
    taints: config.taints,
    tags: group.tags,
    scalingGroup: { ...pool.scalingGroup, ...blocks.scalingGroup },
    kubernetesConfig: { ...pool.kubernetesConfig, ...blocks.kubernetesConfig },
    management: management === undefined ? undefined : { ...pool.management, ...management },
  });
}

/** Adds so many, and wants so many more from then on. */
function scale(ack: Ack, call: Call): Answer {
  const { cluster, pool } = find(ack.store, call);
  const { count } = parseInput(scaleBody, parseJson(call.body));
  requireUsable(ack, cluster);
  requireAtRest(ack, pool);
  checkNodeQuota(ack, cluster.id, count);
  if (pool.desiredSize === null) return tell(pool, growPool(ack, cluster, pool, { count, taskType: "nodepool_scale" }));
  amend(ack, "nodepools", pool.id, { desiredSize: pool.desiredSize + count });
  const task = syncPool(ack, pool.id);
  return task === undefined ? { status: 202, body: {} } : tell(pool, task);
}

/** `force=true` does not drain, and takes a pool with nodes whatever the switch says. */
function remove(ack: Ack, call: Call): Answer {
  const { cluster, pool } = find(ack.store, call);
  const force = call.query.get("force") === "true";
  requireUsable(ack, cluster);
  if (pool.state !== "failed") requireAtRest(ack, pool);
  if (ack.rules.nonemptyPools === "Refuse" && !force && nodesOfPool(ack.store, pool.id).length > 0) {
    throw new CodedRefusal(400, "OperationDenied.NodePoolNotEmpty", `The node pool ${pool.id} has nodes.`);
  }
  return tell(pool, deletePool(ack, cluster, pool, force));
}

function tell({ id }: NodePool, task: Task): Answer {
  return accepted({ nodepool_id: id, task_id: task.id });
}

function poolsOf(view: AckView, clusterId: string): NodePool[] {
  return view.list("nodepools").filter((pool) => pool.clusterId === clusterId);
}

function checkPoolName(ack: Ack, { id }: Cluster, name: string): void {
  if (ack.rules.duplicateNames === "Allow" || !poolsOf(ack.store, id).some((pool) => pool.name === name)) return;
  throw new CodedRefusal(400, "ErrorNodePoolNameAlreadyExist", `The node pool name ${name} already exists.`);
}

function poolOnWire(ack: Ack, view: AckView, pool: NodePool): unknown {
  const { rules } = ack;
  const { autoScaling, scalingGroup, kubernetesConfig, desiredSize } = pool;
  return {
    nodepool_info: {
      nodepool_id: pool.id,
      name: pool.name,
      type: "ess",
      is_default: pool.isDefault,
      region_id: view.get("clusters", pool.clusterId)?.regionId ?? rules.region,
      resource_group_id: "rg-default",
      created: timeOnWire(rules, pool.createdAt),
      updated: timeOnWire(rules, pool.updatedAt),
    },
    scaling_group: {
      ...scalingGroup,
      ...(desiredSize === null ? {} : { desired_size: desiredSize }),
      ...tagsOnWire(rules, pool.tags),
    },
    kubernetes_config: { ...kubernetesConfig, labels: pairsOf(pool.labels), taints: pool.taints },
    auto_scaling: {
      enable: autoScaling.enable,
      min_instances: autoScaling.minInstances,
      max_instances: autoScaling.maxInstances,
      type: autoScaling.type,
    },
    management: pool.management,
    status: statusOnWire(ack, view, pool),
  };
}

function statusOnWire({ rules }: Ack, view: AckView, pool: NodePool): Record<string, unknown> {
  const nodes = nodesOfPool(view, pool.id);
  const count = (state: string): number => nodes.filter((node) => node.state === state).length;
  const ready = nodes.filter(({ nodeStatus }) => nodeStatus === "Ready").length;
  const removing = rules.spelling === "Older" ? "removing_nodes" : "removing";
  return {
    state: pool.state === "removing" ? removing : pool.state,
    total_nodes: nodes.length,
    healthy_nodes: ready,
    serving_nodes: ready,
    initial_nodes: count("initial"),
    removing_nodes: count("removing"),
    failed_nodes: count("failed"),
    offline_nodes: nodes.filter(({ nodeStatus }) => nodeStatus === "Offline").length,
  };
}
