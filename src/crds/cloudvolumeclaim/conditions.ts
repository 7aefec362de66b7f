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
  /** The claim's class gives it its storage when a pod uses it: until then nothing is missing. */
  WaitingForConsumer: "WaitingForConsumer",
  /** It was asked to grow; whether that shows is looked for. */
  Updating: "Updating",
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
  /** Of UpToDate: the cluster has not given the claim its new size yet. */
  Growing: "Growing",
  /** Of UpToDate: the cloud took a change and does not show it. */
  UpdateIgnored: "UpdateIgnored",
  /** Of events: the claim was deleted, and its storage is left, which costs on. */
  ResidueLeft: "ResidueLeft",
} as const;
