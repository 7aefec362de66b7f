// The node pools of a cluster as things that resources stand for, and its nodes as a list that all its pools share.
import type { NodePool as Pool, NodePoolsFacet, PoolNode } from "../../cloud/facets/nodepools.ts";
import { thingsOf, type ThingList, type Things } from "../external/thing.ts";

export function poolsOf(pools: NodePoolsFacet, clusterId: string): Things<Pool> {
  return thingsOf(pools.in(clusterId));
}

/** Throws CloudError, NotFound where there is no such cluster. */
export async function listNodes(
  pools: NodePoolsFacet,
  clusterId: string,
  signal: AbortSignal,
): Promise<ThingList<PoolNode>> {
  return { things: await pools.listNodes(clusterId, signal), clockSkewMs: 0 };
}
