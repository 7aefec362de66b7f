// What a RegistryProject's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const RegistryProjectCondition = {
  ...ConditionType,
  /** What the registry holds is what the spec says. */
  UpToDate: "UpToDate",
  /** Every declared pull Secret holds the cloud's present credentials. */
  PullSecretsReady: "PullSecretsReady",
} as const;

export const RegistryProjectReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** Of UpToDate. */
  InSync: "InSync",
  /** The cloud's visibility differs and managementPolicy is Observe. */
  VisibilityDiffers: "VisibilityDiffers",
  /** Of UpToDate: an image that the spec names is not in the project. */
  ImageMissing: "ImageMissing",
  /** The registry collects garbage and takes no changes meanwhile. */
  ReadOnlyWhileCollecting: "ReadOnlyWhileCollecting",
  /** Of PullSecretsReady. */
  Published: "Published",
  /** What the cloud's block names for pull credentials is not there. */
  PullCredentialsNotFound: "PullCredentialsNotFound",
} as const;
