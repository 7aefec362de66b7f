// What a cluster shows, for the status of its resource.
import { tellStatus } from "../../cloud/blocks.ts";
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { listed } from "../../lib/text.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Plan } from "../external/kind.ts";
import { nonceOf } from "../external/resource.ts";
import { differences } from "./plan.ts";
import type { ClusterSeen } from "./scope.ts";

/** UpToDate is judged when the cloud is done; until then it stays as it was. */
export function describe(
  visit: Visit<ManagedCluster>,
  { item: cluster, overview }: ClusterSeen,
  plan: Plan<unknown> | undefined,
): void {
  const { status } = visit;
  const { name, version, cloudPhase, endpoints, network } = cluster;
  status.cloudName = name;
  status.cloudPhase = cloudPhase;
  if (cluster.type !== undefined) status.clusterType = cluster.type;
  // What an answer does not tell stays as another has told it.
  if (version !== "") status.version = version;
  if (endpoints) status.endpoint = endpoints.internal ?? endpoints.external;
  if (network.podCidr !== undefined) status.podCidr = network.podCidr;
  if (overview) describeOverview(visit, overview);
  visit.state(availability(cluster));
  if (plan?.do === "Keep") visit.state(upToDate(visit.object, cluster) ?? markOf(visit, cluster));
}

function describeOverview(visit: Visit<ManagedCluster>, overview: NonNullable<ClusterSeen["overview"]>): void {
  tellStatus(overview.provider, visit.status, overview.told);
  if (overview.failing) visit.state(health(overview.failing));
}

/** Names alone, and few: a message that changes with every pod would be written again and again. */
function health(failing: readonly string[]): Statement {
  const type = ManagedClusterCondition.WorkloadsHealthy;
  if (failing.length === 0) {
    return { type, status: "True", reason: Reason.Healthy, message: "Nodes, pods, servers and load balancers work" };
  }
  return { type, status: "False", reason: Reason.Failing, message: `Not at work: ${listed(failing)}` };
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

/** As declared; whether our mark is there too, by which a create is found again. */
function markOf({ object, status }: Visit<ManagedCluster>, { mark }: Cluster): Statement {
  const type = "UpToDate";
  if (mark !== undefined || nonceOf({ metadata: object.metadata, status }) === undefined) {
    return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  }
  const message =
    "As declared, but somebody has overwritten the mark in its description by which Yunfan knows what it made; it comes back with the " +
    "next change of spec.description";
  return { type, status: "False", reason: Reason.MarkMissing, message };
}

const ASLEEP: ReadonlySet<Cluster["phase"]> = new Set(["Hibernating", "Hibernated", "Waking"]);

/** In what the cloud differs from what is declared, and why it stays so; undefined where it does not. */
function upToDate({ spec }: Pick<ManagedCluster, "spec">, cluster: Cluster): Statement | undefined {
  const type = "UpToDate";
  const { podCidr } = spec.network ?? {};
  if (podCidr !== undefined && cluster.network.podCidr !== undefined && podCidr !== cluster.network.podCidr) {
    const message =
      `spec.network.podCidr is ${podCidr}, but the cloud chose ${cluster.network.podCidr} when it made the cluster, ` +
      "as it does where ranges collide. It can't be changed: plan routes by status.podCidr, or create another cluster";
    return { type, status: "False", reason: Reason.PodCidrReselected, message };
  }
  const fields = differences({ spec }, cluster);
  if (fields.length === 0) return undefined;
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
