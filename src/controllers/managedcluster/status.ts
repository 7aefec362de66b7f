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
import { upgradeWish } from "./upgrade.ts";

/** UpToDate is judged when the cloud is done; until then it stays as it was. */
export function describe(
  visit: Visit<ManagedCluster>,
  { item: cluster, overview }: ClusterSeen,
  plan: Plan<unknown> | undefined,
): void {
  const { status, object } = visit;
  status.cloudName = cluster.name;
  status.cloudPhase = cluster.cloudPhase;
  describeTold(visit, cluster);
  if (overview) describeOverview(visit, overview);
  // Somebody else has switched off what we switched on, and nobody wants it.
  if (cluster.deletionProtection === false && !object.spec.deletionProtection) delete status.protectedByUs;
  visit.state(availability(cluster));
  if (plan?.do === "Keep") visit.state(upToDate(visit, cluster) ?? markOf(visit, cluster));
}

/** What an answer does not tell stays as another one has told it. */
function describeTold({ status }: Visit<ManagedCluster>, cluster: Cluster): void {
  const { type, version, nextVersion, endpoints, network } = cluster;
  status.clusterType = type ?? status.clusterType;
  status.version = version || status.version;
  if (nextVersion !== undefined) status.nextVersion = nextVersion || undefined;
  if (endpoints) status.endpoint = endpoints.internal ?? endpoints.external;
  status.podCidr = network.podCidr ?? status.podCidr;
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
function markOf({ object, status }: Visit<ManagedCluster>, cluster: Cluster): Statement {
  const type = "UpToDate";
  const { mark, hidesMark = false, description, version } = cluster;
  if (mark !== undefined || nonceOf({ metadata: object.metadata, status }) === undefined) {
    const isBehind = upgradeWish(object.spec, cluster) === "Behind";
    const message = isBehind ? `As declared; the cloud has a newer version, ${version}, which stays` : "As declared";
    return { type, status: "True", reason: Reason.InSync, message };
  }
  if (hidesMark) return { type, status: "True", reason: Reason.MarkHidden, message: hidden(cluster) };
  const wayBack =
    description === undefined
      ? "to have it back, put it there again"
      : "it comes back with the next change of spec.description";
  const message = `As declared, but somebody has taken away the mark by which Yunfan knows what it made; ${wayBack}`;
  return { type, status: "False", reason: Reason.MarkMissing, message };
}

/** Nobody need have done anything, and nothing differs: no reason to call it out of date. */
function hidden({ id }: Cluster): string {
  return (
    "As declared. The cloud shows no tags of this cluster, and so not the mark by which Yunfan knows what it made: its API shows none to " +
    `this account, or somebody took all of them away. It is known by its id, ${id}: keep this status in backups. A cluster whose create is ` +
    "not answered is named then and waits for spec.externalId; none is made twice. If the account may be allowed to see tags, allow it"
  );
}

const ASLEEP: ReadonlySet<Cluster["phase"]> = new Set(["Hibernating", "Hibernated", "Waking"]);

/** In what the cloud differs from what is declared, and why it stays so; undefined where it does not. */
function upToDate({ object, status }: Visit<ManagedCluster>, cluster: Cluster): Statement | undefined {
  const type = "UpToDate";
  const { spec } = object;
  const { podCidr } = spec.network ?? {};
  if (podCidr !== undefined && cluster.network.podCidr !== undefined && podCidr !== cluster.network.podCidr) {
    const message =
      `spec.network.podCidr is ${podCidr}, but the cloud chose ${cluster.network.podCidr} when it made the cluster, ` +
      "as it does where ranges collide. It can't be changed: plan routes by status.podCidr, or create another cluster";
    return { type, status: "False", reason: Reason.PodCidrReselected, message };
  }
  if (upgradeWish(spec, cluster) === "NotOffered") return notOffered(spec, cluster);
  const fields = differences({ spec, status }, cluster);
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

function notOffered({ version }: ManagedCluster["spec"], { version: present, nextVersion = "" }: Cluster): Statement {
  const offer = nextVersion === "" ? "none" : nextVersion;
  const message =
    `spec.version is ${version}, the cluster has ${present}, and the cloud offers ${offer} as its next one. Set spec.version to one that ` +
    "is on offer";
  return { type: "UpToDate", status: "False", reason: Reason.UpgradeNotOffered, message };
}
