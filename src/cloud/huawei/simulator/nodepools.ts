// The paths of node pools (huawei-cce.txt 4.1.19 to 4.1.23) and their wire format.
import { isDeepStrictEqual } from "node:util";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { requireAvailable } from "./cluster-lifecycle.ts";
import { mostNodes } from "./cluster-spec.ts";
import { deletePool, nodesOf, POOL_LABEL, syncPool } from "./nodepool-lifecycle.ts";
import type { NodePoolBody } from "./nodepool-spec.ts";
import { nodePoolBody, nodePoolChange } from "./nodepool-spec.ts";
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
        return { status: 200, body: poolOnWire(pool, { phase: pool.phase }) };
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
  const { type, initialNodeCount, autoscaling, nodeManagement, nodeTemplate } = spec;
  const pool: NodePool = {
    ...newEntity(cce, name),
    clusterId: cluster.id,
    phase: "",
    initialNodeCount,
    autoscaling,
    type,
    nodeTemplate: { ...nodeTemplate, k8sTags: { ...nodeTemplate.k8sTags, [POOL_LABEL]: name } },
    nodeManagement,
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
  return { status: 201, body: poolOnWire(pool, { phase: pool.phase, currentNode: nodesOf(cce.store, id).length }) };
}

/** 4.1.21: `currentNode`, and no phase. With `showDefaultNodePool=true` also the nodes of no pool, as a pool. */
function listPools({ params, query }: Call, view: CceView): Answer {
  const { id } = requireCluster(view, params["cluster"] ?? "");
  const pools = view
    .list("nodepools")
    .filter(({ clusterId }) => clusterId === id)
    .map((pool) => poolOnWire(pool, { currentNode: nodesOf(view, pool.id).length }));
  return list(query.get("showDefaultNodePool") === "true" ? [...pools, ...defaultPool(id, view)] : pools);
}

function defaultPool(clusterId: string, view: CceView): unknown[] {
  const nodes = nodesOf(view, "").filter((node) => node.clusterId === clusterId);
  if (nodes.length === 0) return [];
  const metadata = { name: "DefaultPool", uid: "DefaultPool" };
  return [{ kind: "NodePool", apiVersion: "v3", metadata, spec: {}, status: { currentNode: nodes.length } }];
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
  return { status: 200, body: poolOnWire(updated, { phase: updated.phase, currentNode }) };
}

/** 4.1.23. */
function remove(cce: Cce, call: Call): Answer {
  const found = requirePool(call, cce.store);
  const cluster = requireAvailable(cce, found.clusterId, WRONG_CLUSTER_STATE);
  const { pool, jobId } = deletePool(cce, cluster, found);
  return { status: 200, body: poolOnWire(pool, { phase: pool.phase, jobId }) };
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

/** 4.1.20. As in the samples, what is zero is left out, and no read shows taints or passwords. */
function poolOnWire(pool: NodePool, status: Record<string, unknown>): unknown {
  const { taints: _taints, login, ...nodeTemplate } = pool.nodeTemplate;
  return {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: pool.name, uid: pool.id },
    spec: {
      type: pool.type,
      ...withoutZeros({ initialNodeCount: pool.initialNodeCount }),
      nodeTemplate: { ...nodeTemplate, login: maskedLogin(login) },
      autoscaling: withoutZeros(pool.autoscaling),
      nodeManagement: pool.nodeManagement,
    },
    status,
  };
}

/** 4.1.9: the password is masked in answers. */
export function maskedLogin(login: unknown): unknown {
  const { sshKey, userPassword } = (login ?? {}) as { sshKey?: string; userPassword?: { username: string } };
  if (sshKey !== undefined) return { sshKey, userPassword: {} };
  return { userPassword: { username: userPassword?.username ?? "root", password: "******" } };
}

function withoutZeros(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== false));
}
