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
  /** Of PullSecretsReady. */
  Published: "Published",
  /** What the cloud's block names for pull credentials is not there. */
  PullCredentialsNotFound: "PullCredentialsNotFound",
} as const;
