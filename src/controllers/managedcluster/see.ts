// What the plan of a cluster needs beside what a list shows: what only a read by id tells, and how an upgrade has ended.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterScope, ClusterSeen } from "./scope.ts";

export async function seeCluster(scope: ClusterScope, listed: Cluster): Promise<ClusterSeen> {
  const { facet } = scope;
  const { item, ...overview } = await overviewOf(scope, upgradable(scope, await wholeOf(scope, listed)));
  return {
    ...overview,
    item,
    isProtectable: facet.setDeletionProtection !== undefined,
    upgrade: await endedUpgrade(scope, item),
  };
}

/** How what is in it does, of clouds that tell that. */
async function overviewOf(
  { facet, visit, place }: ClusterScope,
  item: Cluster,
): Promise<Pick<ClusterSeen, "item" | "overview">> {
  if (!facet.overview) return { item };
  const { cluster, ...overview } = await facet.overview(item, visit.signal);
  return { item: cluster, overview: { ...overview, provider: place.account.spec.provider } };
}

/** Where the list tells too little, or lacks the addresses that nobody has told yet. */
async function wholeOf({ visit, facet }: ClusterScope, listed: Cluster): Promise<Cluster> {
  const lacksAddress = listed.endpoints === undefined && visit.status.endpoint === undefined;
  if (!listed.isBrief && !(lacksAddress && listed.phase === "Available")) return listed;
  const item = await facet.get(listed.id, visit.signal);
  return item === "Absent" ? listed : item;
}

/** Of a cloud that upgrades clusters, an answer without a next version says that there is none. */
function upgradable({ facet }: ClusterScope, item: Cluster): Cluster {
  if (!facet.upgrade) return item;
  return item.isBrief ? item : { ...item, nextVersion: item.nextVersion ?? "" };
}

async function endedUpgrade({ visit, place }: ClusterScope, { phase }: Cluster): Promise<Job | undefined> {
  const { operation } = visit.status;
  if (operation?.verb !== "Upgrade" || operation.id === undefined || phase === "Changing") return undefined;
  const job = await place.session.jobs?.get(operation.id, visit.signal);
  return job === "Absent" ? undefined : job;
}
