// When the cloud has lost the cluster itself: that says nothing bad about what is declared in it, and takes it along.
import { CloudError } from "../../cloud/errors.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import type { ClusterAccess } from "./directory.ts";

/** A visit to something in a cluster. */
interface InCluster {
  readonly cluster: Pick<ClusterAccess, "id" | "access">;
  readonly visit: { readonly signal: AbortSignal };
}

/** A change of the cluster wakes its members; this is the fall-back. */
const CLUSTER_POLL_MS = 30_000;

/** Runs `work` in the cluster. Throws WaitingError ClusterNotReady where it fails because there is no such cluster any more. */
export async function inCluster<T>(where: InCluster, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(await isLossOfCluster(where, error))) throw error;
    const message = `The cloud knows no cluster ${where.cluster.id}. See the conditions of its ManagedCluster`;
    throw new WaitingError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_POLL_MS, cause: error });
  }
}

/** Whether that error came of it; proved by the cluster's id. */
export async function isLossOfCluster({ cluster, visit }: InCluster, error: unknown): Promise<boolean> {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") return false;
  const clusters = facetOf(cluster.access, "clusters");
  return (await clusters.get(cluster.id, visit.signal)) === "Absent";
}
