// NodePool, as the operator knows it.
import type { CloudPools, NodePool as Pool, NodePoolsFacet } from "../../cloud/facets/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { nodePool, type NodePool } from "../../crds/nodepool/schema.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import { offered } from "../cloudaccount/offers.ts";
import { controlled, type Content, type KindDeps } from "../controlled.ts";
import type { ExternalKind, Progress } from "../external/kind.ts";
import { ListCaches, type ListCache } from "../external/list-cache.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { clusterOf, type ClusterPlace } from "../managedcluster/clusters.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { preparePool } from "./create.ts";
import { planFor, progressOf } from "./plan.ts";
import type { Seen } from "./replicas.ts";
import type { PoolScope, PoolShape } from "./scope.ts";
import { describe } from "./status.ts";

export const nodePools = controlled<NodePool>({
  kind: nodePool,
  facet: "nodePools",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: cloudNameOf,
  needsParent: holdsParent,
  contentOf: poolsIn,
  publishes: false,
  // The password of a pool's nodes, read when the pool is created.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  steps: (deps) => new ExternalReconciler(poolKind(deps), deps),
});

function poolKind(deps: KindDeps<NodePool>): ExternalKind<PoolShape> {
  const nodes = new ClusterNodes(deps);
  return {
    noun: "node pool",
    facet: "nodePools",
    parent: clusterParent(deps),
    nameOf: cloudNameOf,
    // Ids are unique over all of a cloud, and a console may rename what it shows.
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet, { clusterId }) => poolsOf(facet).in(clusterId),
    prepare: (scope) => preparePool(scope, poolsOf(scope.facet), deps.client),
    see: async (scope, item, since) => ({
      item: scope.visit.status.operation ? item : supposingRest(item),
      nodes: await nodes.of(scope, item.id, since),
    }),
    plan: planFor,
    change: async ({ visit, facet, place }, { seen, change }, permit) => {
      const { id } = seen.item;
      const update = offered(place, poolsOf(facet).update, "a change of spec");
      const { jobId } = await update(place.clusterId, id, change.request, permit);
      // In the draft: a crash before it is stored has the same change sent once more, which is harmless.
      const { status, object } = visit;
      if (object.spec.taints !== undefined) status.appliedTaints = [...change.request.taints];
      if (change.sent.length > 0) {
        status.sentChange = { generation: object.metadata.generation, fields: [...change.sent] };
      }
      const message = "The node pool was changed; looking whether it shows";
      return { now: "Look", reason: Reason.Updating, message, jobId };
    },
    describe,
    progress,
  };
}

function poolsOf(facet: NodePoolsFacet): CloudPools {
  if (facet.membership === "Cloud") return facet;
  throw new Error("A cloud without pools");
}

/** All nodes of a cluster: one list that all its pools share. */
class ClusterNodes {
  readonly #caches = new ListCaches<ClusterNode>();
  readonly #deps: Pick<KindDeps<NodePool>, "clock" | "stop">;

  constructor(deps: Pick<KindDeps<NodePool>, "clock" | "stop">) {
    this.#deps = deps;
  }

  /** The nodes of one pool; the list was started at `since` (monotonic) or later. */
  async of({ place, visit }: PoolScope, id: string, since: number): Promise<readonly ClusterNode[]> {
    const { byId } = await this.#in(place).observe(since, visit.signal);
    return [...byId.values()].filter(({ poolId }) => poolId === id);
  }

  /** Nothing is concluded from a node that is missing, so none is known. */
  #in(place: ClusterPlace): ListCache<ClusterNode> {
    const { clock, stop } = this.#deps;
    const { session, key, clusterId } = place;
    const nodes = facetOf(place, "nodes", "nodes");
    return this.#caches.of(session, key, () => ({
      list: (until) => nodes.list(clusterId, until),
      knownIds: () => new Set(),
      clock,
      signal: stop,
    }));
  }
}

/** A list that does not tell the phase: where nothing was asked of the pool, its nodes tell whether a closer look is worth it. */
function supposingRest(listed: Pool): Pool {
  const isTold = listed.phase !== "Unknown" || listed.cloudPhase !== "";
  return isTold ? listed : { ...listed, phase: "Normal" };
}

/** The plan's own words tell it, but for a pool that is being deleted. */
function progress({ visit }: PoolScope, seen: Seen): Progress {
  if (isDeleting(visit.object)) return { progress: `${seen.nodes.length} nodes are left`, told: true };
  return { progress: progressOf(visit.object, seen) };
}

/** With the nodes that are in no pool. */
async function poolsIn(
  { nodePools: facet, nodes: nodesFacet }: CloudSession,
  clusterId: string,
  signal: AbortSignal,
): Promise<readonly Content[]> {
  if (!facet || !nodesFacet) return [];
  const listPools = facet.membership === "Cloud" ? facet.in(clusterId).list(signal) : { items: [] };
  const [pools, nodes] = await Promise.all([listPools, nodesFacet.list(clusterId, signal)]);
  const isStaying = ({ phase }: { readonly phase: string }): boolean => phase !== "Deleting";
  const loose = nodes.items.filter(({ poolId }) => poolId === undefined);
  return [
    { kind: nodePool.type.kind, nouns: "node pools", names: pools.items.filter(isStaying).map(({ name }) => name) },
    { kind: undefined, nouns: "nodes outside of all pools", names: loose.filter(isStaying).map(({ name }) => name) },
  ];
}
