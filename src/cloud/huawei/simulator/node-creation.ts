// How nodes come: created with a server of their own (4.1.9), or accepted on one that exists (4.1.14).
import { randomBytes, randomUUID } from "node:crypto";
import { parseInput } from "../../simulation/refusal.ts";
import { mostNodes } from "./cluster-spec.ts";
import type { Step, Track } from "./jobs.ts";
import { retrack, startTracks } from "./jobs.ts";
import { checkNodeNames, failNode, planFor, takeNodeOut } from "./node-records.ts";
import type { NodeBody, ReinstallSpec } from "./node-spec.ts";
import { acceptBody } from "./node-spec.ts";
import type { Node, Server } from "./node-state.ts";
import { defaultOs } from "./nodepool-spec.ts";
import { CodedRefusal, nameTaken } from "./refusals.ts";
import { addServer, disksOf, networkOf, writeAnew } from "./servers.ts";
import type { Cce, Cluster, Job } from "./state.ts";
import { amend, newEntity } from "./state.ts";

const CREATE_MS = 60_000;
export const REINSTALL_MS = 60_000;
const INSTALL_MS = 120_000;

/** The cluster version from which table 4-146 takes a layout of disks. */
const STORAGE_SINCE = [1, 15, 11];

/** Checks and starts a create. Throws a `Refusal`: 400 for too many nodes or servers, 409 for a name in use. */
export function createNodes(cce: Cce, cluster: Cluster, body: NodeBody): { nodes: Node[]; job: Job } {
  const { name } = body.metadata;
  const { count } = body.spec;
  checkRoom(cce, cluster, count);
  checkServerQuota(cce, count);
  // Several get random names, so that no one name could be found again.
  const names = count === 1 ? [name] : Array.from({ length: count }, () => `${name}-${randomBytes(3).toString("hex")}`);
  checkNodeNames(cce, cluster, names);
  const nodes = names.map((one) => newNode(cce, cluster, one, body.spec));
  for (const node of nodes) cce.store.put("nodes", node);
  const tracks = nodes.map((node) => creation(cce, node, body));
  return { nodes, job: startTracks(cce, { type: "CreateNode", cluster, tracks }) };
}

/** Checks and starts what takes servers in. Throws a `Refusal`: 400 for a server that can't be had, 409 for one that is a node. */
export function acceptServers(cce: Cce, cluster: Cluster, input: unknown): Job {
  const { nodeList } = parseInput(acceptBody, input);
  const servers = nodeList.map(({ serverID, spec }, at) => {
    checkLayout(cluster, spec, at);
    return requireFreeServer(cce, cluster, serverID, at);
  });
  const twice = servers.find(({ id }, at) => servers.findIndex((other) => other.id === id) !== at);
  if (twice !== undefined) throw new CodedRefusal(400, "CCE.01400001", `Invalid request: ${twice.id} is named twice`);
  checkRoom(cce, cluster, servers.length);
  const wanted = nodeList.map(({ spec }, at) => ({ spec, server: servers[at] as Server }));
  checkNodeNames(
    cce,
    cluster,
    wanted.map(({ spec, server }) => spec.name ?? server.name),
  );
  const tracks = wanted.map(({ spec, server }) => acceptance(cce, cluster, server, spec));
  return startTracks(cce, { type: "AcceptNode", cluster, tracks });
}

/** Throws a `Refusal` (400) where the cluster's version has no layout of disks. */
export function checkLayout({ version }: Cluster, { volumeConfig }: ReinstallSpec, at: number): void {
  if (volumeConfig?.storage === undefined || isSince(version, STORAGE_SINCE)) return;
  const field = `nodeList[${at}].spec.volumeConfig.storage`;
  throw new CodedRefusal(400, "CCE.01400001", `Invalid request: ${field}: needs version v1.15.11 or later`);
}

/** Whether a version such as v1.15.11-r1 is the given one or a later one. */
export function isSince(version: string, least: readonly number[]): boolean {
  const parts = version.replace(/^v/, "").split(/[.-]/).map(Number);
  const differs = least.findIndex((number, at) => parts[at] !== number);
  return differs === -1 || (parts[differs] ?? 0) > (least[differs] ?? 0);
}

/** What a reinstallation makes of a node, labels and taints included: what it does not name is lost. */
export function reinstalled(spec: Readonly<Record<string, unknown>>, wanted: ReinstallSpec): Partial<Node> {
  const { os, login, name, k8sOptions, extendParam: _extendParam, ...options } = wanted;
  const { labels, taints, maxPods } = k8sOptions;
  return {
    ...(name === undefined ? {} : { name }),
    spec: { ...spec, os, login },
    labels,
    taints,
    options: { ...options, ...(maxPods === undefined ? {} : { maxPods }) },
  };
}

/** An id for a server that becomes a node: another one each time, or the one that it had. */
function nodeIdFor({ rules, store }: Cce, { formerNodeId }: Server): string {
  const stays = !rules.resetChangesId && formerNodeId !== "" && store.get("nodes", formerNodeId) === undefined;
  return stays ? formerNodeId : randomUUID();
}

/** A node on a server, in phase Installing, not yet in the store. */
export function nodeOnServer(cce: Cce, clusterId: string, server: Server, made: Partial<Node>): Node {
  const { name, flavor, az, privateIP, billingMode, disks } = server;
  const [root, ...data] = disks.map(({ volumetype, size }) => ({ volumetype, size }));
  const shown = { flavor, az, rootVolume: root, dataVolumes: data };
  return {
    ...newEntity(cce, name),
    id: nodeIdFor(cce, server),
    clusterId,
    nodepoolId: "",
    phase: "Installing",
    serverId: server.id,
    privateIP,
    labels: {},
    taints: [],
    options: {},
    billingMode,
    installs: 0,
    deleteJobId: "",
    ...made,
    spec: { ...shown, ...made.spec },
  };
}

