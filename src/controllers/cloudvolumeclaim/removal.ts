// What has to hold before a claim is deleted: nothing uses it, and where its storage goes too, a person has named that.
import { CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { orphaning } from "../external/resource.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import type { ClaimScope } from "./scope.ts";

/** Nothing tells when a pod has gone. */
const IN_USE_POLL_MS = 10_000;
/** The annotation wakes; this is the fall-back. */
const ERASE_POLL_MS = 600_000;

/** Throws HeldError EraseNotConfirmed, WaitingError ClaimInUse that names who uses it. */
export async function assertFree(
  scope: ClaimScope,
  usersOf: (claim: VolumeClaim) => Promise<readonly string[]>,
  claim: VolumeClaim | "Absent",
): Promise<void> {
  if (claim === "Absent") return;
  assertErasable(scope);
  const users = await usersOf(claim);
  if (users.length === 0) return;
  const message =
    `${listed(users)} in namespace ${claim.key.namespace} of the cluster ${users.length === 1 ? "uses" : "use"} the claim. It is deleted when ` +
    `none does. To leave it in the cluster, ${orphaning(scope.visit.object)}`;
  throw new WaitingError({ reason: Reason.ClaimInUse, message, pollAfterMs: IN_USE_POLL_MS });
}

function assertErasable({ visit, facet, place }: ClaimScope): void {
  const { spec } = visit.object;
  if (spec.contentsOnDelete !== "Delete") return;
  const { volumeName } = visit.status;
  const storage = facet.storageNamed({ volumeName, options: place.optionsOf(spec) });
  if (storage !== undefined && annotation(visit.object, ANNOTATIONS.erase) === storage) return;
  const message =
    storage === undefined
      ? "spec.contentsOnDelete is Delete, and the cloud can't tell which storage that would be. Set it to Retain, and delete the storage in the cloud"
      : `spec.contentsOnDelete is Delete: with the claim goes its storage ${storage}, and all that is on it is lost. To confirm that, annotate ` +
        `${ANNOTATIONS.erase}: "${storage}"; to keep the storage, set spec.contentsOnDelete to Retain`;
  throw new HeldError({ reason: Reason.EraseNotConfirmed, message, pollAfterMs: ERASE_POLL_MS });
}
