// A cluster's life: created, hibernated, woken and deleted by jobs; what fails on the way; what goes with it.
import { parseInput } from "../../simulation/refusal.ts";
import { installAddon } from "./addon-lifecycle.ts";
import { requestedAddons } from "./addon-templates.ts";
import { endClaim } from "./claim-records.ts";
import type { ClusterBody } from "./cluster-spec.ts";
import { checkCombination, chooseContainerCidr, chooseVersion, clusterBody } from "./cluster-spec.ts";
import type { Step } from "./jobs.ts";
import { cancelJobs, isUnfinished, startJob } from "./jobs.ts";
import { dropNode } from "./node-records.ts";
import { CodedRefusal, nameTaken, wrongState } from "./refusals.ts";
import type { Cce, Cluster, ClusterPhase, Job, SubJob } from "./state.ts";
import { amend, newEntity, requireCluster, takePlan } from "./state.ts";

/** How long the client certificate that the simulator makes for a cluster lasts. */
const CERTIFICATE_MS = 3 * 365 * 86_400_000;

/** The names in 4.1.24's sample are InstallMaster and CreatePSMCert; its job took 9 min 10 s. */
const CREATE: readonly Step[] = [
  { type: "CreatePSMCert", ms: 10_000 },
  { type: "CreateMasterVM", ms: 150_000 },
  { type: "InstallMaster", ms: 390_000 },
];
const DELETE: readonly Step[] = [
  { type: "UninstallMaster", ms: 60_000 },
  { type: "DeleteMasterVM", ms: 60_000 },
];
const HIBERNATE: readonly Step[] = [{ type: "StopMaster", ms: 240_000 }];
const AWAKE: readonly Step[] = [{ type: "StartMaster", ms: 240_000 }];

const DELETABLE: ReadonlySet<ClusterPhase> = new Set([
  "Creating",
  "Available",
  "Unavailable",
  "Error",
  "Empty",
  "RollbackFailed",
]);

/** Checks and starts a create. Throws a `Refusal`: 400 for a bad body or a full quota, 409 for a name in use. */
export function createCluster(cce: Cce, input: unknown): Cluster {
  const body = parseInput(clusterBody, input);
  const version = chooseVersion(body.spec.version);
  checkCombination(body, version);
  const addons = requestedAddons(cce.rules, version, body.metadata.annotations);
  checkName(cce, body.metadata.name);
  checkQuota(cce);
  const cluster = newCluster(cce, body, version);
  cce.store.put("clusters", cluster);
  const job = startJob(cce, {
    type: "CreateCluster",
    cluster,
    steps: CREATE,
    onSuccess() {
      becomeAvailable(cce, cluster.id);
      for (const addon of addons) installAddon(cce, cluster.id, addon);
    },
    onFailure: (failed, subJob) => fail(cce, failed, subJob),
  });
  return amend(cce, "clusters", cluster.id, { jobId: job.id }) ?? cluster;
}

/** Throws a `Refusal` (409) where names are unique and this one is in use. */
export function checkName(cce: Cce, name: string): void {
  if (cce.rules.duplicateNames === "Allow") return;
  if (cce.store.list("clusters").some((cluster) => cluster.name === name)) throw nameTaken("cluster", name);
}

/** A cluster as accepted, in phase Creating. */
export function newCluster(cce: Cce, { metadata, spec: wanted }: ClusterBody, version: string): Cluster {
  const { version: _version, flavor, description, ...spec } = wanted;
  const { containerNetwork, extendParam } = spec;
  const plan = takePlan(cce, "Cluster", metadata.name, ({ reselectCidr }) => reselectCidr === true);
  const cidr = chooseContainerCidr(wanted, plan !== undefined);
  const externalIP = extendParam?.["clusterExternalIP"];
  return {
    ...newEntity(cce, metadata.name),
    phase: "Creating",
    reason: "",
    message: "",
    version,
    flavor,
    description,
    spec: { ...spec, containerNetwork: { ...containerNetwork, cidr } },
    jobId: "",
    internalUrl: "",
    externalUrl: typeof externalIP === "string" && externalIP !== "" ? externalUrl(cce, externalIP) : "",
    certificateNotAfter: cce.rules.kubeconfig ? "" : new Date(cce.timeline.now() + CERTIFICATE_MS).toISOString(),
  };
}

/** Where an EIP leads: to the served kubeconfig's cluster where there is one. */
export function externalUrl({ rules }: Cce, ip: string): string {
  return rules.kubeconfig?.server ?? `https://${ip}:5443`;
}

function internalUrl(cce: Cce): string {
  const { rules, store } = cce;
  return rules.kubeconfig?.server ?? `https://192.168.0.${(store.list("clusters").length % 250) + 2}:5443`;
}

