// All nodes of a cluster: one list that all its pools share.
import type { ClusterNode, NodesFacet } from "../../cloud/facets/nodes.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import type { KindDeps } from "../controlled.ts";
import { ListCaches, type ListCache, type Listing } from "../external/list-cache.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import type { PoolScope } from "./scope.ts";

export class ClusterNodes {
  readonly #caches = new ListCaches<ClusterNode>();
  readonly #deps: Pick<KindDeps<never>, "clock" | "stop">;

  constructor(deps: Pick<KindDeps<never>, "clock" | "stop">) {
    this.#deps = deps;
  }

  /** Of the whole cluster; the list was started at `since` (monotonic) or later. */
  list({ place, visit }: PoolScope, since: number): Promise<Listing<ClusterNode>> {
    return this.#in(place).observe(since, visit.signal);
  }

  /** Two different lists, both from `since` or later. */
  listTwice(
    { place, visit }: PoolScope,
    since: number,
  ): Promise<readonly [Listing<ClusterNode>, Listing<ClusterNode>]> {
    return this.#in(place).observeTwice(since, visit.signal);
  }

  /** Nothing is concluded from a node that is missing in one list, so none is known. */
  #in(place: ClusterPlace): ListCache<ClusterNode> {
    const { clock, stop } = this.#deps;
    const { session, key, clusterId } = place;
    const nodes = nodesFacetOf({ place });
    return this.#caches.of(session, key, () => ({
      list: (until) => nodes.list(clusterId, until),
      knownIds: () => new Set(),
      clock,
      signal: stop,
    }));
  }
}

export function nodesFacetOf({ place }: Pick<PoolScope, "place">): NodesFacet {
  return facetOf(place, "nodes", "nodes");
}
