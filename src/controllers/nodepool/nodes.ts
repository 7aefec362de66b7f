// All nodes of a cluster, as its pools see them: in the list that its single nodes share.
import type { ClusterNode, NodesFacet } from "../../cloud/facets/nodes.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import type { KindDeps } from "../controlled.ts";
import type { ListCache, Listing } from "../external/list-cache.ts";
import type { PoolScope } from "./scope.ts";

export class ClusterNodes {
  readonly #lists: KindDeps<never>["nodeLists"];

  constructor({ nodeLists }: Pick<KindDeps<never>, "nodeLists">) {
    this.#lists = nodeLists;
  }

  /** Of the whole cluster; the list was started at `since` (monotonic) or later. */
  list(scope: PoolScope, since: number): Promise<Listing<ClusterNode>> {
    return this.#in(scope).observe(since, scope.visit.signal);
  }

  /** Two different lists, both from `since` or later. */
  listTwice(scope: PoolScope, since: number): Promise<readonly [Listing<ClusterNode>, Listing<ClusterNode>]> {
    return this.#in(scope).observeTwice(since, scope.visit.signal);
  }

  /** As two lists from now on show them together. */
  all(scope: PoolScope): Promise<readonly ClusterNode[]> {
    return this.#lists.all(scope.place, nodesFacetOf(scope), scope.visit.signal);
  }

  #in(scope: PoolScope): ListCache<ClusterNode> {
    return this.#lists.in(scope.place, nodesFacetOf(scope));
  }
}

export function nodesFacetOf({ place }: Pick<PoolScope, "place">): NodesFacet {
  return facetOf(place, "nodes", "nodes");
}
