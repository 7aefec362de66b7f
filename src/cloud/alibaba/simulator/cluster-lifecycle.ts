// A cluster's life: created, raised to another version and deleted by tasks; what fails half-way; what goes with it.
import type { Ack } from "./ack.ts";
import { amend, newEntity, newId, nodesOf, takePlan, wrongState } from "./ack.ts";
import type { ClusterRequest } from "./cluster-spec.ts";
import { becomeReady, buyNode, dropNode } from "./node-lifecycle.ts";
import { networkOf } from "./network.ts";
import { addDefaultPool } from "./pool-records.ts";
import { isReleasedOnDelete } from "./pool-lifecycle.ts";
import { CodedRefusal, quotaExceeded } from "./refusals.ts";
import { checkNodeQuota, errorOf } from "./scale.ts";
import { isFollowing, settle } from "./settle.ts";
import type { Cluster, ClusterState, FailAt, Plan, Task } from "./state.ts";
import { cancelTasks, isIn, settleResults, startTask } from "./tasks.ts";
import { chooseVersion } from "./versions.ts";

const DAY_MS = 86_400_000;

/** The public cloud takes four minutes and more. */
const CREATE = [
  { name: "CreateResources", ms: 60_000 },
  { name: "InstallControlPlane", ms: 120_000 },
  { name: "InstallAddons", ms: 60_000 },
];
const DELETE = [
  { name: "DeleteNodes", ms: 90_000 },
  { name: "DeleteResources", ms: 90_000 },
];
const UPGRADE = [
  { name: "CheckCluster", ms: 60_000 },
  { name: "UpgradeMaster", ms: 240_000 },
];

/** How long a deleted cluster still shows, where it does. */
const LINGER_MS = 600_000;

const DELETABLE: ReadonlySet<ClusterState> = new Set([
  "failed",
  "updating_failed",
  "delete_failed",
  "deleteFailed",
  "stopped",
  "inactive",
  "unavailable",
  "disconnected",
  "waiting",
]);

/** Checks and starts a create. Throws a `Refusal` (400) for a name in use, a full quota, ranges in conflict. */
export function createCluster(ack: Ack, request: ClusterRequest): { cluster: Cluster; task: Task } {
  checkName(ack, request);
  checkQuota(ack, request);
  const cluster = addCluster(ack, request);
  checkNodeQuota(ack, cluster.id, request.workers.count + request.masters.count);
  ack.store.put("clusters", cluster);
  addDefaultPool(ack, cluster);
  const plan = planFor(ack, cluster.name, "Create");
  const nodes = plan === undefined ? buyMachines(ack, cluster, request) : [];
  const task = startTask(ack, {
    taskType: "cluster_create",
    cluster,
    stages: CREATE,
    results: nodes.map(({ serverId }) => ({ data: serverId, status: "initial" })),
    tags: cluster.tags,
    fails: plan && errorOf(plan, "ErrorCreateCluster"),
    finish(done) {
      becomeRunning(ack, cluster.id);
      for (const { id } of nodes) becomeReady(ack, id);
      settleResults(ack, done);
      settle(ack, cluster.id);
      return undefined;
    },
    onFailure: ({ message }) => void amend(ack, "clusters", cluster.id, { state: "failed", message }),
  });
  return { cluster: amend(ack, "clusters", cluster.id, { taskId: task.id }) ?? cluster, task };
}

/** A cluster as accepted, in the state `initial`; not yet in the store. */
export function addCluster(ack: Ack, request: ClusterRequest): Cluster {
  const version = chooseVersion(ack.rules, request.version);
  const { name, clusterType, profile, regionId, tags, addons, details, deletionProtection } = request;
  const entity = newEntity(ack, newId("c", 32), name);
  return {
    ...entity,
    state: "initial",
    message: "",
    clusterType,
    profile,
    regionId,
    version,
    initVersion: version,
    tags,
    deletionProtection,
    deleteOptions: [],
    retainResources: [],
    retainAllResources: false,
    network: networkOf(ack, request),
    details: { ...details, security_group_id: details["security_group_id"] || newId("sg-", 20) },
    addons,
    internalUrl: "",
    externalUrl: "",
    ...certificateLife(ack),
    taskId: "",
  };
}

/** From now on as long as `--certificate-days` says. */
export function certificateLife(ack: Ack): Pick<Cluster, "certificateIssuedAt" | "certificateNotAfter"> {
  const issuedMs = ack.timeline.now();
  const notAfterMs = issuedMs + ack.rules.certificateDays * DAY_MS;
  return {
    certificateIssuedAt: new Date(issuedMs).toISOString(),
    certificateNotAfter: new Date(notAfterMs).toISOString(),
  };
}

/** Throws a `Refusal` (400) where names are unique and this one is in use: in the region, or in the account (2.9). */
export function checkName({ rules, store }: Ack, { name, regionId }: Pick<ClusterRequest, "name" | "regionId">): void {
  if (rules.duplicateNames === "Allow") return;
  const isEverywhere = rules.dialect === "Reference";
  const isTaken = store
    .list("clusters")
    .some((other) => other.name === name && other.state !== "deleted" && (isEverywhere || other.regionId === regionId));
  if (isTaken) throw new CodedRefusal(400, "ErrorClusterNameAlreadyExist", `The cluster name ${name} already exists.`);
}

