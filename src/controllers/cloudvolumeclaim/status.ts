// What a claim shows, for the status of its resource.
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import { CloudVolumeClaimCondition, CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differingFields } from "./plan.ts";
import type { ClaimSeen } from "./scope.ts";

export function describe(visit: Visit<CloudVolumeClaim>, { item }: ClaimSeen): void {
  const { status } = visit;
  status.cloudName = item.name;
  status.claimPhase = item.cloudPhase;
  status.capacity = item.capacity;
  // Of a claim that is lost, the volume that it had is worth knowing.
  if (item.volumeName !== undefined) status.volumeName = item.volumeName;
  visit.state(bound(item));
  visit.state(upToDate(visit.object, item));
}

function bound({ phase, cloudPhase, volumeName }: VolumeClaim): Statement {
  const type = CloudVolumeClaimCondition.Bound;
  if (phase === "Bound") {
    return { type, status: "True", reason: Reason.Bound, message: `Bound to volume ${volumeName ?? "(not told)"}` };
  }
  if (phase === "Lost") {
    const message = `Volume ${volumeName ?? "(not told)"}, which the claim was bound to, is gone`;
    return { type, status: "False", reason: Reason.VolumeLost, message };
  }
  const message = `The cluster says of the claim: ${cloudPhase || "nothing"}`;
  return { type, status: "False", reason: Reason.ClaimPending, message };
}

function upToDate(resource: CloudVolumeClaim, item: VolumeClaim): Statement {
  const type = CloudVolumeClaimCondition.UpToDate;
  const fields = differingFields(resource, item);
  if (fields.length === 0) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const message = `The claim differs in ${fields.join(", ")}, and nothing changes that in a claim. Create another one, or correct the spec`;
  return { type, status: "False", reason: Reason.Differs, message };
}
