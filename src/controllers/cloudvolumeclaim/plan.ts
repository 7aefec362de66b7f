// What to do about a claim that is there: a pure decision.
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import { CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { Plan } from "../external/kind.ts";
import { annotating } from "../external/resource.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { ClaimSeen } from "./scope.ts";

type ClaimPlan = Plan<never>;

export function planFor({ spec, status }: Pick<CloudVolumeClaim, "spec" | "status">, { item }: ClaimSeen): ClaimPlan {
  if (item.isLeaving) {
    const message = "Somebody is deleting the claim in the cluster; it goes when no pod uses it any more";
    return { do: "Await", reason: Reason.Deleting, message };
  }
  if (item.phase === "Lost") return lost(item, status);
  if (item.phase === "Unknown") {
    const message = `The claim is in a phase that this version does not know (${item.cloudPhase || "none is told"})`;
    return { do: "Await", reason: Reason.CloudPhaseUnknown, message };
  }
  if (item.phase === "Pending") return { do: "Await", reason: Reason.ClaimPending, message: pendingText(spec) };
  const verb = spec.managementPolicy === "Observe" ? "is observed" : "is bound";
  return { do: "Keep", reason: Reason.Available, message: `Claim ${item.name} ${verb}` };
}

/** In what the claim is not as declared; nothing changes it. */
export function differingFields({ spec }: Pick<CloudVolumeClaim, "spec">, item: VolumeClaim): readonly string[] {
  const { accessModes, storageClassName, sizeGiB } = spec;
  const sameModes = new Set<string>(accessModes).symmetricDifference(new Set(item.accessModes)).size === 0;
  return [
    ...(sameModes ? [] : ["spec.accessModes"]),
    ...(storageClassName === undefined || storageClassName === item.storageClassName ? [] : ["spec.storageClassName"]),
    ...(sizeGiB === undefined || sizeGiB === item.requestedGiB ? [] : ["spec.sizeGiB"]),
  ];
}

/** The claim is there and good for nothing: it has to go before another one can have its name. */
function lost({ name, id }: VolumeClaim, status: CloudVolumeClaim["status"]): ClaimPlan {
  const message =
    `The volume of claim ${name} is gone from the cluster (it is Lost), and perhaps what was on it. Restore the volume; or delete the claim in ` +
    `the cluster and ${annotating(ANNOTATIONS.recreate, { ...status, externalId: id })}; or delete this resource`;
  return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
}

function pendingText({ huawei }: CloudVolumeClaim["spec"]): string {
  if (huawei === undefined) return "The claim waits for its storage: its events in the cluster tell what for";
  return (
    `The cluster has not bound the claim yet. Where that lasts, see whether ${huawei.volumeId} (spec.huawei.volumeId) is of the type ` +
    `${huawei.storageType}, is there, and is nobody else's; the claim's events in the cluster tell more`
  );
}
