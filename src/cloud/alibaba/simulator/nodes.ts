// The paths of nodes: the list of a cluster's, and their removal (2.11; of a pool, today).
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, nodesOf, requireCluster } from "./ack.ts";
import { flag, textList } from "./fields.ts";
import { removeNodes } from "./node-lifecycle.ts";
import { find } from "./nodepools.ts";
import { emptyPage, page } from "./pages.ts";
import { substitute } from "./pool-lifecycle.ts";
import { CodedRefusal, invalid, missing } from "./refusals.ts";
import type { AckRules } from "./rules.ts";
import { requireAtRest, requireUsable } from "./settle.ts";
import type { AckTables, AckView, Node } from "./state.ts";
import { accepted, tagsOnWire, timeOnWire } from "./wire.ts";

const COLLECTION = "/clusters/:cluster/nodes";

export function nodeRoutes(ack: Ack): Route<AckTables>[] {
  const common: Route<AckTables>[] = [
    {
      method: "GET",
      path: COLLECTION,
      emptyList: { status: 200, body: { nodes: [], page: emptyPage } },
      handle: (call, view) => ({ status: 200, body: listNodes(ack, call, view) }),
    },
    { method: "POST", path: COLLECTION, handle: (call) => removeFromCluster(ack, call) },
  ];
  if (ack.rules.dialect === "Reference") return common;
  const path = "/clusters/:cluster/nodepools/:pool/nodes";
  return [...common, { method: "DELETE", path, handle: (call) => removeFromPool(ack, call) }];
}

function listNodes(ack: Ack, call: Call, view: AckView): unknown {
  const { id } = requireCluster(view, call.params["cluster"] ?? "");
  const poolId = call.query.get("nodepool_id") ?? "";
  const ids = (call.query.get("instanceIds") ?? "").split(",").filter((one) => one !== "");
  const state = call.query.get("state") ?? "all";
  const nodes = nodesOf(view, id).filter(
    (node) =>
      (poolId === "" || node.nodepoolId === poolId) &&
      (ids.length === 0 || ids.includes(node.serverId)) &&
      (state === "all" || state === "" || node.state === state),
  );
  const { items, info } = page(nodes, call, ack.rules);
  return { nodes: items.map((node) => nodeOnWire(ack, view, node)), page: info };
}

const removal = z.looseObject({
  nodes: textList.optional(),
  instance_ids: textList.optional(),
  release_node: flag.default(false),
  drain_node: flag.default(false),
});

/** 2.11. What the cluster's pool wants stays as it was, so that it buys a substitute. */
function removeFromCluster(ack: Ack, call: Call): Answer {
  const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
  const { nodes: names, release_node: release, drain_node: drain } = parseInput(removal, parseJson(call.body));
  if (names === undefined) throw missing("nodes");
  requireUsable(ack, cluster);
  const nodes = [...new Set(names)].map((name) => pick(nodesOf(ack.store, cluster.id), name, ack.rules.nodeNames));
  const task = removeNodes(ack, cluster, nodes, {
    taskType: "cluster_nodes_remove",
    // 2.11: pods move away, and the node is set unschedulable. Today's body asks for it.
    drain: drain || ack.rules.dialect === "Reference",
    isReleased: () => release,
    afterwards() {
      for (const poolId of new Set(nodes.map(({ nodepoolId }) => nodepoolId))) substitute(ack, poolId);
    },
  });
  if (ack.rules.removeAnswer === "Empty") return { status: 202 };
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}

/** The pool wants so many less from then on. */
function removeFromPool(ack: Ack, call: Call): Answer {
  const { cluster, pool } = find(ack.store, call);
  const query = parseInput(removal, Object.fromEntries(call.query));
  const names = query.instance_ids ?? query.nodes;
  if (names === undefined) throw missing("instance_ids");
  requireUsable(ack, cluster);
  requireAtRest(ack, pool);
  const own = nodesOf(ack.store, cluster.id).filter(({ nodepoolId }) => nodepoolId === pool.id);
  const nodes = [...new Set(names)].map((name) => pick(own, name, query.instance_ids === undefined ? "Both" : "Ids"));
  const gone = new Set(nodes.filter(({ state }) => state !== "removing").map(({ id }) => id)).size;
  if (pool.desiredSize !== null) {
    amend(ack, "nodepools", pool.id, { desiredSize: Math.max(0, pool.desiredSize - gone) });
  }
  const task = removeNodes(ack, cluster, nodes, {
    taskType: "nodepool_nodes_remove",
    poolId: pool.id,
    drain: query.drain_node,
    isReleased: () => query.release_node,
  });
  return accepted({ task_id: task.id });
}

/** Throws a `Refusal` (400) for one that is not among `nodes`, and for a master: 2.11 removes workers only. */
function pick(nodes: readonly Node[], name: string, by: AckRules["nodeNames"]): Node {
  const node = nodes.find(
    ({ serverId, nodeName }) => (by !== "Names" && serverId === name) || (by !== "Ids" && nodeName === name),
  );
  if (node === undefined) throw new CodedRefusal(400, "ErrorNodeNotFound", `There is no node ${name} in it.`);
  if (node.role === "Master") throw invalid("nodes", `${name} is a master, which cannot be removed`);
  return node;
}

function nodeOnWire(ack: Ack, view: AckView, node: Node): unknown {
  const server = view.get("servers", node.serverId);
  const isCloudServer = node.source !== "script";
  return {
    instance_id: node.serverId,
    instance_name: node.name,
    instance_role: node.role,
    instance_status: "Running",
    instance_type: server?.instanceType ?? "",
    instance_type_family: (server?.instanceType ?? "").split(".").slice(0, 2).join("."),
    instance_charge_type: server?.chargeType ?? "",
    node_name: node.nodeName,
    node_status: node.nodeStatus,
    nodepool_id: node.nodepoolId,
    state: node.state,
    source: node.source,
    is_aliyun_node: isCloudServer,
    ip_address: [node.ip],
    host_name: node.serverId.replace("i-", "iZ"),
    image_id: "aliyun_3_x64_20G_alibase_20260120.vhd",
    spot_strategy: "NoSpot",
    creation_time: timeOnWire(ack.rules, node.createdAt),
    expired_time: "2099-12-31T23:59:00Z",
    error_message: "",
    ...tagsOnWire(ack.rules, node.tags),
  };
}
