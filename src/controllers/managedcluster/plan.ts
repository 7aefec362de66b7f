// What to do about a cluster that is there: a pure decision from the resource and what the cloud shows.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import type { ClusterChange } from "./scope.ts";

type ClusterPlan = Plan<ClusterChange>;
type Declared = Pick<ManagedCluster, "spec" | "status">;

export function planFor(resource: Declared, { item: cluster }: { readonly item: Cluster }): ClusterPlan {
  return planByPhase(resource, cluster) ?? planForIdle(resource, cluster);
}

/** In what it differs from the spec of what may be changed. */
export function differences({ spec }: Pick<ManagedCluster, "spec">, cluster: Cluster): readonly Difference[] {
  const isHibernated = cluster.phase === "Hibernated";
  const { powerState, description } = spec;
  return [
    ...(isHibernated === (powerState === "Hibernated") ? [] : [powerOf(powerState)]),
    ...(description === undefined || description === cluster.description
      ? []
      : [{ field: "spec.description", before: cluster.description, after: description }]),
  ];
}

function powerOf(after: "Running" | "Hibernated"): Difference {
  return { field: "spec.powerState", before: after === "Running" ? "Hibernated" : "Running", after };
}

/** Undefined where the cloud is at rest. */
function planByPhase({ status }: Declared, cluster: Cluster): ClusterPlan | undefined {
  const { phase, cloudPhase } = cluster;
  if (phase === "Available" || phase === "Hibernated") return undefined;
  if (phase === "Failed") return status.operation?.verb === "Create" ? createFailed(cluster) : stallOnFailed(cluster);
  const { reason, message } = UNDER_WAY[phase];
  return { do: "Await", reason, message: `${message} (${cloudPhase || "in no phase"})` };
}

type UnderWay = Exclude<Cluster["phase"], "Available" | "Hibernated" | "Failed">;

const UNDER_WAY: Readonly<Record<UnderWay, { reason: string; message: string }>> = {
  Creating: { reason: Reason.Creating, message: "The cloud is creating the cluster" },
  Changing: { reason: Reason.Updating, message: "The cloud is changing the cluster" },
  Hibernating: { reason: Reason.Hibernating, message: "The cluster is going to sleep" },
  Waking: { reason: Reason.Waking, message: "The cluster is waking up" },
  Deleting: { reason: Reason.Deleting, message: "Somebody is deleting the cluster in the cloud" },
  DeleteFailed: { reason: Reason.DeletionFailed, message: "The deletion of the cluster in the cloud has failed" },
  Unavailable: { reason: Reason.ClusterNotAvailable, message: "The cluster is not usable now" },
  Unknown: { reason: Reason.CloudPhaseUnknown, message: "The cluster is in a phase that this version does not know" },
};

/** Available or asleep: what the spec wants of it. */
function planForIdle({ spec }: Declared, cluster: Cluster): ClusterPlan {
  const { managementPolicy, powerState, description } = spec;
  const isAsleep = cluster.phase === "Hibernated";
  if (managementPolicy === "Observe") return isAsleep ? asleep(cluster) : running(spec, cluster);
  if (isAsleep && powerState === "Hibernated") return asleep(cluster);
  if (isAsleep) return { do: "Change", verb: "Wake", change: { do: "Wake" }, fields: [powerOf("Running")] };
  if (description !== undefined && description !== cluster.description) {
    const fields = differences({ spec }, cluster).filter(({ field }) => field === "spec.description");
    return { do: "Change", verb: "Update", change: { do: "Describe", description }, fields };
  }
  if (powerState === "Running") return running(spec, cluster);
  return { do: "Change", verb: "Hibernate", change: { do: "Hibernate" }, fields: [powerOf("Hibernated")] };
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
