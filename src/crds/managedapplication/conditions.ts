// What a ManagedApplication's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManagedApplicationCondition = {
  ...ConditionType,
  /** What the cloud has is what the spec says. */
  UpToDate: "UpToDate",
  /** Each workload has all of its pods ready, and each server runs. */
  WorkloadsReady: "WorkloadsReady",
} as const;

export const ManagedApplicationReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** Stopped, as declared; of WorkloadsReady too. */
  Stopped: "Stopped",
  /** The cloud has taken changes; whether they show is looked for. */
  Updating: "Updating",
  /** A restart was journaled or sent; whether new pods show is looked for. */
  Restarting: "Restarting",
  /** A workload in spec.members is not there. */
  MemberNotFound: "MemberNotFound",
  /** A workload in spec.members belongs to another application. */
  MemberTaken: "MemberTaken",
  /** What was to be made together with it is not there, and no call of the cloud adds it. */
  Incomplete: "Incomplete",
  /** The cloud shows servers in error. */
  ServersFailed: "ServersFailed",
  /** A Secret that the spec names may not be read for it. */
  SourceNotAllowed: "SourceNotAllowed",
  /** Of events too: what is left of it in the cloud once it is gone, and costs on. */
  ResidueLeft: "ResidueLeft",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the cloud differs, and managementPolicy is Observe or a change has not been taken yet. */
  Differs: "Differs",
  /** Of UpToDate: the cloud took a change and does not show it. */
  UpdateIgnored: "UpdateIgnored",
  /** Of WorkloadsReady: all are. */
  Ready: "Ready",
  /** Of WorkloadsReady: some are not. */
  NotReady: "NotReady",
  /** Of WorkloadsReady: nothing is in it. */
  NoWorkloads: "NoWorkloads",
} as const;
