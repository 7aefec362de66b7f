// What becomes of nodes that are there: renamed (4.1.12), reset (4.1.15), detached (4.1.16), moved (4.1.17), deleted (4.1.13).
import { randomUUID } from "node:crypto";
import type * as z from "zod";
import type { Step, Track } from "./jobs.ts";
import { cancelJobs, isUnfinished, retrack, startTracks } from "./jobs.ts";
import { checkLayout, checkRoom, installation, nodeOnServer, REINSTALL_MS, reinstalled } from "./node-creation.ts";
import { checkNodeNames, checkSteady, dropNode, failNode, planFor, requireNodes, takeNodeOut } from "./node-records.ts";
import type { MoveSpec, ReinstallSpec, resetBody } from "./node-spec.ts";
import type { Node } from "./node-state.ts";
import { CodedRefusal } from "./refusals.ts";
import { assignServer, networkOf, serverOf, writeAnew } from "./servers.ts";
import type { Cce, Cluster, Job } from "./state.ts";
import { amend, isoNow } from "./state.ts";

const UNINSTALL_MS = 20_000;
const DELETE_VM_MS = 40_000;

/** With its server. Throws a `Refusal` (409) for a name in use. */
export function renameNode(cce: Cce, cluster: Cluster, node: Node, name: string): Node {
  if (name === node.name) return node;
  checkNodeNames(cce, cluster, [name], node.id);
  if (cce.store.get("servers", node.serverId) !== undefined) amend(cce, "servers", node.serverId, { name });
  return amend(cce, "nodes", node.id, { name }) ?? node;
}

/** Erases all disks. Throws a `Refusal`: 403 for a node that is not steady, 404 for one that is none. */
export function resetNodes(cce: Cce, cluster: Cluster, { nodeList }: z.output<typeof resetBody>): Job {
  const nodes = requireNodes(
    cce,
    cluster,
    nodeList.map(({ nodeID }) => nodeID),
  );
  const wanted = nodes.map((node, at) => ({ node, spec: (nodeList[at] as { spec: ReinstallSpec }).spec }));
  for (const [at, { node, spec }] of wanted.entries()) {
    checkSteady(cce, node, "reset");
    checkLayout(cluster, spec, at);
    checkNodeNames(cce, cluster, [spec.name ?? node.name], node.id);
  }
  const tracks = wanted.map(({ node, spec }) => resetting(cce, node, spec));
  return startTracks(cce, { type: "ResetNode", cluster, tracks });
}

/** The server stays, with another system. Throws a `Refusal`: 403 for a node that is not steady, 404 for one that is none. */
export function detachNodes(cce: Cce, cluster: Cluster, ids: readonly string[]): Job {
  const nodes = requireNodes(cce, cluster, ids);
  for (const node of nodes) checkSteady(cce, node, "removed");
  const tracks = nodes.map((node) => detaching(cce, node));
  return startTracks(cce, { type: "RemoveNode", cluster, tracks });
}

/** Throws a `Refusal`: 400 into another VPC or the same cluster, 403 for a node that is not steady, 404 for one that is none. */
export function moveNodes(cce: Cce, from: Cluster, to: Cluster, spec: MoveSpec): Job {
  if (from.id === to.id) throw badTarget("is the cluster that the nodes are in");
  if (networkOf(cce, from.id).vpc !== networkOf(cce, to.id).vpc) throw badTarget("is in another VPC");
  const nodes = requireNodes(
    cce,
    from,
    spec.nodes.map(({ uid }) => uid),
  );
  for (const node of nodes) checkSteady(cce, node, "migrated");
  checkRoom(cce, to, nodes.length);
  checkNodeNames(
    cce,
    to,
    nodes.map(({ name }) => name),
  );
  const tracks = nodes.map((node) => moving(cce, to, node, spec));
  return startTracks(cce, { type: "MigrateNode", cluster: from, tracks });
}

/** Server, disks and address go. A delete on its way goes on; whatever else was being done to the node ends. */
export function deleteNode(cce: Cce, cluster: Cluster, node: Node): Job {
  const current = cce.store.get("jobs", node.deleteJobId);
  if (current !== undefined && isUnfinished(current)) return current;
  cancelJobs(cce, node.id, "the node is being deleted");
  const steps: Step[] = [
    { type: "UninstallNode", ms: UNINSTALL_MS },
    { type: "DeleteNodeVM", ms: DELETE_VM_MS },
  ];
  const plan = planFor(cce, [node.name], node.serverId, steps);
  const track: Track = {
    resource: node,
    serverId: node.serverId,
    steps,
    plan,
    onSuccess: () => void dropNode(cce, node.id),
    onFailure: (job) => failNode(cce, node.id, job, plan),
  };
  const job = startTracks(cce, { type: "DeleteNode", cluster, tracks: [track] });
  amend(cce, "nodes", node.id, { phase: "Deleting", deleteJobId: job.id });
  return job;
}

