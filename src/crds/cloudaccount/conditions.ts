// What a CloudAccount's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const CloudAccountCondition = {
  ...ConditionType,
  /** The Secret is there, complete, and the cloud takes what is in it. */
  CredentialsReady: "CredentialsReady",
  /** What its resources hold is where it reaches now. */
  ResourcesReachable: "ResourcesReachable",
  /** The collection of the registry's garbage that was started last has ended. */
  GarbageCollected: "GarbageCollected",
  /** So much of the registry's storage is free as the account asks for. */
  RegistryHasSpace: "RegistryHasSpace",
  /** Whether spec.requestBudget, and what the cloud allows, is enough for what is asked of the account. */
  BudgetAvailable: "BudgetAvailable",
} as const;

export const CloudAccountReason = {
  ...Reason,
  /** A signed read succeeded. */
  Verified: "Verified",
  /** Of GarbageCollected. */
  Collected: "Collected",
  Collecting: "Collecting",
  CollectionFailed: "CollectionFailed",
  NotCollectedYet: "NotCollectedYet",
  /** Of RegistryHasSpace. */
  EnoughSpace: "EnoughSpace",
  StorageLow: "StorageLow",
  /** Of ResourcesReachable: all of them are. */
  AllHere: "AllHere",
  /** Of BudgetAvailable: no request has waited for a minute. */
  WithinBudget: "WithinBudget",
  /** Of BudgetAvailable: requests have waited for a minute or more. */
  RequestsWait: "RequestsWait",
  /** The Secret is not of type yunfan.dev/credentials. */
  SecretWrongType: "SecretWrongType",
} as const;
