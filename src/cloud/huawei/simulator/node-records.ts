// What all that happens to a node outside of pools shares: names, checks, plans, and how a node comes, fails and goes.
import type { Track } from "./jobs.ts";
import { cancelJobs, hasStep, isWorkedOn } from "./jobs.ts";
import type { FailedNodePhase, Node } from "./node-state.ts";
import { settle } from "./nodepool-lifecycle.ts";
import { CodedRefusal, nameTaken, notFound, wrongState } from "./refusals.ts";
import type { Cce, Cluster, Job, Plan } from "./state.ts";
import { amend, takePlan } from "./state.ts";

/** Of the cluster around a node, such as one that is hibernated. */
export const WRONG_CLUSTER_STATE = "CCE.01403009";

const STEADY: ReadonlySet<Node["phase"]> = new Set(["Active", "Abnormal", "Error", "RepairFailed"]);

/** Throws a `Refusal` (409) where names of nodes are unique in a cluster and one of these is in use, or twice among them. */
export function checkNodeNames(cce: Cce, { id }: Cluster, names: readonly string[], exceptId = ""): void {
  if (cce.rules.duplicateNames === "Allow") return;
  const others = cce.store.list("nodes").filter((node) => node.clusterId === id && node.id !== exceptId);
  const taken = names.find((name, at) => names.indexOf(name) !== at || others.some((node) => node.name === name));
  if (taken !== undefined) throw nameTaken("node", taken);
}

/** The nodes of a cluster with these ids. Throws a `Refusal`: 404 for one that is not there, 400 for one that is named twice. */
export function requireNodes({ store }: Cce, { id: clusterId }: Cluster, ids: readonly string[]): Node[] {
  return ids.map((id, at) => {
    const node = store.get("nodes", id);
    if (node?.clusterId !== clusterId) throw notFound("node", id);
    if (ids.indexOf(id) === at) return node;
    throw new CodedRefusal(400, "CCE.01400001", `Invalid request: the node ${id} is named twice`);
  });
}

/** Throws a `Refusal` (403) for a node that something is being done to, or that has no server. */
export function checkSteady(cce: Cce, node: Node, verb: string): void {
  if (STEADY.has(node.phase) && node.serverId !== "" && !isWorkedOn(cce.store, node.id)) return;
  throw wrongState("CCE.01403003", `The node status ${node.phase} does not allow it to be ${verb}`);
}

/** Takes the plan for a node by its name, or by its server, that names one of the steps. */
export function planFor(cce: Cce, names: readonly string[], serverId: string, steps: Track["steps"]): Plan | undefined {
  const fits = ({ failAt }: Plan): boolean => hasStep(steps, failAt);
  const byName = names.map((name) => takePlan(cce, "Node", name, fits)).find((plan) => plan !== undefined);
  return byName ?? takePlan(cce, "Server", serverId, fits);
}

/** What a job leaves behind that failed at a node: there, and of no use. */
export function failNode(cce: Cce, nodeId: string, { leaves }: Pick<Job, "leaves">, plan: Plan | undefined): void {
  const phase: FailedNodePhase = (plan?.leaves ?? leaves) === "Error" ? "Error" : "Abnormal";
  amend(cce, "nodes", nodeId, { phase });
}

/** The node is no longer in its cluster. Its pool, if any, wants one less. */
export function takeNodeOut(cce: Cce, id: string): Node | undefined {
  const node = cce.store.get("nodes", id);
  if (node === undefined) return undefined;
  cce.store.remove("nodes", id);
  const pool = cce.store.get("nodepools", node.nodepoolId);
  if (pool === undefined) return node;
  amend(cce, "nodepools", pool.id, { initialNodeCount: Math.max(pool.initialNodeCount - 1, 0) });
  settle(cce, pool.id);
  return node;
}

/** The node is gone at once with its server, and with whatever was being done to it. */
export function dropNode(cce: Cce, id: string): Node | undefined {
  cancelJobs(cce, id, "the node is gone");
  const node = takeNodeOut(cce, id);
  if (node !== undefined) cce.store.remove("servers", node.serverId);
  return node;
}
