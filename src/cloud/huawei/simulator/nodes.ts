// The paths of nodes (4.1.9 to 4.1.17). 4.1.18, which deletes them all, is no longer supported, and not here.
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { requireAvailable } from "./cluster-lifecycle.ts";
import { deleteNode, detachNodes, moveNodes, renameNode, resetNodes } from "./node-changes.ts";
import { acceptServers, createNodes } from "./node-creation.ts";
import { WRONG_CLUSTER_STATE } from "./node-records.ts";
import { detachBody, moveBody, nodeBody, nodeChange, resetBody } from "./node-spec.ts";
import type { Node } from "./node-state.ts";
import { createdOnWire, nodeOnWire, taskOnWire } from "./node-wire.ts";
import { notFound } from "./refusals.ts";
import type { Cce, CceTables, CceView, Cluster } from "./state.ts";
import { requireCluster } from "./state.ts";

const COLLECTION = "/api/v3/projects/:project/clusters/:cluster/nodes";
const ITEM = `${COLLECTION}/:id`;

const list = (items: unknown[]): Answer => ({ status: 200, body: { kind: "List", apiVersion: "v3", items } });

export function nodeRoutes(cce: Cce): Route<CceTables>[] {
  return [
    { method: "POST", path: COLLECTION, handle: (call) => create(cce, call) },
    {
      method: "GET",
      path: COLLECTION,
      emptyList: list([]),
      handle({ params: { cluster = "" } }, view) {
        const { id } = requireCluster(view, cluster);
        const nodes = view.list("nodes").filter(({ clusterId }) => clusterId === id);
        return list(nodes.map((node) => nodeOnWire(node)));
      },
    },
    {
      method: "GET",
      path: ITEM,
      handle: (call, view) => ({ status: 200, body: nodeOnWire(requireNode(call, view)) }),
    },
    { method: "PUT", path: ITEM, handle: (call) => rename(cce, call) },
    { method: "DELETE", path: ITEM, handle: (call) => remove(cce, call) },
    {
      method: "POST",
      path: `${COLLECTION}/add`,
      handle(call) {
        const { id } = acceptServers(cce, clusterOf(cce, call), parseJson(call.body));
        return { status: 200, body: { jobid: id } };
      },
    },
    {
      method: "POST",
      path: `${COLLECTION}/reset`,
      handle(call) {
        const body = parseInput(resetBody, parseJson(call.body));
        return { status: 200, body: { jobid: resetNodes(cce, clusterOf(cce, call), body).id } };
      },
    },
    { method: "PUT", path: `${COLLECTION}/operation/remove`, handle: (call) => detach(cce, call) },
    { method: "PUT", path: `${COLLECTION}/operation/migrateto/:target`, handle: (call) => move(cce, call) },
  ];
}

/** 4.1.9. */
function create(cce: Cce, call: Call): Answer {
  const body = parseInput(nodeBody, parseJson(call.body));
  const { nodes, job } = createNodes(cce, clusterOf(cce, call), body);
  return { status: 201, body: createdOnWire(nodes[0] as Node, body, job.id) };
}

/** 4.1.12: nothing but the name can be changed, and the rest is not looked at. */
function rename(cce: Cce, call: Call): Answer {
  const { metadata } = parseInput(nodeChange, parseJson(call.body));
  const node = requireNode(call, cce.store);
  const cluster = clusterOf(cce, call);
  const renamed = metadata.name === undefined ? node : renameNode(cce, cluster, node, metadata.name);
  return { status: 200, body: nodeOnWire(renamed) };
}

/** 4.1.13: answers with the phase that the node was in, as the sample does. */
function remove(cce: Cce, call: Call): Answer {
  const node = requireNode(call, cce.store);
  const job = deleteNode(cce, clusterOf(cce, call), node);
  return { status: 200, body: nodeOnWire(node, { jobID: job.id }) };
}

/** 4.1.16. */
function detach(cce: Cce, call: Call): Answer {
  const { spec } = parseInput(detachBody, parseJson(call.body));
  const ids = spec.nodes.map(({ uid }) => uid);
  const job = detachNodes(cce, clusterOf(cce, call), ids);
  return { status: 200, body: taskOnWire("RemoveNodesTask", spec, job.id) };
}

/** 4.1.17. */
function move(cce: Cce, call: Call): Answer {
  const { spec } = parseInput(moveBody, parseJson(call.body));
  const target = requireAvailable(cce, call.params["target"] ?? "", WRONG_CLUSTER_STATE);
  const job = moveNodes(cce, clusterOf(cce, call), target, spec);
  return { status: 200, body: taskOnWire("MigrateNodesTask", spec, job.id) };
}

/** Throws a `Refusal`: 404, or 403 for one that is not Available. */
function clusterOf(cce: Cce, { params }: Call): Cluster {
  return requireAvailable(cce, params["cluster"] ?? "", WRONG_CLUSTER_STATE);
}

function requireNode({ params }: Call, view: CceView): Node {
  const { id: clusterId } = requireCluster(view, params["cluster"] ?? "");
  const node = view.get("nodes", params["id"] ?? "");
  if (node?.clusterId !== clusterId) throw notFound("node", params["id"] ?? "");
  return node;
}
