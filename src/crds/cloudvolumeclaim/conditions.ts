// What a CloudVolumeClaim's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const CloudVolumeClaimCondition = {
  ...ConditionType,
  /** The claim has its storage. */
  Bound: "Bound",
  /** The claim is what the spec says. */
  UpToDate: "UpToDate",
} as const;

export const CloudVolumeClaimReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** The cluster has not bound the claim to its storage yet. */
  ClaimPending: "ClaimPending",
  /** Something in the cluster uses the claim: it is deleted when nothing does. */
  ClaimInUse: "ClaimInUse",
  /** spec.contentsOnDelete is Delete, and nobody has confirmed that the storage may be deleted. */
  EraseNotConfirmed: "EraseNotConfirmed",
  /** The cluster does not answer, or its kubeconfig is not published or is refused: see its ManagedCluster. */
  ClusterUnreachable: "ClusterUnreachable",
  KubeconfigNotReady: "KubeconfigNotReady",
  KubeconfigRefused: "KubeconfigRefused",

  /** Of Bound. */
  Bound: "Bound",
  /** Of Bound: the volume that the claim was bound to is gone. */
  VolumeLost: "VolumeLost",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the claim differs, and nothing changes that. */
  Differs: "Differs",
} as const;
