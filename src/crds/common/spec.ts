// The part of the spec that all kinds share which stand for something in a cloud.
import * as z from "zod";
import { integer } from "../../schema/fields.ts";
import { withTransitionRule } from "../../schema/enforced.ts";
import { withAddedOnce, withImmutable } from "../../schema/rules.ts";
import { externalId, namespaceName, objectName } from "../../schema/formats.ts";

/** How often a cloud is compared with what is declared. */
export const driftIntervalSeconds = integer({ min: 5, max: 86_400 }).default(600);

export const accountReference = z.object({
  name: objectName.describe("Name of the CloudAccount."),
  namespace: namespaceName
    .optional()
    .describe("Namespace of the CloudAccount, which must list ours in spec.allowedNamespaces. Default: our own."),
});

export const ACCOUNT_IS_FIXED = "what was made with one account cannot be found with another";

export const accountRef = withTransitionRule(accountReference, {
  rule: "self == oldSelf",
  message: `accountRef is immutable: ${ACCOUNT_IS_FIXED}`,
  reason: "FieldValueForbidden",
}).describe("The account to work with. Immutable.");

export const clusterReference = z.object({
  name: objectName.describe("Name of the ManagedCluster, in our own namespace."),
});

export const CLUSTER_IS_FIXED = "what was made in one cluster cannot be found in another";

export const clusterRef = withTransitionRule(clusterReference, {
  rule: "self == oldSelf",
  message: `clusterRef is immutable: ${CLUSTER_IS_FIXED}`,
  reason: "FieldValueForbidden",
}).describe("The cluster that it is part of. Immutable.");

/** Members for z.object() of every kind that makes something in a cloud. */
export const policyFields = {
  deletionPolicy: z
    .enum(["Delete", "Orphan"])
    .optional()
    .describe(
      "What deleting this resource does in the cloud. Delete: it is deleted there. Orphan: it stays. " +
        "Unset: Delete what Yunfan created, Orphan what it adopted.",
    ),
  managementPolicy: z
    .enum(["Manage", "Observe"])
    .default("Manage")
    .describe(
      "Manage: the cloud is made to match. Observe: only status is kept; nothing in the cloud is written or deleted.",
    ),
  driftIntervalSeconds: driftIntervalSeconds.describe(
    "Seconds between two comparisons with the cloud, at which drift is healed. A little is added at random.",
  ),
} as const;

/** The same for kinds that stand for one thing there. */
export const externalFields = {
  externalId: externalId
    .optional()
    .describe(
      "Id in the cloud of something that exists already: it is adopted and nothing is ever created. May be added once; " +
        "never changed or removed.",
    ),
  ...policyFields,
} as const;

/** The same for kinds that work with an account themselves. */
export const managedFields = { accountRef, ...externalFields } as const;

/**
 * Puts the rules over the fields on the whole spec: a rule on an optional field is skipped when it is added or removed. The kind
 * adds cloudName in the alphabet that its clouds take.
 */
export function managedSpec<S extends z.ZodObject>(spec: S): S {
  return externalSpec(withImmutable(spec, "cloudName", "it names the thing in the cloud"));
}

/** The rules of externalFields. */
export function externalSpec<S extends z.ZodObject>(spec: S): S {
  return withAddedOnce(spec, "externalId");
}
