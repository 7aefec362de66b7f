// ManagedCluster, as the operator knows it.
import { managedCluster } from "../../crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
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
import { BY_ID, hasMoved, keyIn } from "./clusters.ts";
import { prepareCluster } from "./create.ts";
import { clusterAttachment } from "./attachment.ts";
import { planFor } from "./plan.ts";
import { jobProgress } from "./progress.ts";
import { ClusterRemoval } from "./removal.ts";
import { seeCluster } from "./see.ts";
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
  const removal = new ClusterRemoval({
    holders: ({ metadata }) => deps.holders(refTo("ManagedCluster", `${metadata.namespace}/${metadata.name}`)),
    contentsOf: (scope, id) => undeclaredIn(deps, scope, id),
    events: deps.events,
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
    see: (scope, item) => seeCluster(scope, item),
    plan: planFor,
    change: (scope, { seen, change }, permit) => send(scope, { ...seen, change }, permit),
    describe,
    describeLoss,
    progress: jobProgress,
    journal: ({ visit }, { change }) => {
      if (change.do !== "Protect") return undefined;
      // Before it is on: what we have switched on, we have to know of, or nobody switches it off.
      visit.status.protectedByUs = true;
      return { reason: Reason.Updating, message: "Switching the cloud's own protection from deletion" };
    },
    attachment: clusterAttachment(deps),
    removalFailed: ({ phase, message }) => (phase === "DeleteFailed" ? message : undefined),
    staysInCloud: removal.staysInCloud,
    beforeRemoval: removal.beforeRemoval,
  };
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
  if (change.do === "Protect") {
    await offered(place, facet.setDeletionProtection, "spec.deletionProtection")(id, change.on, permit);
    if (!change.on) delete visit.status.protectedByUs;
    return { now: "Look", reason: Reason.Updating, message: "The protection was switched; looking whether it shows" };
  }
  if (change.do === "Upgrade") {
    const { jobId } = await offered(place, facet.upgrade, "spec.version")(id, change.version, permit);
    const message = `The cloud is upgrading the control plane to ${change.version}`;
    return { now: "Wait", reason: Reason.Upgrading, message, jobId };
  }
  if (change.do === "Hibernate") {
    await offered(place, facet.power, "spec.powerState").hibernate(id, permit);
    return { now: "Wait", reason: Reason.Hibernating, message: "The cluster is going to sleep" };
  }
  await offered(place, facet.power, "spec.powerState").wake(id, permit);
  return { now: "Wait", reason: Reason.Waking, message: "The cluster is waking up" };
}

function undeclaredIn(deps: KindDeps<ManagedCluster>, { visit, place }: ClusterScope, clusterId: string) {
  const { signal } = visit;
  const { session } = place;
  const inside = { session, clusterId, key: keyIn(place.key, clusterId) };
  const facet = session.nodes;
  const nodes = facet && (() => deps.nodeLists.all(inside, facet, signal));
  return deps.contentsOf({ session, clusterId, nodes }, signal);
}

/**
 * What members see of it: which it is, where, whether its account reaches it there, whether it can be worked with, how many nodes may be out of
 * service, whether it is on its way out.
 */
function membersView(cluster: ManagedCluster): string {
  const { conditions, externalId, location } = cluster.status;
  const available = findCondition(conditions, ManagedClusterCondition.ClusterAvailable);
  const { maxNodeDisruptions } = cluster.spec;
  const identity = [externalId, location, hasMoved(cluster)];
  return JSON.stringify([...identity, available?.status, available?.reason, maxNodeDisruptions, isDeleting(cluster)]);
}
