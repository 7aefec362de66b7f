// What a ManagedNamespace's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManagedNamespaceCondition = {
  ...ConditionType,
  /** What the cloud has is what the spec says. */
  UpToDate: "UpToDate",
  /** Less than 90 % of each limit is in use. */
  QuotaAvailable: "QuotaAvailable",
} as const;

export const ManagedNamespaceReason = {
  ...Reason,
  /** As declared. Of QuotaAvailable: there is room. */
  Available: "Available",
  /** The cloud has taken changes; whether they show is looked for. */
  Updating: "Updating",
  /** A declared limit is below what is in use, and spec.quotaBelowUsage is Refuse. */
  QuotaBelowUsage: "QuotaBelowUsage",
  /** Of QuotaAvailable: 90 % of a limit and more are in use. */
  QuotaAlmostUsed: "QuotaAlmostUsed",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the cloud differs, and managementPolicy is Observe or a change has not been taken yet. */
  Differs: "Differs",
  /** Of UpToDate: the cloud took a change and does not show it. */
  UpdateIgnored: "UpdateIgnored",
} as const;
