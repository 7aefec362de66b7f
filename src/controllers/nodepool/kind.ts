// NodePool, as the operator knows it.
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { nodePool } from "../../crds/nodepool/kind.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { controlled, type Content, type KindDeps, type Undeclared } from "../controlled.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import { listedTwice } from "../external/two-lists.ts";
import { clusterOf } from "../managedcluster/clusters.ts";
import { BY_SERVER, serversOf } from "./claims.ts";
import { cloudPoolKind } from "./cloud-pools.ts";
import { isListedId } from "./listed-pools.ts";
import { serverListKind } from "./server-lists.ts";

export const nodePools = controlled<NodePool>({
  kind: nodePool,
  facet: "nodePools",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: cloudNameOf,
  indexes: { [BY_SERVER]: serversOf },
  needsParent: holdsParent,
  contentOf: poolsIn,
  publishes: false,
  // The password of a pool's nodes, read when the pool is created.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  steps: (deps) => poolSteps(deps),
});

/** By whether the cloud knows which servers are a pool's. */
function poolSteps(deps: KindDeps<NodePool>): Steps<NodePool> {
  const inCloud = new ExternalReconciler(cloudPoolKind(deps), deps);
  const inStatus = new ExternalReconciler(serverListKind(deps), deps);
  const stepsFor = ({ object }: Visit<NodePool>): Steps<NodePool> => (isList(object, deps) ? inStatus : inCloud);
  return { apply: (visit) => stepsFor(visit).apply(visit), finalize: (visit) => stepsFor(visit).finalize(visit) };
}

/** What it is stays so, whatever its account says now; in doubt it is a pool of the cloud, which says itself what is missing. */
function isList(resource: NodePool, { clusters }: Pick<KindDeps<NodePool>, "clusters">): boolean {
  const { externalId } = resource.status;
  return externalId === undefined
    ? clusters.facetFor(resource, "nodePools")?.membership === "Status"
    : isListedId(externalId);
}

/** With the nodes that are in no pool. Two lists decide: with what both hide, nodes would be destroyed. */
async function poolsIn(
  { session: { nodePools: poolsFacet }, clusterId, nodes: listNodes }: Undeclared,
  signal: AbortSignal,
): Promise<readonly Content[]> {
  const hasPools = poolsFacet?.membership === "Cloud";
  const [pools, nodes] = await Promise.all([
    hasPools ? listedTwice(poolsFacet.in(clusterId).list, signal) : [],
    listNodes?.(),
  ]);
  const isStaying = ({ phase }: { readonly phase: string }): boolean => phase !== "Deleting";
  // Masters go with the cluster, and machines that joined by a script are nobody's to delete.
  const workers = (nodes ?? []).filter(({ role, origin }) => role !== "Master" && origin !== "Joined");
  const loose = workers.filter(({ poolId }) => poolId === undefined);
  // Without a list of nodes only the pool itself can tell; one that does not is no empty one.
  const isEmpty = ({ id, current }: Pool): boolean =>
    nodes ? !workers.some(({ poolId }) => poolId === id) : current === 0;
  const held = pools.filter((pool) => isStaying(pool) && !(pool.isDefault && isEmpty(pool)));
  const known = new Set(pools.map(({ id }) => id));
  // Where pools are listed, a node of none of them shows that the lists lack its pool.
  const pooled = hasPools ? workers.filter(isStaying).flatMap(({ poolId }) => poolId ?? []) : [];
  const hidden = [...new Set(pooled)].filter((id) => !known.has(id));
  return [
    { kind: nodePool.type.kind, nouns: "node pools", names: [...held.map(({ name }) => name), ...hidden] },
    { kind: undefined, nouns: "nodes outside of all pools", names: loose.filter(isStaying).map(({ name }) => name) },
  ];
}