function badTarget(problem: string): CodedRefusal {
  return new CodedRefusal(400, "CCE.01400001", `Invalid request: the target cluster ${problem}`);
}

/** A node of a pool is reset as its pool says, whatever the call does (table 4-164). */
function resetting(cce: Cce, node: Node, wanted: ReinstallSpec): Track {
  let { id } = node;
  const server = serverOf(cce, node);
  amend(cce, "nodes", id, { phase: "Installing" });
  const steps: Step[] = [
    {
      type: "ReinstallServer",
      ms: REINSTALL_MS,
      begin(jobId) {
        writeAnew(cce, server.id, "All");
        const made = node.nodepoolId === "" ? reinstalled(node.spec, wanted) : {};
        const changed = amend(cce, "nodes", id, made);
        if (changed === undefined) return "the node is gone";
        if (made.name !== undefined) amend(cce, "servers", server.id, { name: made.name });
        if (cce.rules.resetChangesId) id = becomeAnother(cce, changed, jobId);
        return undefined;
      },
    },
    installation(cce, () => id),
  ];
  const plan = planFor(cce, [node.name], server.id, steps);
  return {
    resource: node,
    serverId: server.id,
    steps,
    plan,
    onFailure: (job) => failNode(cce, id, job, plan),
  };
}

/** The same server under another id, at one moment. */
function becomeAnother(cce: Cce, node: Node, jobId: string): string {
  const id = randomUUID();
  cce.store.remove("nodes", node.id);
  cce.store.put("nodes", { ...node, id, createdAt: isoNow(cce) });
  assignServer(cce, node.serverId, id);
  retrack(cce, jobId, node.id, { resourceId: id });
  return id;
}

function detaching(cce: Cce, node: Node): Track {
  const server = serverOf(cce, node);
  amend(cce, "nodes", node.id, { phase: "Deleting" });
  const steps: Step[] = [
    { type: "UninstallNode", ms: UNINSTALL_MS },
    { type: "ReinstallServer", ms: REINSTALL_MS, begin: () => writeAnew(cce, server.id, "System") },
  ];
  const plan = planFor(cce, [node.name], server.id, steps);
  return {
    resource: node,
    serverId: server.id,
    steps,
    plan,
    onSuccess() {
      takeNodeOut(cce, node.id);
      assignServer(cce, server.id, "");
    },
    onFailure: (job) => failNode(cce, node.id, job, plan),
  };
}

/** It leaves the one cluster before it is in the other: in between, and after a failure there, it is in neither. */
function moving(cce: Cce, to: Cluster, node: Node, { os, login, extendParam: options = {} }: MoveSpec): Track {
  const server = serverOf(cce, node);
  let { id } = node;
  amend(cce, "nodes", id, { phase: "Deleting" });
  const steps: Step[] = [
    {
      type: "UninstallNode",
      ms: UNINSTALL_MS,
      end() {
        takeNodeOut(cce, id);
        assignServer(cce, server.id, "");
      },
    },
    { type: "ReinstallServer", ms: REINSTALL_MS, begin: () => writeAnew(cce, server.id, "All") },
    {
      ...installation(cce, () => id),
      begin(jobId) {
        const current = cce.store.get("servers", server.id);
        if (current === undefined) return "the server is gone";
        if (current.nodeId !== "") return "the server is a node already";
        if (cce.store.get("clusters", to.id)?.phase !== "Available") return "the target cluster is not available";
        const spec = { ...node.spec, os, login };
        const moved = nodeOnServer(cce, to.id, { ...current, formerNodeId: node.id }, { spec, options });
        cce.store.put("nodes", moved);
        assignServer(cce, server.id, moved.id);
        retrack(cce, jobId, id, { resourceId: moved.id });
        id = moved.id;
        return undefined;
      },
    },
  ];
  const plan = planFor(cce, [node.name], server.id, steps);
  return {
    resource: node,
    serverId: server.id,
    steps,
    plan,
    onFailure: (job) => failNode(cce, id, job, plan),
  };
}
