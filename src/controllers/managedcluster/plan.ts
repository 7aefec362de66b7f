// What to do about a cluster that is there: a pure decision from the resource and what the cloud shows.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import { isAskedFor } from "../external/resource.ts";
import { failureOf } from "./progress.ts";
import type { ClusterChange, ClusterSeen } from "./scope.ts";
import { upgradeWish } from "./upgrade.ts";

type ClusterPlan = Plan<ClusterChange>;
type Declared = Pick<ManagedCluster, "spec" | "status" | "metadata">;
type Changes = Extract<ClusterPlan, { do: "Change" }>;

/**
 * Of a cluster that is out of order, where there is nothing that we could do: soon at first, since all that is in it waits and one bad answer
 * of the cloud may be all that there is to it, then less and less often.
 */
const SHARE_OF_UNAVAILABLE = 0.2;
const SHORTEST_POLL_MS = 5_000;
const LONGEST_POLL_MS = 60_000;

export function planFor(resource: Declared, seen: ClusterSeen, nowMs: number): ClusterPlan {
  return planByPhase(resource, seen, nowMs) ?? planForIdle(resource, seen);
}

/** In what it differs from the spec of what may be changed. */
export function differences(
  { spec, status }: Pick<ManagedCluster, "spec" | "status">,
  cluster: Cluster,
): readonly Difference[] {
  const isHibernated = cluster.phase === "Hibernated";
  const { powerState, description, version } = spec;
  const isOlder = ["Offered", "NotOffered"].includes(upgradeWish(spec, cluster));
  return [
    ...(isHibernated === (powerState === "Hibernated") ? [] : [powerOf(powerState)]),
    ...(description === undefined || cluster.description === undefined || description === cluster.description
      ? []
      : [{ field: "spec.description", before: cluster.description, after: description }]),
    ...protectionOf({ spec, status }, cluster),
    ...(isOlder ? [{ field: "spec.version", before: cluster.version, after: version }] : []),
  ];
}

function powerOf(after: "Running" | "Hibernated"): Difference {
  return { field: "spec.powerState", before: after === "Running" ? "Hibernated" : "Running", after };
}

/** What somebody else has protected stays so. */
function protectionOf(
  { spec, status }: Pick<ManagedCluster, "spec" | "status">,
  cluster: Cluster,
): readonly Difference[] {
  const { deletionProtection: before } = cluster;
  const { deletionProtection: after } = spec;
  const isOurs = after || status.protectedByUs === true;
  return before === undefined || before === after || !isOurs
    ? []
    : [{ field: "spec.deletionProtection", before, after }];
}

/** Undefined where the cloud is at rest. */
function planByPhase(declared: Declared, seen: ClusterSeen, nowMs: number): ClusterPlan | undefined {
  const { item: cluster } = seen;
  const { phase, cloudPhase } = cluster;
  if (phase === "Available" || phase === "Hibernated") return undefined;
  if (phase === "Failed") return planForFailed(declared, seen);
  if (phase === "DeleteFailed") return stallOnFailedDeletion(cluster);
  const isUpgrade = phase === "Changing" && declared.status.operation?.verb === "Upgrade";
  const { reason, message } = isUpgrade ? UPGRADING : UNDER_WAY[phase];
  const what = `${message} (${cloudPhase || "in no phase"})`;
  return {
    do: "Await",
    reason,
    message: what,
    ...(phase === "Unavailable" && { pollAfterMs: pollMs(declared, nowMs) }),
  };
}

function pollMs({ status }: Declared, nowMs: number): number {
  const available = findCondition(status.conditions, ManagedClusterCondition.ClusterAvailable);
  const sinceMs = available?.status === "False" ? Date.parse(available.lastTransitionTime) : nowMs;
  return Math.min(Math.max((nowMs - sinceMs) * SHARE_OF_UNAVAILABLE, SHORTEST_POLL_MS), LONGEST_POLL_MS);
}

type UnderWay = Exclude<Cluster["phase"], "Available" | "Hibernated" | "Failed" | "DeleteFailed">;

interface Words {
  readonly reason: string;
  readonly message: string;
}

const UPGRADING: Words = { reason: Reason.Upgrading, message: "The cloud is upgrading the control plane" };

const UNDER_WAY: Readonly<Record<UnderWay, Words>> = {
  Creating: { reason: Reason.Creating, message: "The cloud is creating the cluster" },
  Changing: { reason: Reason.Updating, message: "The cloud is changing the cluster" },
  Hibernating: { reason: Reason.Hibernating, message: "The cluster is going to sleep" },
  Waking: { reason: Reason.Waking, message: "The cluster is waking up" },
  Deleting: { reason: Reason.Deleting, message: "Somebody is deleting the cluster in the cloud" },
  Unavailable: {
    reason: Reason.ClusterNotAvailable,
    message: "The cloud says that the cluster can't be used now, and that it is at nothing",
  },
  Unknown: { reason: Reason.CloudPhaseUnknown, message: "The cluster is in a phase that this version does not know" },
};

