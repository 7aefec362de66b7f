// The cluster as the parent of what is in it. When the cloud has lost the cluster itself, that says nothing bad about what is declared
// in it, and takes it along.
import { CloudError } from "../../cloud/errors.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { allowsNamespace, facetOf, type AccountDirectory } from "../cloudaccount/accounts.ts";
import { refTo, type Parent } from "../external/parent.ts";
import { notConfirmed } from "../external/whereabouts.ts";
import { clusterOf, type ClusterDirectory, type ClusterMember, type ClusterPlace } from "./clusters.ts";

/** A change of the cluster wakes its members; this is the fall-back. */
const CLUSTER_POLL_MS = 30_000;

interface ParentDeps {
  readonly clusters: ClusterDirectory;
  readonly accounts: Pick<AccountDirectory, "account">;
}

export function clusterParent<R extends ClusterMember>({ clusters, accounts }: ParentDeps): Parent<R, ClusterPlace> {
  return {
    refOf: (member) => refTo("ManagedCluster", clusterOf(member)),
    accountOf: (member) => clusters.accountOf(member),
    enter: (member, facet, noun) => {
      const place = clusters.enter(member);
      return { place, facet: facetOf(place, facet, noun) };
    },
    placeOf: (member) => clusters.placeOf(member),
    mayUse: (member) => {
      const account = accounts.account(clusters.accountOf(member));
      return account !== undefined && allowsNamespace(account, member.metadata.namespace);
    },
    siblingsAt: (place) => clusters.standingFor(place).map((key) => refTo("ManagedCluster", key)),
    within,
    isGone,
  };
}

/**
 * Throws WaitingError ClusterNotReady where it fails because there is no such cluster any more, KeysNotConfirmed where it may only be
 * that these keys see none.
 */
async function within<T>(place: ClusterPlace, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(await isUnknown(place, error, signal))) throw error;
    if (!place.isConfirmed()) throw notConfirmed(`see ManagedCluster ${keyOf(place.cluster.metadata)}`);
    const message = `The cloud knows no cluster ${place.clusterId}. See the conditions of its ManagedCluster`;
    throw new WaitingError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_POLL_MS, cause: error });
  }
}

/** What keys of an unknown tenant don't see is not gone. */
async function isGone(place: ClusterPlace, error: unknown, signal: AbortSignal): Promise<boolean> {
  return place.isConfirmed() && (await isUnknown(place, error, signal));
}

async function isUnknown(place: ClusterPlace, error: unknown, signal: AbortSignal): Promise<boolean> {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") return false;
  return (await facetOf(place, "clusters", "clusters").get(place.clusterId, signal)) === "Absent";
}
