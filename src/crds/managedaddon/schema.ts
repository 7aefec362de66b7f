// ManagedAddon: an instance of one of the cloud's add-on templates in a ManagedCluster.
import * as z from "zod";
import { clusterRef, externalFields, externalSpec } from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { LONGEST_WORDS } from "../common/limits.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withTransitionRule } from "../../schema/enforced.ts";
import { anyObject, text } from "../../schema/fields.ts";
import { managedAddon } from "./kind.ts";

const KIND = managedAddon.type.kind;

const template = withTransitionRule(
  z
    .string()
    .min(1)
    .max(63)
    .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/),
  {
    rule: "self == oldSelf",
    message: "template is immutable: create another ManagedAddon",
    reason: "FieldValueForbidden",
  },
);

const spec = z.object({
  clusterRef,
  ...externalFields,
  template: template.describe(
    "The cloud's name of the add-on, such as metrics-server. One that the cloud has installed already is adopted. Immutable.",
  ),
  version: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[0-9A-Za-z][0-9A-Za-z._+-]*$/)
    .optional()
    .describe(
      "Version of the add-on; a change of it upgrades. Default: the newest that fits when it is installed; it is never upgraded " +
        "by itself.",
    ),
  values: anyObject()
    .optional()
    .describe(
      "Parameters of the add-on as its template knows them, of any shape. What is not named here keeps the cloud's value. " +
        "Everybody can read them here: no place for passwords.",
    ),
  ...blockFields(KIND),
});

const status = z.object({
  ...managedStatus,
  ...originFields,
  cloudPhase: cloudPhase.optional(),
  version: text({ max: LONGEST_WORDS.version }).optional().describe("The version that is installed."),
});

export const managedAddonSchema = defineSchema(managedAddon, {
  spec: withBlocks(externalSpec(spec), KIND),
  status,
});

export type ManagedAddon = Resource<typeof managedAddonSchema>;
