// ManagedAddon: an instance of one of the cloud's add-on templates in a ManagedCluster.
import * as z from "zod";
import { commonColumns } from "../common/columns.ts";
import { clusterRef, externalFields, externalSpec } from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { cloudPhase, LONGEST_WORDS, managedStatus, originFields } from "../common/status.ts";
import { defineKind } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withTransitionRule } from "../../schema/enforced.ts";
import { anyObject, text } from "../../schema/fields.ts";

const KIND = "ManagedAddon";

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

export const managedAddon = defineKind({
  kind: KIND,
  plural: "managedaddons",
  description: "An add-on of the cloud in a ManagedCluster: its version and values.",
  shortNames: ["yfma"],
  printerColumns: [
    { name: "Cluster", type: "string", jsonPath: ".spec.clusterRef.name", description: "The ManagedCluster." },
    { name: "Template", type: "string", jsonPath: ".spec.template", description: "The cloud's name of the add-on." },
    { name: "Version", type: "string", jsonPath: ".status.version", description: "The version that is installed." },
    ...commonColumns,
  ],
  reportable: [
    "spec.clusterRef.name",
    "spec.template",
    "spec.version",
    "status.externalId",
    "status.origin",
    "status.createdAt",
    "status.version",
  ],
  spec: withBlocks(externalSpec(spec), KIND).describe("What is declared."),
  status: status.describe("What was found."),
});

export type ManagedAddon = Resource<typeof managedAddon>;
