// What to do about a cluster that is there: a pure decision from the resource and what the cloud shows.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";

export type Plan =
  /** As declared; `hibernated`: it sleeps, and so does everything that hangs on it. */
  | { do: "Keep"; hibernated: boolean }
  | { do: "Hibernate" }
  | { do: "Wake" }
  | { do: "Describe"; description: string }
  /** The cloud is at it, or somebody else is. */
  | { do: "Await"; reason: string; message: string }
  /** The create has failed; which step, only its job can tell. */
  | { do: "Fail" }
  | { do: "Stall"; reason: string; message: string };

type Declared = Pick<ManagedCluster, "spec" | "status">;

export function planFor(resource: Declared, cluster: Cluster): Plan {
  return planByPhase(resource, cluster) ?? planForIdle(resource, cluster);
}

/** Whether it differs from the spec in what may be changed. */
export function differences({ spec }: Pick<ManagedCluster, "spec">, cluster: Cluster): readonly string[] {
  const isHibernated = cluster.phase === "Hibernated";
  return [
    ...(isHibernated === (spec.powerState === "Hibernated") ? [] : ["spec.powerState"]),
    ...(spec.description === undefined || spec.description === cluster.description ? [] : ["spec.description"]),
  ];
}

/** Undefined where the cloud is at rest. */
function planByPhase({ status }: Declared, cluster: Cluster): Plan | undefined {
  const { phase, cloudPhase } = cluster;
  if (phase === "Available" || phase === "Hibernated") return undefined;
  if (phase === "Failed") return status.operation?.verb === "Create" ? { do: "Fail" } : stallOnFailed(cluster);
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
  Unknown: { reason: Reason.CloudPhaseUnknown, message: "The cluster is in a phase that this version does not know" },
};

/** Available or asleep: what the spec wants of it. */
function planForIdle({ spec }: Declared, cluster: Cluster): Plan {
  const hibernated = cluster.phase === "Hibernated";
  if (spec.managementPolicy === "Observe") return { do: "Keep", hibernated };
  if (spec.powerState === "Running" && hibernated) return { do: "Wake" };
  if (!hibernated && spec.description !== undefined && spec.description !== cluster.description) {
    return { do: "Describe", description: spec.description };
  }
  if (spec.powerState === "Hibernated" && !hibernated) return { do: "Hibernate" };
  return { do: "Keep", hibernated };
}

function stallOnFailed({ id, cloudPhase, message }: Cluster): Plan {
  const why = message === "" ? "" : `: ${message}`;
  return {
    do: "Stall",
    reason: Reason.ClusterFailed,
    message: `The cloud says that cluster ${id} is ${cloudPhase}${why}. Repair it in the cloud, or delete this resource`,
  };
}
