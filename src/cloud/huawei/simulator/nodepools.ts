// The paths of node pools (4.1.19 to 4.1.23).
import { isDeepStrictEqual } from "node:util";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { requireAvailable } from "./cluster-lifecycle.ts";
import { mostNodes } from "./cluster-spec.ts";
import { deletePool, nodesOf, POOL_LABEL, syncPool } from "./nodepool-lifecycle.ts";
import type { NodePoolBody } from "./nodepool-spec.ts";
import { defaultOs, nodePoolBody, nodePoolChange } from "./nodepool-spec.ts";
import { defaultPools, poolOnWire } from "./nodepool-wire.ts";
import { CodedRefusal, nameTaken, notFound, wrongState } from "./refusals.ts";
import type { Cce, CceTables, CceView, Cluster, NodePool } from "./state.ts";
import { amend, newEntity, requireCluster, takePlan } from "./state.ts";

const COLLECTION = "/api/v3/projects/:project/clusters/:cluster/nodepools";
const ITEM = `${COLLECTION}/:id`;

/** Of the cluster around a pool, such as one that is hibernated. */
const WRONG_CLUSTER_STATE = "CCE.01403009";

const list = (items: unknown[]): Answer => ({ status: 200, body: { kind: "List", apiVersion: "v3", items } });

export function nodePoolRoutes(cce: Cce): Route<CceTables>[] {
  return [
    { method: "POST", path: COLLECTION, handle: (call) => create(cce, call) },
    { method: "GET", path: COLLECTION, emptyList: list([]), handle: listPools },
    {
      method: "GET",
      path: ITEM,
      handle(call, view) {
        const pool = requirePool(call, view);
        return { status: 200, body: poolOnWire(pool, view, { phase: pool.phase }) };
      },
    },
    { method: "PUT", path: ITEM, handle: (call) => update(cce, call) },
    { method: "DELETE", path: ITEM, handle: (call) => remove(cce, call) },
  ];
}

/** A pool as accepted, without nodes yet. Throws a `Refusal`: 400 for too many nodes, 409 for a name in use. */
export function addPool(cce: Cce, cluster: Cluster, { metadata: { name }, spec }: NodePoolBody): NodePool {
  const isTaken = cce.store.list("nodepools").some((pool) => pool.clusterId === cluster.id && pool.name === name);
  if (isTaken && cce.rules.duplicateNames === "Refuse") throw nameTaken("node pool", name);
  checkCount(cluster, spec.initialNodeCount);
  const plan = takePlan(cce, "NodePool", name, ({ soldOutAbove }) => soldOutAbove !== undefined);
  const { type, initialNodeCount, autoscaling, nodeManagement, nodeTemplate, faultDomain = "" } = spec;
  const { os = defaultOs(cluster.spec["type"]), k8sTags } = nodeTemplate;
  const pool: NodePool = {
    ...newEntity(cce, name),
    clusterId: cluster.id,
    phase: "",
    initialNodeCount,
    autoscaling,
    type,
    nodeTemplate: { ...nodeTemplate, os, k8sTags: { ...k8sTags, [POOL_LABEL]: name } },
    nodeManagement,
    faultDomain,
    soldOutAbove: plan?.soldOutAbove ?? null,
  };
  cce.store.put("nodepools", pool);
  return pool;
}

function create(cce: Cce, call: Call): Answer {
  const body = parseInput(nodePoolBody, parseJson(call.body));
  const cluster = requireAvailable(cce, call.params["cluster"] ?? "", WRONG_CLUSTER_STATE);
  const { id } = addPool(cce, cluster, body);
  syncPool(cce, id);
  const pool = cce.store.get("nodepools", id);
  if (pool === undefined) throw notFound("node pool", id);
  const currentNode = nodesOf(cce.store, id).length;
  return { status: 201, body: poolOnWire(pool, cce.store, { phase: pool.phase, currentNode }) };
}

/** 4.1.21: `currentNode`, and no phase. With `showDefaultNodePool=true` also the nodes of no pool, as pools. */
function listPools({ params, query }: Call, view: CceView): Answer {
  const { id } = requireCluster(view, params["cluster"] ?? "");
  const pools = view
    .list("nodepools")
    .filter(({ clusterId }) => clusterId === id)
    .map((pool) => poolOnWire(pool, view, { currentNode: nodesOf(view, pool.id).length }));
  if (query.get("showDefaultNodePool") !== "true") return list(pools);
  return list([...pools, ...defaultPools(nodesOf(view, "").filter(({ clusterId }) => clusterId === id))]);
}

/** 4.1.22. */
function update(cce: Cce, call: Call): Answer {
  const { spec } = parseInput(nodePoolChange, parseJson(call.body));
  const pool = requirePool(call, cce.store);
  const cluster = requireAvailable(cce, pool.clusterId, WRONG_CLUSTER_STATE);
  if (pool.phase === "Deleting") throw wrongState("CCE.01403003", "The node pool is being deleted");
  checkCount(cluster, spec.initialNodeCount);
  const { k8sTags, taints = pool.nodeTemplate["taints"] } = spec.nodeTemplate;
  const labels = k8sTags === undefined ? pool.nodeTemplate.k8sTags : { ...k8sTags, [POOL_LABEL]: pool.name };
  const nodeTemplate = cce.rules.k8sTagsUpdatable
    ? { ...pool.nodeTemplate, k8sTags: labels, taints }
    : pool.nodeTemplate;
  const { initialNodeCount, autoscaling = pool.autoscaling } = spec;
  const change = { initialNodeCount, autoscaling, nodeTemplate };
  if (!isDeepStrictEqual({ ...pool, ...change }, pool)) amend(cce, "nodepools", pool.id, change);
  syncPool(cce, pool.id);
  const updated = cce.store.get("nodepools", pool.id) ?? pool;
  const currentNode = nodesOf(cce.store, pool.id).length;
  return { status: 200, body: poolOnWire(updated, cce.store, { phase: updated.phase, currentNode }) };
}

/** 4.1.23. */
function remove(cce: Cce, call: Call): Answer {
  const found = requirePool(call, cce.store);
  const cluster = requireAvailable(cce, found.clusterId, WRONG_CLUSTER_STATE);
  const { pool, jobId } = deletePool(cce, cluster, found);
  return { status: 200, body: poolOnWire(pool, cce.store, { phase: pool.phase, jobId }) };
}

function requirePool({ params }: Call, view: CceView): NodePool {
  const { id: clusterId } = requireCluster(view, params["cluster"] ?? "");
  const pool = view.get("nodepools", params["id"] ?? "");
  if (pool?.clusterId !== clusterId) throw notFound("node pool", params["id"] ?? "");
  return pool;
}

function checkCount({ flavor }: Cluster, count: number): void {
  const most = mostNodes(flavor);
  if (count <= most) return;
  throw new CodedRefusal(
    400,
    "CCE.01400014",
    `initialNodeCount: the flavor ${flavor} allows ${most} nodes, not ${count}`,
  );
}
