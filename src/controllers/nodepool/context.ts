// What the steps of a NodePool share: its caches, the lists of its cluster, and who may claim what.
import type { NodePool as Pool, NodePoolsFacet, PoolNode } from "../../cloud/facets/nodepools.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Store } from "../../runtime/cache/store.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import { Catalogs, type Catalog } from "../external/list-cache.ts";
import { Claims, claimsOf } from "../external/precedence.ts";
import { cloudNameOf } from "../external/resource.ts";
import type { ExternalWork } from "../external/work.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { clusterOf, type ClusterAccess, type ClusterDirectory } from "../managedcluster/directory.ts";
import { listNodes, poolsOf } from "./pools.ts";

/** Indexes of the cache of NodePools. */
export const INDEXES = {
  /** By "namespace/name" of the cluster. */
  cluster: (resource: NodePool): readonly string[] => [clusterOf(resource)],
  claim: (resource: NodePool): readonly string[] => claimsOf(resource, cloudNameOf(resource)),
};

export interface NodePoolDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly directory: ClusterDirectory;
  readonly pools: Pick<Store<NodePool>, "byIndex">;
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly signal: AbortSignal;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

/** A visit that may use its cluster and the pools in it. */
export interface Work extends ExternalWork<Pool> {
  readonly visit: Visit<NodePool>;
  readonly cluster: ClusterAccess;
  /** The cloud's id of the cluster. */
  readonly clusterId: string;
  readonly pools: NodePoolsFacet;
  /** All nodes of the cluster. */
  readonly nodes: Catalog<PoolNode>;
}

export class Clusters {
  readonly #deps: NodePoolDeps;
  readonly #pools = new Catalogs<Pool>();
  readonly #nodes = new Catalogs<PoolNode>();
  readonly #claims: Claims<NodePool>;

  constructor(deps: NodePoolDeps) {
    this.#deps = deps;
    this.#claims = new Claims({
      claimants: (claim) => deps.pools.byIndex("claim", claim),
      competes: (other, place) => deps.directory.placeOf(other) === place,
      noun: "node pool",
    });
  }

  /** Throws what ClusterDirectory.enter throws, and TerminalError NotSupportedByCloud. */
  enter(visit: Visit<NodePool>): Work {
    const cluster = this.#deps.directory.enter(visit.object);
    const { access, id: clusterId, place } = cluster;
    const pools = facetOf(access, "nodePools");
    const work: Work = {
      visit,
      cluster,
      clusterId,
      pools,
      things: poolsOf(pools, clusterId),
      catalog: this.#poolsIn(cluster, pools, clusterOf(visit.object)),
      nodes: this.#nodesIn(cluster, pools),
      name: cloudNameOf(visit.object),
      place,
      driftGroup: clusterOf(visit.object),
      noun: "node pool",
      // Ids are unique over all of a cloud, and a console may rename what it shows.
      namesAreFixed: false,
      namesake: "Refuse",
      reserveWrite: (signal) => access.session.reserveWrite(signal),
      assertMayCreate: () => {
        this.assertClaim(work);
        access.assertStays();
        cluster.assertStays();
      },
    };
    return work;
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. */
  assertClaim({ visit, name, place }: Work): void {
    this.#claims.assert(visit.object, { name, place });
  }

  /** Whether another resource with a claim to this id goes first: the pool is its to delete. */
  isAnothers({ visit, place }: Work, id: string): boolean {
    return this.#claims.isAnothers(visit.object, id, place);
  }

  #poolsIn({ access, id }: ClusterAccess, pools: NodePoolsFacet, cluster: string): Catalog<Pool> {
    const { clock, signal } = this.#deps;
    return this.#pools.of(access.session, id, () => ({
      list: (until) => poolsOf(pools, id).list(until),
      knownIds: () => this.#knownIds(cluster),
      clock,
      signal,
    }));
  }

  /** Nothing is concluded from a node that is missing, so none is known. */
  #nodesIn({ access, id }: ClusterAccess, pools: NodePoolsFacet): Catalog<PoolNode> {
    const { clock, signal } = this.#deps;
    const knownIds = (): ReadonlySet<string> => new Set();
    const list = (until: AbortSignal) => listNodes(pools, id, until);
    return this.#nodes.of(access.session, id, () => ({ list, knownIds, clock, signal }));
  }

  #knownIds(cluster: string): ReadonlySet<string> {
    const members = this.#deps.pools.byIndex("cluster", cluster).filter((member) => !isDeleting(member));
    return new Set(members.flatMap(({ status }) => status.externalId ?? []));
  }
}

/** The nodes of one pool, from the list that all pools of the cluster share; it was started at `since` (monotonic) or later. */
export async function nodesOf({ nodes, visit }: Work, id: string, since: number): Promise<readonly PoolNode[]> {
  const { byId } = await nodes.observe(since, visit.signal);
  return [...byId.values()].filter(({ poolId }) => poolId === id);
}
