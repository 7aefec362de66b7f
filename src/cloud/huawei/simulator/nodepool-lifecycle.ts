// A node pool's life: its nodes come and go one phase after another until there are as many as there should be.
import { randomUUID } from "node:crypto";
import { startJob } from "./jobs.ts";
import type { Node, NodePhase, Taint } from "./node-state.ts";
import { wrongState } from "./refusals.ts";
import { nextAddress } from "./servers.ts";
import type { Cce, CceView, Cluster, NodePool, NodePoolPhase } from "./state.ts";
import { amend, newEntity } from "./state.ts";

const BUILD_MS = 60_000;
const INSTALL_MS = 120_000;
const REMOVE_MS = 60_000;
/** How long a pool that is in step says so before it is normal. */
const SYNCHRONIZED_MS = 10_000;

/** What every pool's nodes carry (samples of 4.1.19 and 4.1.20). */
export const POOL_LABEL = "cce.cloud.com/cce-nodepool";

/** How a node is tied to its pool (tables 4-99 and 4-107). */
export function nodesOf(view: CceView, poolId: string): Node[] {
  return view.list("nodes").filter(({ nodepoolId }) => nodepoolId === poolId);
}

/** Begins to add or remove what is too few or too many. Newest nodes go first. Idempotent. */
export function syncPool(cce: Cce, poolId: string): void {
  const pool = cce.store.get("nodepools", poolId);
  if (pool === undefined || pool.phase === "Deleting") return;
  const staying = nodesOf(cce.store, poolId).filter(({ phase }) => phase !== "Deleting");
  const wanted = Math.min(pool.initialNodeCount, pool.soldOutAbove ?? Infinity);
  for (let missing = wanted - staying.length; missing > 0; missing -= 1) build(cce, pool);
  for (const node of staying.slice(Math.max(pool.initialNodeCount, 0))) removeNode(cce, node);
  settle(cce, poolId);
}

/** 4.1.23: nodes go first; the pool is gone when the job is done. Throws a `Refusal` (403) for one that is going. */
export function deletePool(cce: Cce, cluster: Cluster, pool: NodePool): { pool: NodePool; jobId: string } {
  if (pool.phase === "Deleting") throw wrongState("CCE.01403003", "The node pool is being deleted");
  for (const node of nodesOf(cce.store, pool.id)) removeNode(cce, node);
  const job = startJob(cce, {
    type: "DeleteNodePool",
    cluster,
    resource: pool,
    steps: [{ type: "DeleteNodes", ms: REMOVE_MS + SYNCHRONIZED_MS }],
    onSuccess: () => void dropPool(cce, pool.id),
    onFailure: () => void amend(cce, "nodepools", pool.id, { phase: "Error" }),
  });
  return { pool: amend(cce, "nodepools", pool.id, { phase: "Deleting" }) ?? pool, jobId: job.id };
}

/** The pool is gone at once, with its nodes. */
export function dropPool(cce: Cce, id: string): NodePool | undefined {
  const pool = cce.store.get("nodepools", id);
  for (const node of nodesOf(cce.store, id)) cce.store.remove("nodes", node.id);
  cce.store.remove("nodepools", id);
  return pool;
}

/** Adds a node in `phase`; from Build on it grows by itself. */
export function addNode(
  cce: Cce,
  pool: Pick<NodePool, "id" | "name" | "clusterId" | "nodeTemplate">,
  phase: NodePhase,
): Node {
  const { id: nodepoolId, clusterId, nodeTemplate } = pool;
  const { k8sTags: labels, taints = [], nodeNicSpec: _nodeNicSpec, ...spec } = nodeTemplate;
  const entity = newEntity(cce, `${pool.name}-${randomUUID().slice(0, 8)}`);
  const node: Node = {
    ...entity,
    clusterId,
    nodepoolId,
    phase,
    serverId: randomUUID(),
    privateIP: nextAddress(cce),
    spec,
    labels,
    taints: taints as Taint[],
    options: {},
    billingMode: 0,
    installs: 0,
    deleteJobId: "",
  };
  cce.store.put("nodes", node);
  return node;
}

function build(cce: Cce, pool: NodePool): void {
  const { id } = addNode(cce, pool, "Build");
  cce.timeline.schedule(BUILD_MS, () => grow(cce, id, "Build", "Installing"));
  cce.timeline.schedule(BUILD_MS + INSTALL_MS, () => grow(cce, id, "Installing", "Active"));
}

function grow(cce: Cce, nodeId: string, from: NodePhase, to: NodePhase): void {
  const node = cce.store.get("nodes", nodeId);
  if (node?.phase !== from) return;
  amend(cce, "nodes", nodeId, { phase: to });
  settle(cce, node.nodepoolId);
}

function removeNode(cce: Cce, node: Node): void {
  if (node.phase === "Deleting") return;
  amend(cce, "nodes", node.id, { phase: "Deleting" });
  cce.timeline.schedule(REMOVE_MS, () => {
    cce.store.remove("nodes", node.id);
    settle(cce, node.nodepoolId);
  });
}

/** Lets the pool's phase follow its nodes. One that is in step says so, and is normal a while later. */
export function settle(cce: Cce, poolId: string): void {
  const pool = cce.store.get("nodepools", poolId);
  if (pool === undefined || pool.phase === "Deleting") return;
  const phase = phaseOf(pool, nodesOf(cce.store, poolId));
  if (phase !== pool.phase && !(phase === "Synchronized" && pool.phase === "")) {
    amend(cce, "nodepools", poolId, { phase });
  }
  if (phase !== "Synchronized") return;
  cce.timeline.schedule(SYNCHRONIZED_MS, () => {
    if (cce.store.get("nodepools", poolId)?.phase === "Synchronized") amend(cce, "nodepools", poolId, { phase: "" });
  });
}

function phaseOf(pool: NodePool, nodes: readonly Node[]): NodePoolPhase {
  const isMoving = nodes.some(({ phase }) => phase === "Build" || phase === "Installing" || phase === "Deleting");
  if (isMoving) return "Synchronizing";
  return nodes.length < pool.initialNodeCount && pool.soldOutAbove !== null ? "SoldOut" : "Synchronized";
}
