// What a cluster shows, for the status of its resource.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Plan } from "../external/kind.ts";
import { differences } from "./plan.ts";

/** UpToDate is judged when the cloud is done; until then it stays as it was. */
export function describe(
  visit: Visit<ManagedCluster>,
  { item: cluster }: { readonly item: Cluster },
  plan: Plan<unknown> | undefined,
): void {
  const { status } = visit;
  const { name, version, cloudPhase, endpoints, network } = cluster;
  status.cloudName = name;
  status.cloudPhase = cloudPhase;
  status.version = version === "" ? undefined : version;
  status.endpoint = endpoints.internal ?? endpoints.external;
  status.podCidr = network.podCidr;
  visit.state(availability(cluster));
  if (plan?.do === "Keep") visit.state(upToDate(visit.object, cluster));
}

/** What pools and add-ons wait for. */
function availability({ phase, cloudPhase }: Cluster): Statement {
  const isAvailable = phase === "Available";
  const idle = ASLEEP.has(phase) ? Reason.Hibernated : Reason.ClusterNotAvailable;
  return {
    type: ManagedClusterCondition.ClusterAvailable,
    status: isAvailable ? "True" : "False",
    reason: isAvailable ? Reason.Available : idle,
    message: `The cloud says ${cloudPhase || "nothing of its phase"}`,
  };
}

/** There is no such cluster any more: what was in it is gone too, and nothing can be made in it. */
export function describeLoss(visit: Visit<ManagedCluster>): void {
  visit.state({
    type: ManagedClusterCondition.ClusterAvailable,
    status: "False",
    reason: Reason.ExternalResourceMissing,
    message: "The cloud has no such cluster",
  });
}

const ASLEEP: ReadonlySet<Cluster["phase"]> = new Set(["Hibernating", "Hibernated", "Waking"]);

/** Whether the cloud has what is declared; where it can't be changed, why. */
function upToDate({ spec }: Pick<ManagedCluster, "spec">, cluster: Cluster): Statement {
  const type = "UpToDate";
  const { podCidr } = spec.network;
  if (podCidr !== undefined && cluster.network.podCidr !== undefined && podCidr !== cluster.network.podCidr) {
    const message =
      `spec.network.podCidr is ${podCidr}, but the cloud chose ${cluster.network.podCidr} when it made the cluster, ` +
      "as it does where ranges collide. It can't be changed: plan routes by status.podCidr, or create another cluster";
    return { type, status: "False", reason: Reason.PodCidrReselected, message };
  }
  const fields = differences({ spec }, cluster);
  if (fields.length === 0) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const why =
    spec.managementPolicy === "Observe"
      ? "spec.managementPolicy is Observe"
      : "it is changed when the cluster is awake";
  return {
    type,
    status: "False",
    reason: Reason.Differs,
    message: `The cloud differs in ${fields.map(({ field }) => field).join(" and ")}: ${why}`,
  };
}
