// The clusters of an account as things that resources stand for.
import type { Cluster, ClustersFacet } from "../../cloud/facets/clusters.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { Presence, Things } from "../external/thing.ts";

export function clustersOf(clusters: ClustersFacet): Things<Cluster> {
  return {
    async list(signal) {
      const { clusters: things, clockSkewMs } = await clusters.listClusters(signal);
      return { things, clockSkewMs };
    },
    look: (id, signal) => look(clusters, id, signal),
    bearsMark: (cluster, attempt, clockSkewMs) => clusters.bearsMark(cluster, attempt, clockSkewMs),
    resendIsSafe: clusters.resendIsSafe,
  };
}

async function look(clusters: ClustersFacet, id: string, signal: AbortSignal): Promise<Presence> {
  try {
    return (await clusters.getCluster(id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
}
