// The part of the spec that all kinds share which stand for something in a cloud (design section 2).
import * as z from "zod";
import { integer } from "../schema/fields.ts";
import { withTransitionRule } from "../schema/enforced.ts";
import { externalId, namespaceName, objectName } from "./formats.ts";

/** How often a cloud is compared with what is declared. */
export const driftIntervalSeconds = integer({ min: 5, max: 86_400 }).default(600);

const accountRef = withTransitionRule(
  z.object({
    name: objectName.describe("Name of the CloudAccount."),
    namespace: namespaceName
      .optional()
      .describe("Namespace of the CloudAccount, which must list ours in spec.allowedNamespaces. Default: our own."),
  }),
  {
    rule: "self == oldSelf",
    message: "accountRef is immutable: what was made with one account cannot be found with another",
    reason: "FieldValueForbidden",
  },
).describe("The account to work with. Immutable.");

/** Members for z.object(); the kind adds cloudName in the alphabet that its clouds take, and closes with managedSpec(). */
export const managedFields = {
  accountRef,
  externalId: externalId
    .optional()
    .describe(
      "Id in the cloud of something that exists already: it is adopted and nothing is ever created. May be added once; " +
        "never changed or removed.",
    ),
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

/** Puts the rules over the fields on the whole spec: a rule on an optional field is skipped when it is added or removed. */
export function managedSpec<S extends z.ZodObject>(spec: S): S {
  const namedForGood = withTransitionRule(spec, {
    rule: "has(self.cloudName) == has(oldSelf.cloudName) && (!has(self.cloudName) || self.cloudName == oldSelf.cloudName)",
    message: "cloudName is immutable: it can be neither changed, nor added, nor removed",
    reason: "FieldValueForbidden",
    fieldPath: ".cloudName",
  });
  return withTransitionRule(namedForGood, {
    rule: "!has(oldSelf.externalId) || (has(self.externalId) && self.externalId == oldSelf.externalId)",
    message: "externalId can be added once, but neither changed nor removed",
    reason: "FieldValueForbidden",
    fieldPath: ".externalId",
  });
}
