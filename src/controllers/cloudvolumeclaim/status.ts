// What a claim shows, for the status of its resource.
import { tellStatus } from "../../cloud/blocks.ts";
import { CloudVolumeClaimCondition, CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differingFields, isGrowing } from "./plan.ts";
import type { ClaimSeen } from "./scope.ts";

export function describe(visit: Visit<CloudVolumeClaim>, seen: ClaimSeen, plan: Plan<unknown> | undefined): void {
  const { status } = visit;
  const { item, provider } = seen;
  status.cloudName = item.name;
  status.claimPhase = item.cloudPhase;
  status.capacity = item.capacity;
  // Of a claim that is lost, the volume that it had is worth knowing.
  if (item.volumeName !== undefined) status.volumeName = item.volumeName;
  if (item.told !== undefined) tellStatus(provider, status, item.told);
  visit.state(bound(seen));
  visit.state(upToDate(visit.object, seen, plan));
}

function bound({ item: { phase, cloudPhase, volumeName }, waitsForConsumer }: ClaimSeen): Statement {
  const type = CloudVolumeClaimCondition.Bound;
  if (phase === "Bound") {
    return { type, status: "True", reason: Reason.Bound, message: `Bound to volume ${volumeName ?? "(not told)"}` };
  }
  if (phase === "Lost") {
    const message = `Volume ${volumeName ?? "(not told)"}, which the claim was bound to, is gone`;
    return { type, status: "False", reason: Reason.VolumeLost, message };
  }
  if (waitsForConsumer) {
    return { type, status: "False", reason: Reason.WaitingForConsumer, message: "No pod has used the claim yet" };
  }
  const message = `The cluster says of the claim: ${cloudPhase || "nothing"}`;
  return { type, status: "False", reason: Reason.ClaimPending, message };
}

function upToDate(resource: CloudVolumeClaim, seen: ClaimSeen, plan: Plan<unknown> | undefined): Statement {
  const type = CloudVolumeClaimCondition.UpToDate;
  const { item } = seen;
  const fields = differingFields(resource, item);
  if (fields.length === 0 && isGrowing(item)) {
    const message =
      "The cluster has not given the claim its new size yet; some storage grows only where a pod uses it, or is started anew";
    return { type, status: "False", reason: Reason.Growing, message };
  }
  if (fields.length === 0) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const differs = `The claim differs in ${fields.join(", ")}`;
  if (plan?.do === "Await" && plan.reason === Reason.Updating) {
    const message = `${differs}: the cloud has taken the change, and does not show it yet`;
    return { type, status: "False", reason: Reason.Updating, message };
  }
  if (plan?.do === "Keep" && isLeftSmall(resource, seen)) {
    const message =
      `${differs}: the cloud took the change and does not show it, so that it is not sent again until the spec changes or ` +
      `${ANNOTATIONS.reconcileAt} asks for it`;
    return { type, status: "False", reason: Reason.UpdateIgnored, message };
  }
  const message = `${differs}, and nothing changes that in a claim. Create another one, or correct the spec`;
  return { type, status: "False", reason: Reason.Differs, message };
}

/** It could grow, and is smaller than declared all the same. */
function isLeftSmall({ spec }: CloudVolumeClaim, { item, canGrow }: ClaimSeen): boolean {
  const isWanted = spec.managementPolicy === "Manage" && spec.sizeGiB !== undefined && item.phase === "Bound";
  return canGrow && isWanted && (item.requestedGiB ?? Number.POSITIVE_INFINITY) < (spec.sizeGiB ?? 0);
}
