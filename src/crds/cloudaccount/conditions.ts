// What a CloudAccount's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const CloudAccountCondition = {
  ...ConditionType,
  /** The Secret is there, complete, and the cloud takes what is in it. */
  CredentialsReady: "CredentialsReady",
} as const;

export const CloudAccountReason = {
  ...Reason,
  /** A signed read succeeded. */
  Verified: "Verified",
  SecretNotFound: "SecretNotFound",
  /** The Secret is not of type yunfan.dev/credentials. */
  SecretWrongType: "SecretWrongType",
  /** The Secret lacks a key that the provider needs, or one is empty. */
  CredentialsIncomplete: "CredentialsIncomplete",
  /** The Secret holds the keys of two ways to sign in. */
  AmbiguousCredentials: "AmbiguousCredentials",
  /** The provider's endpoint does not follow from the region and is not given. */
  EndpointRequired: "EndpointRequired",
} as const;
