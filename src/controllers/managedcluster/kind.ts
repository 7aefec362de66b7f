// ManagedCluster, as the operator knows it.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { managedCluster, type ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { offered } from "../cloudaccount/offers.ts";
import { accountOf, accountParent } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent, nonceOf } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { PUBLISHING_RULES } from "../publishing/rbac.ts";
import { BY_ID } from "./clusters.ts";
import { prepareCluster } from "./create.ts";
import { handsOut, Kubeconfigs } from "./kubeconfig.ts";
import { planFor } from "./plan.ts";
import { jobProgress } from "./progress.ts";
import { ClusterRemoval } from "./removal.ts";
import type { ClusterChange, ClusterScope, ClusterSeen, ClusterShape } from "./scope.ts";
import { describe, describeLoss } from "./status.ts";

export const managedClusters = controlled<ManagedCluster>({
  kind: managedCluster,
  facet: "clusters",
  parentOf: (resource) => refTo("CloudAccount", accountOf(resource)),
  cloudName: cloudNameOf,
  indexes: { [BY_ID]: ({ status }) => (status.externalId === undefined ? [] : [status.externalId]) },
  needsParent: holdsParent,
  childrenSee: membersView,
  contentOf: undefined,
  publishes: true,
  rules: PUBLISHING_RULES,
  steps: (deps) => new ExternalReconciler(clusterKind(deps), deps),
});

function clusterKind(deps: KindDeps<ManagedCluster>): ExternalKind<ClusterShape> {
  const kubeconfigs = new Kubeconfigs(deps);
  const removal = new ClusterRemoval({
    holders: ({ metadata }) => deps.holders(refTo("ManagedCluster", `${metadata.namespace}/${metadata.name}`)),
    contentsOf: ({ visit, place }, id) => deps.contentsOf(place.session, id, visit.signal),
  });
  return {
    noun: "cluster",
    facet: "clusters",
    parent: accountParent(deps.accounts),
    nameOf: cloudNameOf,
    // Ids are unique over all of a cloud, and a console may rename what it shows.
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet) => facet,
    prepare: (scope, observer) => prepareCluster(scope, observer, deps.client),
    see,
    plan: planFor,
    change: (scope, { seen, change }, permit) => send(scope, { ...seen, change }, permit),
    describe,
    describeLoss,
    progress: jobProgress,
    attachment: {
      publish: async (scope, { item }) => {
        if (item.phase !== "Hibernated" && handsOut(scope)) await kubeconfigs.publish(scope, item);
      },
      withdraw: (visit) => kubeconfigs.withdrawAll(visit),
    },
    staysInCloud: removal.staysInCloud,
    beforeRemoval: removal.beforeRemoval,
  };
}

async function see({ facet, visit, place }: ClusterScope, item: Cluster): Promise<ClusterSeen> {
  if (!facet.overview) return { item };
  const { cluster, ...overview } = await facet.overview(item, visit.signal);
  return { item: cluster, overview: { ...overview, provider: place.account.spec.provider } };
}

type Permit = Parameters<ExternalKind<ClusterShape>["change"]>[2];

async function send(
  { visit, facet, place }: ClusterScope,
  { item, change }: ClusterSeen & { readonly change: ClusterChange },
  permit: Permit,
): Promise<Changed<ClusterSeen>> {
  const { id } = item;
  if (change.do === "Describe") {
    const setDescription = offered(place, facet.setDescription, "spec.description");
    // A colleague may have overwritten our mark, by which a create is found again: it comes back with the text.
    const mark = item.mark ?? nonceOf(visit.object);
    await setDescription(id, { description: change.description, mark }, permit);
    return { now: "Wait", reason: Reason.Updating, message: "The description was changed; looking whether it shows" };
  }
  if (change.do === "Hibernate") {
    await offered(place, facet.power, "spec.powerState").hibernate(id, permit);
    return { now: "Wait", reason: Reason.Hibernating, message: "The cluster is going to sleep" };
  }
  await offered(place, facet.power, "spec.powerState").wake(id, permit);
  return { now: "Wait", reason: Reason.Waking, message: "The cluster is waking up" };
}

/** What members see of it: which it is, whether it can be worked with, and whether it is on its way out. */
function membersView(cluster: ManagedCluster): string {
  const { conditions, externalId } = cluster.status;
  const available = findCondition(conditions, ManagedClusterCondition.ClusterAvailable);
  return JSON.stringify([externalId, available?.status, available?.reason, isDeleting(cluster)]);
}
