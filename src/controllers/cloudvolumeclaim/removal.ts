// What has to hold before a claim is deleted: nothing uses it, and where its storage goes too, a person has named that.
import { CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { ClusterClaims, Reclaiming, VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { SendFirst } from "../external/kind.ts";
import { orphaning } from "../external/resource.ts";
import { nothingTwice } from "../external/two-lists.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import { storageIn } from "./place.ts";
import type { ClaimScope } from "./scope.ts";

/** Nothing tells when a pod has gone. */
const IN_USE_POLL_MS = 10_000;
/** The annotation wakes; this is the fall-back. */
const ERASE_POLL_MS = 600_000;
const LOOK_AGAIN_MS = 2_000;

interface Leaving {
  readonly claims: ClusterClaims;
  readonly claim: VolumeClaim | "Absent";
  readonly send: SendFirst;
}

/**
 * Throws HeldError EraseNotConfirmed, WaitingError ClaimInUse that names who uses it. When it returns, a read has shown that the storage goes
 * or stays as the spec says, where the storage itself decides that.
 */
export async function makeReady(scope: ClaimScope, { claims, claim, send }: Leaving): Promise<void> {
  if (claim === "Absent") return;
  assertErasable(scope);
  await assertUnused(scope, claims, claim);
  const { reclaiming } = claims;
  if (reclaiming) await decideFate(scope, { reclaiming, claim, send });
}

async function assertUnused({ visit }: ClaimScope, claims: ClusterClaims, claim: VolumeClaim): Promise<void> {
  const users = await nothingTwice(() => claims.usersOf(claim.key, visit.signal));
  if (users.length === 0) return;
  const message =
    `${listed(users)} in namespace ${claim.key.namespace} of the cluster ${users.length === 1 ? "uses" : "use"} the claim. It is deleted when ` +
    `none does. To leave it in the cluster, ${orphaning(visit.object)}`;
  throw new WaitingError({ reason: Reason.ClaimInUse, message, pollAfterMs: IN_USE_POLL_MS });
}

interface Fate {
  readonly reclaiming: Reclaiming;
  readonly claim: VolumeClaim;
  readonly send: SendFirst;
}

async function decideFate({ visit }: ClaimScope, { reclaiming, claim, send }: Fate): Promise<void> {
  const stays = visit.object.spec.contentsOnDelete === "Retain";
  const was = await reclaiming.stays(claim, visit.signal);
  if (was === undefined || was === stays) return;
  const fields = [{ field: "persistentVolumeReclaimPolicy", before: policy(was), after: policy(stays) }];
  const change = { verb: "Update", target: `volume ${claim.volumeName}`, fields } as const;
  await send(change, (permit) => reclaiming.set(claim, stays, permit));
  if ((await reclaiming.stays(claim, visit.signal)) === stays) return;
  const message = `Volume ${claim.volumeName} was told to ${stays ? "stay" : "go"}, and does not show it yet; the claim is deleted when it does`;
  throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
}

function policy(stays: boolean): string {
  return stays ? "Retain" : "Delete";
}

/** Tells of storage that is left where its claim was deleted. */
export function tellResidue(events: Pick<EventRecorder, "event">, { object, status }: Visit<CloudVolumeClaim>): void {
  const storage = storageIn(object.spec)?.id ?? status.volumeName;
  const wasDeleted = status.operation?.verb === "Delete" && object.spec.contentsOnDelete === "Retain";
  if (!wasDeleted || storage === undefined) return;
  const note = `The claim was deleted, and its storage ${storage} is left, which costs on (spec.contentsOnDelete is Retain)`;
  events.event(object, { type: "Normal", reason: Reason.ResidueLeft, action: "Reconcile", note });
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
