// What a ManagedAddon's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManagedAddonCondition = {
  ...ConditionType,
  /** What the cloud has is what the spec says. */
  UpToDate: "UpToDate",
} as const;

export const ManagedAddonReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  Installing: "Installing",
  /** Some of its instances run, others don't. */
  PartlyAvailable: "PartlyAvailable",
  /** Also of UpToDate: the cloud has taken an upgrade to this generation. */
  Upgrading: "Upgrading",
  /** The cloud has no template of this name. */
  TemplateNotFound: "TemplateNotFound",
  /** The template has no such version, or none that fits the cluster. */
  VersionNotOffered: "VersionNotOffered",
  /** The cloud says that it does not run, or does not run well. Of UpToDate: after an upgrade to this generation. */
  AddonFailed: "AddonFailed",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the cloud differs, and managementPolicy is Observe or an upgrade has not been taken yet. */
  Differs: "Differs",
  /** Of UpToDate: the cloud took a change and does not show it. */
  UpdateIgnored: "UpdateIgnored",
} as const;