/** One whose upgrade has failed may be upgraded once more. */
function planForFailed(declared: Declared, seen: ClusterSeen): ClusterPlan {
  const { operation } = declared.status;
  if (operation?.verb === "Create") return createFailed(seen.item);
  const isUpgrade = operation?.verb === "Upgrade";
  return (isUpgrade ? upgradeFor(declared, seen) : undefined) ?? stallOnFailed(seen.item);
}

/** Available or asleep: what the spec wants of it. */
function planForIdle(declared: Declared, seen: ClusterSeen): ClusterPlan {
  const { spec } = declared;
  const { item: cluster } = seen;
  const { managementPolicy, powerState } = spec;
  const isAsleep = cluster.phase === "Hibernated";
  if (managementPolicy === "Observe") return isAsleep ? asleep(cluster) : running(spec, cluster);
  if (isAsleep && powerState === "Hibernated") return asleep(cluster);
  if (isAsleep) return changing(declared, cluster, { do: "Wake" });
  return changeFor(declared, seen) ?? running(spec, cluster);
}

/** One at a time. Of a cluster that runs. */
function changeFor(declared: Declared, seen: ClusterSeen): ClusterPlan | undefined {
  const { spec } = declared;
  const { item: cluster, isProtectable = false } = seen;
  const { description, powerState, deletionProtection: on } = spec;
  if (description !== undefined && description !== (cluster.description ?? "")) {
    return changing(declared, cluster, { do: "Describe", description });
  }
  const isToSwitch = isProtectable && protectionOf(declared, cluster).length > 0;
  if (isToSwitch) return changing(declared, cluster, { do: "Protect", on });
  if (powerState === "Hibernated") return changing(declared, cluster, { do: "Hibernate" });
  return upgradeFor(declared, seen);
}

/** One that has failed is sent again when a person has changed something, or asks for it. */
function upgradeFor(declared: Declared, { item: cluster, upgrade }: ClusterSeen): ClusterPlan | undefined {
  const isManaged = declared.spec.managementPolicy === "Manage";
  if (!isManaged || upgradeWish(declared.spec, cluster) !== "Offered") return undefined;
  const failure = upgrade && failureOf(upgrade);
  const isMended = declared.metadata.generation !== declared.status.observedGeneration || isAskedFor(declared);
  const hasFailed = cluster.phase === "Failed" || failure !== undefined;
  if (hasFailed && !isMended) return stallOnFailedUpgrade(cluster, failure);
  return changing(declared, cluster, { do: "Upgrade", version: cluster.nextVersion ?? "" });
}

const FIELDS = {
  Hibernate: "spec.powerState",
  Wake: "spec.powerState",
  Describe: "spec.description",
  Protect: "spec.deletionProtection",
  Upgrade: "spec.version",
} as const satisfies Readonly<Record<ClusterChange["do"], string>>;

const VERBS = {
  Hibernate: "Hibernate",
  Wake: "Wake",
  Describe: "Update",
  Protect: "Update",
  Upgrade: "Upgrade",
} as const satisfies Readonly<Record<ClusterChange["do"], Changes["verb"]>>;

function changing(declared: Declared, cluster: Cluster, change: ClusterChange): Changes {
  const fields = differences(declared, cluster).filter(({ field }) => field === FIELDS[change.do]);
  return { do: "Change", verb: VERBS[change.do], change, fields };
}

function running({ managementPolicy }: Declared["spec"], { id }: Cluster): ClusterPlan {
  const message = `Cluster ${id} is ${managementPolicy === "Observe" ? "observed" : "as declared"}`;
  return { do: "Keep", reason: Reason.Available, message };
}

function asleep({ id }: Cluster): ClusterPlan {
  const message = `Cluster ${id} sleeps. Its nodes, volumes and addresses stay billed`;
  return { do: "Keep", reason: Reason.Hibernated, message };
}

function createFailed({ id, cloudPhase, message }: Cluster): ClusterPlan {
  return { do: "Fail", why: `Cluster ${id} is ${cloudPhase}${message === "" ? "" : `: ${message}`}` };
}

function stallOnFailed({ id, cloudPhase, message }: Cluster): ClusterPlan {
  const why = message === "" ? "" : `: ${message}`;
  return {
    do: "Stall",
    reason: Reason.ClusterFailed,
    message: `The cloud says that cluster ${id} is ${cloudPhase}${why}. Repair it in the cloud, or delete this resource`,
  };
}

function stallOnFailedUpgrade(cluster: Cluster, failure: string | undefined): ClusterPlan {
  const { id, cloudPhase, nextVersion, message: words } = cluster;
  const why = failure ?? (words === "" ? `the cloud says ${cloudPhase}` : words);
  const message =
    `The upgrade of cluster ${id} to ${nextVersion} has failed: ${why}. It is not sent again by itself. When the cause is mended, annotate ` +
    "yunfan.dev/reconcile-at, or change spec.version";
  return { do: "Stall", reason: Reason.UpgradeFailed, message };
}

function stallOnFailedDeletion({ id, cloudPhase, message }: Cluster): ClusterPlan {
  const why = message === "" ? "" : `: ${message}`;
  return {
    do: "Stall",
    reason: Reason.DeletionFailed,
    message:
      `The cloud says that cluster ${id} is ${cloudPhase}${why}. Somebody had it deleted there. Delete this resource to have the rest ` +
      "deleted, or repair it in the cloud",
  };
}