/** With the addresses that a cluster has from then on. */
export function becomeRunning(ack: Ack, id: string): void {
  const cluster = ack.store.get("clusters", id);
  if (cluster === undefined) return;
  const { rules, store } = ack;
  const address = Number(store.nextId("clusters")) + 1;
  const internalUrl = rules.kubeconfig?.server ?? `https://192.168.255.${(address % 250) + 2}:6443`;
  const publicUrl = rules.kubeconfig?.server ?? `https://47.100.0.${(address % 250) + 2}:6443`;
  const externalUrl = cluster.network.publicAccess ? publicUrl : "";
  const urls = cluster.internalUrl === "" ? { internalUrl, externalUrl } : {};
  amend(ack, "clusters", id, { state: "running", message: "", ...urls });
}

/** The control plane alone. Throws a `Refusal` (400) for a state that does not allow it. */
export function upgradeCluster(ack: Ack, cluster: Cluster, version: string): Task {
  if (!isFollowing(cluster.state) && cluster.state !== "updating_failed") {
    throw wrongState(ack, "cluster", cluster.state);
  }
  const plan = planFor(ack, cluster.name, "Upgrade");
  amend(ack, "clusters", cluster.id, { state: "upgrading", message: "" });
  const task = startTask(ack, {
    taskType: "cluster_upgrade",
    cluster,
    stages: UPGRADE,
    fails: plan && errorOf(plan, "ErrorUpgradeCluster"),
    finish() {
      amend(ack, "clusters", cluster.id, { version });
      becomeRunning(ack, cluster.id);
      settle(ack, cluster.id);
      return undefined;
    },
    onFailure: ({ message }) => void amend(ack, "clusters", cluster.id, { state: "updating_failed", message }),
  });
  amend(ack, "clusters", cluster.id, { taskId: task.id });
  return task;
}

/** 2.12. A delete on its way goes on. Throws a `Refusal` (400) for a protected cluster, and for one that is being made or changed. */
export function deleteCluster(ack: Ack, cluster: Cluster, options: Partial<Cluster>): Task {
  const current = ack.store.get("tasks", cluster.taskId);
  if (cluster.state === "deleting" && current !== undefined) return current;
  if (cluster.deletionProtection) {
    throw new CodedRefusal(
      400,
      "OperationDenied.DeletionProtection",
      `The cluster ${cluster.id} has deletion protection enabled and cannot be deleted.`,
    );
  }
  if (!isFollowing(cluster.state) && !DELETABLE.has(cluster.state)) throw wrongState(ack, "cluster", cluster.state);
  cancelTasks(ack, isIn(cluster.id), "the cluster is being deleted");
  const plan = planFor(ack, cluster.name, "Delete");
  amend(ack, "clusters", cluster.id, { state: "deleting", message: "", ...options });
  const task = startTask(ack, {
    taskType: "cluster_delete",
    cluster,
    stages: DELETE,
    fails: plan && errorOf(plan, "DependencyViolation"),
    finish: () => endCluster(ack, cluster.id),
    onFailure: ({ message }) => void amend(ack, "clusters", cluster.id, { state: "delete_failed", message }),
  });
  amend(ack, "clusters", cluster.id, { taskId: task.id });
  return task;
}

/** The cluster is gone at once, with its pools and nodes. Its tasks can still be read. */
export function dropCluster(ack: Ack, id: string): Cluster | undefined {
  const { store } = ack;
  const cluster = store.get("clusters", id);
  cancelTasks(ack, isIn(id), "the cluster is gone");
  empty(ack, id);
  store.remove("clusters", id);
  return cluster;
}

function endCluster(ack: Ack, id: string): undefined {
  if (ack.rules.deletedClusters === "Vanish") {
    dropCluster(ack, id);
    return;
  }
  empty(ack, id);
  amend(ack, "clusters", id, { state: "deleted" });
  ack.timeline.schedule(LINGER_MS, () => ack.store.remove("clusters", id));
}

function empty(ack: Ack, id: string): void {
  const { store } = ack;
  for (const node of nodesOf(store, id)) dropNode(ack, node.id, isReleasedOnDelete(ack, node));
  for (const pool of store.list("nodepools")) if (pool.clusterId === id) store.remove("nodepools", pool.id);
  for (const script of store.list("attachscripts")) {
    if (script.clusterId === id) store.remove("attachscripts", script.id);
  }
}

function planFor(ack: Ack, name: string, wanted: FailAt): Plan | undefined {
  return takePlan(ack, "Cluster", name, ({ failAt }) => failAt === wanted);
}

/** Masters of a dedicated cluster, and the workers that 2.1, 2.2 and 2.4 make with it. */
function buyMachines(ack: Ack, cluster: Cluster, { masters, workers }: ClusterRequest) {
  const buy = (role: "Master" | "Worker", { count, instanceType }: ClusterRequest["workers"]) =>
    Array.from({ length: count }, () => buyNode(ack, cluster, instanceType, { nodepoolId: "", role, source: "ess" }));
  return [...buy("Master", masters), ...buy("Worker", workers)];
}

function checkQuota({ store }: Ack, { clusterType, profile }: ClusterRequest): void {
  const clusters = store.list("clusters").filter(({ state }) => state !== "deleted");
  const isServerless = (one: Pick<Cluster, "profile">): boolean => one.profile === "Serverless";
  const check = (id: string, what: string, used: number): void => {
    const limit = store.get("quotas", id)?.limit ?? 0;
    if (used >= limit) throw quotaExceeded(what, limit);
  };
  check("cluster", "Cluster", clusters.length);
  const sameKind = clusters.filter(
    (one) => one.clusterType === clusterType && isServerless(one) === (profile === "Serverless"),
  );
  if (profile === "Serverless") check("serverless", "ServerlessCluster", sameKind.length);
  else if (clusterType === "ManagedKubernetes") check("managed", "ManagedCluster", sameKind.length);
}
