// What a ManagedNode's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManagedNodeCondition = {
  ...ConditionType,
  /** The cloud says that the node works. */
  NodeHealthy: "NodeHealthy",
  /** What the node is made of is what the spec says. */
  UpToDate: "UpToDate",
} as const;

export const ManagedNodeReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** The cloud says that it does not work now. */
  NodeAbnormal: "NodeAbnormal",
  /** The cloud says that it could not be made to work. */
  NodeFailed: "NodeFailed",
  /** It belongs to a node pool, which replaces its nodes as it likes. */
  NodeInPool: "NodeInPool",
  Changing: "Changing",
  Renaming: "Renaming",
  /** Its disks are being written anew. */
  Resetting: "Resetting",
  /** Whether a reset has begun can't be told, and asking again could erase twice. */
  ResetOutcomeUnknown: "ResetOutcomeUnknown",
  /** spec.clusterRef names another cluster than the node is in, and nobody has confirmed that its disks may be erased. */
  MoveNotConfirmed: "MoveNotConfirmed",
  Moving: "Moving",
  /** It is leaving its cluster; its server stays. */
  Detaching: "Detaching",
  /** As many nodes of the cluster as may be are out of service by us now. */
  WaitingForTurn: "WaitingForTurn",
  /** A repair is due and would be one too many now. */
  RepairHeld: "RepairHeld",
  /** It was repaired a short time ago and does not work. */
  RepairFailed: "RepairFailed",
  /** Its server is paid for a term: nobody can delete it before. */
  PrepaidNode: "PrepaidNode",

  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: only a reset, which erases the disks, brings what is declared. */
  NeedsReset: "NeedsReset",
  /** Of UpToDate: labels and taints are in the cluster, which can't be read for them now. */
  LabelsNotRead: "LabelsNotRead",
  /** Of UpToDate: the cloud differs, and is being changed or may not be. */
  Differs: "Differs",
  /** Of NodeHealthy. */
  Healthy: "Healthy",
} as const;
