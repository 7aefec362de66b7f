// When the cloud has lost the cluster itself: that says nothing bad about the add-on, and takes it along.
import { CloudError } from "../../cloud/errors.ts";
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import { facetOf } from "../cloudaccount/directory.ts";
import type { Work } from "./context.ts";

/** A change of the cluster wakes its add-ons; this is the fall-back. */
const CLUSTER_POLL_MS = 30_000;

/** Runs `work` in the cluster. Throws WaitingError ClusterNotReady where it fails because there is no such cluster any more. */
export async function inCluster<T>({ cluster, visit }: Work, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(await isLossOfCluster({ cluster, visit }, error))) throw error;
    const message = `The cloud knows no cluster ${cluster.id}. See the conditions of its ManagedCluster`;
    throw new WaitingError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_POLL_MS, cause: error });
  }
}

/** Whether that error came of it; proved by the cluster's id. */
export async function isLossOfCluster(
  { cluster, visit }: Pick<Work, "cluster" | "visit">,
  error: unknown,
): Promise<boolean> {
  if (!isNotFound(error)) return false;
  const clusters = facetOf(cluster.access, "clusters");
  return (await clusters.getCluster(cluster.id, visit.signal)) === "Absent";
}

export function isNotFound(error: unknown): boolean {
  return error instanceof CloudError && error.kind === "NotFound";
}