/** The last step of all that install: from here on the node is Installing, and at the end Active. */
export function installation(cce: Cce, id: () => string): Step {
  return {
    type: "InstallNode",
    ms: INSTALL_MS,
    begin: () => void amend(cce, "nodes", id(), { phase: "Installing" }),
    end() {
      const installs = (cce.store.get("nodes", id())?.installs ?? 0) + 1;
      amend(cce, "nodes", id(), { phase: "Active", installs });
    },
  };
}

/** Throws a `Refusal` (400) where the cluster's flavor has no room for so many more. */
export function checkRoom({ store }: Cce, { id, flavor }: Cluster, more: number): void {
  const most = mostNodes(flavor);
  const present = store.list("nodes").filter(({ clusterId }) => clusterId === id).length;
  if (present + more <= most) return;
  throw new CodedRefusal(400, "CCE.01400014", `The flavor ${flavor} allows ${most} nodes, not ${present + more}`);
}

function checkServerQuota({ store }: Cce, more: number): void {
  const limit = store.get("quotas", "server")?.quotaLimit ?? 0;
  const used = new Set([
    ...store.list("nodes").map((node) => node.serverId || node.id),
    ...store.list("servers").map(({ id }) => id),
  ]).size;
  if (used + more <= limit) return;
  throw new CodedRefusal(400, "CCE.01400008", `Insufficient server quota: ${used} of ${limit} in use`);
}

function newNode(cce: Cce, cluster: Cluster, name: string, wanted: NodeBody["spec"]): Node {
  const { flavor, az, os = defaultOs(cluster.spec["type"]), login, rootVolume, dataVolumes, publicIP } = wanted;
  const { k8sTags: labels, taints, count: _count, billingMode: _billingMode, ...rest } = wanted;
  const plain = ({ volumetype, size }: { volumetype: string; size: number }) => ({ volumetype, size });
  const shown = { flavor, az, os, login, rootVolume: plain(rootVolume), dataVolumes: dataVolumes.map(plain) };
  return {
    ...newEntity(cce, name),
    clusterId: cluster.id,
    nodepoolId: "",
    phase: "Build",
    serverId: "",
    privateIP: "",
    spec: { ...shown, ...(publicIP === undefined ? {} : { publicIP }) },
    labels,
    taints,
    options: rest,
    billingMode: 0,
    installs: 0,
    deleteJobId: "",
  };
}

function creation(cce: Cce, node: Node, { metadata, spec }: NodeBody): Track {
  const steps: Step[] = [
    { type: "CreateNodeVM", ms: CREATE_MS, end: (jobId) => makeServer(cce, node, spec, jobId) },
    installation(cce, () => node.id),
  ];
  const plan = planFor(cce, [node.name, metadata.name], "", steps);
  return {
    resource: node,
    steps,
    plan,
    onFailure(job, { type }) {
      // Nothing was made, so nothing stays.
      if (type === "CreateNodeVM") takeNodeOut(cce, node.id);
      else failNode(cce, node.id, job, plan);
    },
  };
}

function makeServer(cce: Cce, { id, name, clusterId }: Node, spec: NodeBody["spec"], jobId: string): void {
  const { vpc, subnet: default_ } = networkOf(cce, clusterId);
  const subnet = spec.nodeNicSpec?.primaryNic?.subnetId ?? default_;
  const { flavor, az } = spec;
  const server = addServer(
    cce,
    { name, vpc, subnet, flavor, az, disks: disksOf(spec, 1) },
    { nodeId: id, formerNodeId: id },
  );
  amend(cce, "nodes", id, { serverId: server.id, privateIP: server.privateIP });
  retrack(cce, jobId, id, { serverId: server.id });
}

function acceptance(cce: Cce, cluster: Cluster, server: Server, wanted: ReinstallSpec): Track {
  const node = nodeOnServer(cce, cluster.id, server, reinstalled({}, wanted));
  cce.store.put("nodes", node);
  const { vpc, subnet } = networkOf(cce, cluster.id);
  const place = server.vpc === "" ? { vpc, subnet } : {};
  amend(cce, "servers", server.id, { ...place, name: node.name, nodeId: node.id, formerNodeId: node.id });
  const steps: Step[] = [
    { type: "ReinstallServer", ms: REINSTALL_MS, begin: () => writeAnew(cce, server.id, "All") },
    installation(cce, () => node.id),
  ];
  const plan = planFor(cce, [node.name, server.name], server.id, steps);
  return {
    resource: node,
    serverId: server.id,
    steps,
    plan,
    onFailure: (job) => failNode(cce, node.id, job, plan),
  };
}

/** Throws a `Refusal`: 400 for a server that is absent or in another VPC, 409 for one that is a node of some cluster. */
function requireFreeServer(cce: Cce, cluster: Cluster, id: string, at: number): Server {
  const node = cce.store.list("nodes").find(({ serverId }) => serverId === id);
  if (node !== undefined) throw nameTaken(`node of the cluster ${node.clusterId} on the server`, id);
  const server = cce.store.get("servers", id);
  const { vpc } = networkOf(cce, cluster.id);
  const field = `nodeList[${at}].serverID`;
  if (server === undefined) throw new CodedRefusal(400, "CCE.01400001", `Invalid request: ${field}: no server ${id}`);
  if (server.nodeId !== "") throw nameTaken("node on the server", id);
  if (server.vpc === "" || server.vpc === vpc) return server;
  throw new CodedRefusal(400, "CCE.01400001", `Invalid request: ${field}: the server ${id} is in another VPC`);
}