/** 4.1.6. Throws a `Refusal` (403) unless Available. */
export function hibernate(cce: Cce, cluster: Cluster): void {
  checkPhase(cluster, "Available", "hibernated");
  moveBy(cce, cluster, { type: "HibernateCluster", steps: HIBERNATE, during: "Hibernating", after: "Hibernation" });
}

/** 4.1.7. Throws a `Refusal` (403) unless hibernated. */
export function awake(cce: Cce, cluster: Cluster): void {
  checkPhase(cluster, "Hibernation", "woken");
  moveBy(cce, cluster, { type: "AwakeCluster", steps: AWAKE, during: "Awaking", after: "Available" });
}

/** 4.1.5. A delete on its way goes on. Throws a `Refusal` (403) for a hibernated cluster or one in transition. */
export function deleteCluster(cce: Cce, cluster: Cluster): Cluster {
  if (cluster.phase === "Deleting" && isDeleting(cce, cluster)) return cluster;
  if (cluster.phase !== "Deleting" && !DELETABLE.has(cluster.phase)) {
    throw wrongState("CCE.01403006", `The cluster status ${cluster.phase} does not allow it to be deleted`);
  }
  cancelJobs(cce, cluster.id, "the cluster is being deleted");
  const job = startJob(cce, {
    type: "DeleteCluster",
    cluster,
    steps: DELETE,
    onSuccess: () => void dropCluster(cce, cluster.id),
    onFailure: (failed, subJob) => fail(cce, failed, subJob),
  });
  const deleting = { phase: "Deleting", reason: "", message: "", jobId: job.id } as const;
  return amend(cce, "clusters", cluster.id, deleting) ?? cluster;
}

/** The cluster is gone at once, with its pools, nodes and their servers, claims and add-ons. Its jobs can still be read. */
export function dropCluster(cce: Cce, id: string): Cluster | undefined {
  const { store, rules } = cce;
  const cluster = store.get("clusters", id);
  cancelJobs(cce, id, "the cluster is gone");
  for (const { id: nodeId, clusterId } of store.list("nodes")) {
    if (clusterId === id) dropNode(cce, nodeId);
  }
  for (const collection of ["nodepools", "addons"] as const) {
    for (const record of store.list(collection)) {
      if (record.clusterId === id) store.remove(collection, record.id);
    }
  }
  // Those on an API server, which other clusters share, are taken out of there first.
  for (const claim of rules.kubeconfig === undefined ? store.list("claims") : []) {
    if (claim.clusterId === id) endClaim(cce, claim);
  }
  store.remove("clusters", id);
  return cluster;
}

/** Pools and add-ons of a cluster that is not Available wait. Throws a `Refusal`: 404, or 403 with `code`. */
export function requireAvailable(cce: Cce, id: string, code: string): Cluster {
  const cluster = requireCluster(cce.store, id);
  if (cluster.phase === "Available") return cluster;
  throw new CodedRefusal(403, code, `The cluster status ${cluster.phase} does not allow this operation`);
}

/** With the addresses that a cluster has from then on. */
export function becomeAvailable(cce: Cce, id: string): void {
  const cluster = cce.store.get("clusters", id);
  if (cluster === undefined) return;
  const address = cluster.internalUrl === "" ? { internalUrl: internalUrl(cce) } : {};
  amend(cce, "clusters", id, { phase: "Available", reason: "", message: "", ...address });
}

function checkQuota({ store }: Cce): void {
  const limit = store.get("quotas", "cluster")?.quotaLimit ?? 0;
  if (store.list("clusters").length < limit) return;
  // CCE's public list of error codes has 400 for all quotas; the reference lists none.
  throw new CodedRefusal(400, "CCE.01400007", `Insufficient cluster quota: ${limit} of ${limit} in use`);
}

function checkPhase(cluster: Cluster, phase: ClusterPhase, verb: string): void {
  if (cluster.phase === phase) return;
  throw wrongState("CCE.01403003", `The cluster status ${cluster.phase} does not allow it to be ${verb}`);
}

function isDeleting({ store }: Cce, cluster: Cluster): boolean {
  const job = store.get("jobs", cluster.jobId);
  return job?.type === "DeleteCluster" && isUnfinished(job);
}

interface Move {
  readonly type: string;
  readonly steps: readonly Step[];
  readonly during: ClusterPhase;
  readonly after: "Hibernation" | "Available";
}

function moveBy(cce: Cce, cluster: Cluster, { type, steps, during, after }: Move): void {
  const job = startJob(cce, {
    type,
    cluster,
    steps,
    onSuccess: () => void amend(cce, "clusters", cluster.id, { phase: after }),
    onFailure: (failed, subJob) => fail(cce, failed, subJob),
  });
  amend(cce, "clusters", cluster.id, { phase: during, jobId: job.id });
}

function fail(cce: Cce, job: Job, subJob: SubJob): void {
  const phase = job.leaves === "Error" ? "Error" : "Unavailable";
  amend(cce, "clusters", job.clusterId, { phase, reason: subJob.type, message: subJob.reason });
}
