// Fields that the kinds of the inventory share: whose resources they are about, and by which ids clusters are known there.
import * as z from "zod";
import { withRule } from "../../schema/enforced.ts";
import { integer, listMapOf, listOf, mapOf, setOf, text } from "../../schema/fields.ts";
import { cloudReference, namespaceName } from "../../schema/formats.ts";

/** A cluster's id in an inventory, such as BCS-K8S-40001; it becomes a part of paths. */
export const inventoryClusterId = cloudReference;

const namespaceOrAll = z
  .string()
  .min(1)
  .max(63)
  .regex(/^(\*|[a-z0-9]([a-z0-9-]*[a-z0-9])?)$/);

export const namespaces = setOf(namespaceOrAll.describe('The name of a namespace, or "*" for all.'), { max: 256 })
  .optional()
  .describe(
    'Whose resources are meant. "*": those of all namespaces. Default: our own namespace. Others only where this resource lies in ' +
      "the operator's platform namespace.",
  );

export const clusterIds = listMapOf(
  z
    .object({
      namespace: namespaceName.describe("Whose ManagedCluster may claim it."),
      id: inventoryClusterId.describe("An id in the inventory."),
    })
    .describe("A claim that is believed."),
  { keys: ["namespace", "id"], max: 256 },
)
  .optional()
  .describe(
    "Which spec.inventoryClusterId the ManagedClusters of other namespaces may claim: without it, one tenant could reach another's. " +
      "Those of our own namespace need no entry.",
  );

const labelValue = z
  .string()
  .max(63)
  .regex(/^(([A-Za-z0-9][A-Za-z0-9_.-]*)?[A-Za-z0-9])?$/);

const labelKey = text({ min: 1, max: 317 });

/** As Kubernetes has it: without its values, In would choose nothing, and what is reported would be taken away. */
const requirement = withRule(
  z.object({
    key: labelKey.describe("The label."),
    operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]).describe("What must hold of its value."),
    values: setOf(labelValue.describe("One value."), { max: 64 }).optional().describe("For In and NotIn."),
  }),
  {
    rule: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
    message: "In and NotIn need values, Exists and DoesNotExist take none",
    fieldPath: ".values",
  },
  ({ operator, values = [] }) => (operator === "In" || operator === "NotIn") === values.length > 0,
);

export const labelSelector = z
  .object({
    matchLabels: mapOf(labelValue.describe("The label's value."), { max: 64 })
      .optional()
      .describe("Labels with these values."),
    matchExpressions: listOf(requirement.describe("What must hold of one label."), { max: 64 })
      .optional()
      .describe("Each must hold."),
  })
  .describe("Only resources with these labels. Default: all.");

export type LabelSelector = z.output<typeof labelSelector>;

/** How often an inventory is compared with what there is. */
export const comparisonSeconds = integer({ min: 5, max: 86_400 });

export const mode = z.enum(["Enabled", "Disabled"]);
