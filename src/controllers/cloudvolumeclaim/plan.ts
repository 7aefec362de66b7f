// What to do about a claim that is there: a pure decision.
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import { CloudVolumeClaimCondition, CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import { numberOfQuantity } from "../../lib/quantity.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { annotating, isAskedFor } from "../external/resource.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { storageIn } from "./place.ts";
import type { ClaimChange, ClaimSeen } from "./scope.ts";

type ClaimPlan = Plan<ClaimChange>;
type Declared = Pick<CloudVolumeClaim, "spec" | "status"> & {
  readonly metadata: Pick<CloudVolumeClaim["metadata"], "generation" | "annotations">;
};

export function planFor(resource: Declared, seen: ClaimSeen): ClaimPlan {
  const { spec, status } = resource;
  const { item } = seen;
  if (item.isLeaving) {
    const message = "Somebody is deleting the claim in the cluster; it goes when no pod uses it any more";
    return { do: "Await", reason: Reason.Deleting, message };
  }
  if (item.phase === "Lost") return lost(item, status);
  if (item.phase === "Unknown") {
    const message = `The claim is in a phase that this version does not know (${item.cloudPhase || "none is told"})`;
    return { do: "Await", reason: Reason.CloudPhaseUnknown, message };
  }
  if (item.phase === "Pending") return pending(spec, seen);
  if (spec.managementPolicy === "Observe") return keep(`Claim ${item.name} is observed`);
  return resizing(resource, seen) ?? keep(`Claim ${item.name} is bound`);
}

/** In what the claim is not as declared. */
export function differingFields({ spec }: Pick<CloudVolumeClaim, "spec">, item: VolumeClaim): readonly string[] {
  const { accessModes, storageClassName, sizeGiB } = spec;
  const sameModes = new Set<string>(accessModes).symmetricDifference(new Set(item.accessModes)).size === 0;
  return [
    ...(sameModes ? [] : ["spec.accessModes"]),
    ...(storageClassName === undefined || storageClassName === item.storageClassName ? [] : ["spec.storageClassName"]),
    ...(sizeGiB === undefined || sizeGiB === item.requestedGiB ? [] : ["spec.sizeGiB"]),
  ];
}

/** Whether it has asked for more than the cluster has given it. */
export function isGrowing({ phase, requestedGiB, capacity }: VolumeClaim): boolean {
  const bytes = numberOfQuantity(capacity);
  return phase === "Bound" && requestedGiB !== undefined && bytes !== undefined && bytes < requestedGiB * GIB;
}

const GIB = 2 ** 30;

/** It grows and never shrinks. */
function resizing(resource: Declared, { item, canGrow }: ClaimSeen): ClaimPlan | undefined {
  const { sizeGiB } = resource.spec;
  const { requestedGiB: has } = item;
  if (sizeGiB === undefined || has === undefined || sizeGiB === has || !canGrow) return undefined;
  if (sizeGiB < has) {
    const message = `spec.sizeGiB is ${sizeGiB}, and claim ${item.name} has ${has} GiB already: no storage shrinks. Set it to ${Math.ceil(has)} or more`;
    return { do: "Stall", reason: Reason.Rejected, message };
  }
  if (wasSent(resource)) return undefined;
  const fields = [{ field: "spec.sizeGiB", before: has, after: sizeGiB }];
  return { do: "Change", verb: "Update", change: { do: "Grow", sizeGiB }, fields };
}

/** Whether growth was asked for in this generation of the spec and did not show, and nobody asks for another try. */
function wasSent(resource: Declared): boolean {
  const { status, metadata } = resource;
  const condition = findCondition(status.conditions, CloudVolumeClaimCondition.UpToDate);
  const isRemembered = condition?.observedGeneration === metadata.generation && SENT.has(condition.reason);
  return isRemembered && !isAskedFor(resource);
}

const SENT: ReadonlySet<string> = new Set([Reason.Updating, Reason.UpdateIgnored]);

/** What its class gives it at its first use is not missing before. */
function pending(spec: CloudVolumeClaim["spec"], { item, waitsForConsumer }: ClaimSeen): ClaimPlan {
  if (!waitsForConsumer) return { do: "Await", reason: Reason.ClaimPending, message: pendingText(spec) };
  const message = `Claim ${item.name} is there; its class gives it its storage when a pod uses it`;
  return { do: "Keep", reason: Reason.WaitingForConsumer, message };
}

function keep(message: string): ClaimPlan {
  return { do: "Keep", reason: Reason.Available, message };
}

/** The claim is there and good for nothing: it has to go before another one can have its name. */
function lost({ name, id }: VolumeClaim, status: CloudVolumeClaim["status"]): ClaimPlan {
  const message =
    `The volume of claim ${name} is gone from the cluster (it is Lost), and perhaps what was on it. Restore the volume; or delete the claim in ` +
    `the cluster and ${annotating(ANNOTATIONS.recreate, { ...status, externalId: id })}; or delete this resource`;
  return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
}

function pendingText(spec: CloudVolumeClaim["spec"]): string {
  const named = storageIn(spec);
  if (named === undefined) return "The claim waits for its storage: its events in the cluster tell what for";
  return (
    `The cluster has not bound the claim yet. Where that lasts, see whether ${named.id} (${named.field}) is of the type ${named.sort}, is ` +
    "there, and is nobody else's; the claim's events in the cluster tell more"
  );
}
