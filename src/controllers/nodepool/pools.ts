// The node pools of a cluster as things that resources stand for, and its nodes as a list that all its pools share.
import { CloudError } from "../../cloud/errors.ts";
import type { NodePool as Pool, NodePoolsFacet, PoolNode } from "../../cloud/facets/nodepools.ts";
import type { Presence, ThingList, Things } from "../external/thing.ts";

export function poolsOf(pools: NodePoolsFacet, clusterId: string): Things<Pool> {
  return {
    async list(signal) {
      return { things: await pools.listNodePools(clusterId, signal), clockSkewMs: 0 };
    },
    look: (id, signal) => look(pools, { clusterId, id }, signal),
    bearsMark: (pool, attempt) => pools.bearsMark(pool, attempt),
    resendIsSafe: pools.resendIsSafe,
  };
}

/** Throws CloudError, NotFound where there is no such cluster. */
export async function listNodes(
  pools: NodePoolsFacet,
  clusterId: string,
  signal: AbortSignal,
): Promise<ThingList<PoolNode>> {
  return { things: await pools.listNodes(clusterId, signal), clockSkewMs: 0 };
}

async function look(
  pools: NodePoolsFacet,
  { clusterId, id }: { clusterId: string; id: string },
  signal: AbortSignal,
): Promise<Presence> {
  try {
    return (await pools.getNodePool(clusterId, id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
}
