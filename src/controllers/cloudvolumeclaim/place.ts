// Where a claim is, and whose its storage is: of those that claim the same, the oldest has it.
import { thingNamedIn } from "../../cloud/blocks.ts";
import type { WithChannel } from "../../cloud/facets/manifests.ts";
import { CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import { cloudVolumeClaim } from "../../crds/cloudvolumeclaim/kind.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { KindDeps } from "../controlled.ts";
import type { Parent } from "../external/parent.ts";
import { ownerBefore } from "../external/precedence.ts";
import { heldAt } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { isSilence } from "../targets/connection.ts";
import type { Insides } from "../targets/insides.ts";

/** By the way that the cluster's owner has settled on, one request at a time. Throws what Insides does, and ClusterUnreachable. */
export function wayInto(insides: Insides, place: ClusterPlace): WithChannel {
  const { cluster, clusterId } = place;
  return async (signal, work) => {
    using way = insides.enter(cluster, { clusterId, access: place, stay: "Request" });
    const { channel, unreachable } = await way.open(signal);
    try {
      return await work(channel);
    } catch (error) {
      throw isSilence(error) ? unreachable(error) : error;
    }
  };
}

/** Index of the cache by the storage that resources lay claim to. */
export const BY_STORAGE = "storage";

/** Index of the cache by the uid of the claim that a resource stands for. */
export const BY_UID = "uid";

export function uidOf({ status }: CloudVolumeClaim): readonly string[] {
  return status.externalId === undefined ? [] : [status.externalId];
}

export function storageOf({ spec }: CloudVolumeClaim): readonly string[] {
  const named = storageIn(spec);
  return spec.managementPolicy === "Observe" || named === undefined ? [] : [named.id];
}

/** The storage that exists, which the claim is of; undefined of new storage. */
export function storageIn(spec: CloudVolumeClaim["spec"]): ReturnType<typeof thingNamedIn> {
  return thingNamedIn(cloudVolumeClaim.type.kind, spec);
}

export function claimParent(deps: KindDeps<CloudVolumeClaim>): Parent<CloudVolumeClaim, ClusterPlace> {
  const parent = clusterParent<CloudVolumeClaim>(deps);
  return {
    ...parent,
    enter: (resource, facet, noun) => {
      const entered = parent.enter(resource, facet, noun);
      if (!isDeleting(resource)) assertStorageIsIts(deps, resource);
      return entered;
    },
  };
}

/**
 * Throws TerminalError ExternalIdConflict where another resource with a claim to the same storage goes first, in whatever cluster and
 * through whatever account of the same place.
 */
function assertStorageIsIts(deps: KindDeps<CloudVolumeClaim>, resource: CloudVolumeClaim): void {
  const here = accountPlaceOf(deps, resource);
  for (const storage of storageOf(resource)) {
    const rivals = deps.store.byIndex(BY_STORAGE, storage).filter((other) => accountPlaceOf(deps, other) === here);
    const owner = ownerBefore(resource, rivals);
    if (owner) throw anothers(resource, owner, storage);
  }
}

function accountPlaceOf({ accounts, clusters }: KindDeps<CloudVolumeClaim>, resource: CloudVolumeClaim) {
  const account = accounts.account(clusters.accountOf(resource));
  return account && accounts.placeOf(account, heldAt(resource));
}

/** What lies in another namespace is not named to whoever may have no part in it. */
function anothers({ metadata, spec }: CloudVolumeClaim, owner: CloudVolumeClaim, storage: string): TerminalError {
  const isNear = owner.metadata.namespace === metadata.namespace;
  const who = isNear ? `${owner.kind} ${keyOf(owner.metadata)}` : `A ${owner.kind} in another namespace`;
  const message =
    `${who} claims the same storage ${storage} (${storageIn(spec)?.field}) and came first. Delete one of the two; deleting this one leaves the ` +
    "storage alone";
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
