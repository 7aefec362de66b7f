// The node pools of a cluster as things that resources stand for, and its nodes as a list that all its pools share.
import { CloudError } from "../../cloud/errors.ts";
import type { NodePool as Pool, NodePoolsFacet, PoolNode } from "../../cloud/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
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

/** A change of the cluster wakes its pools; this is the fall-back. */
const CLUSTER_POLL_MS = 30_000;

/**
 * Runs `work` in a cluster that the cloud may have lost meanwhile: a list or a create that is NotFound means the cluster, and says
 * nothing about the pool. Then WaitingError ClusterNotReady; `wayOut` follows in its message.
 */
export async function inCluster<T>(clusterId: string, work: () => Promise<T>, wayOut = ""): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    const message = `The cloud knows no cluster ${clusterId}. See the conditions of its ManagedCluster${wayOut}`;
    throw new WaitingError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_POLL_MS, cause: error });
  }
}
