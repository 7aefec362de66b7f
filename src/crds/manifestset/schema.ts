// ManifestSet: Kubernetes objects in a cloud cluster, over whatever channel that cloud has.
import * as z from "zod";
import {
  accountReference,
  ACCOUNT_IS_FIXED,
  CLUSTER_IS_FIXED,
  clusterReference,
  policyFields,
} from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withRule } from "../../schema/enforced.ts";
import { integer, listOf, openObject, text } from "../../schema/fields.ts";
import { namespaceName, objectName } from "../../schema/formats.ts";
import { withImmutable } from "../../schema/rules.ts";
import { MOST_OBJECTS } from "./limits.ts";
import { manifestSetStatus } from "./status.ts";
import { manifestSet } from "./kind.ts";

const KIND = manifestSet.type.kind;

/** Objects in a target, whose names are not all those of DNS: roles may have colons. */
const name = text({ min: 1, max: 253 });

const manifest = openObject({
  apiVersion: text({ min: 1, max: 317 }).describe("Group and version, such as apps/v1."),
  kind: text({ min: 1, max: 63 }).describe("Such as Deployment."),
  metadata: openObject({
    name: name.describe("Name in the target."),
    namespace: namespaceName.optional().describe("Namespace in the target. Default: spec.targetNamespace."),
  }).describe("Name, namespace, labels, annotations. Others' members are not applied."),
}).describe("A Kubernetes object.");

const sourceKind = z.enum(["ConfigMap", "Secret"]).describe("Kind of the source.");

const source = z.object({
  kind: sourceKind,
  name: objectName.describe(
    'Name of the source, in our own namespace; it bears the label yunfan.dev/manifests: "true".',
  ),
  key: text({ min: 1, max: 253 })
    .optional()
    .describe("Key in it, a text of YAML or JSON documents. Default: all that end in .yaml, .yml or .json."),
});

const copy = z.object({
  kind: sourceKind,
  name: objectName.describe(
    'Name of the source, in our own namespace; it bears the label yunfan.dev/manifests: "true".',
  ),
  targetName: objectName.optional().describe("Name in the target. Default: the same."),
  targetNamespace: namespaceName.optional().describe("Namespace in the target. Default: spec.targetNamespace."),
});

const pointer = z
  .string()
  .max(253)
  .regex(/^(\/([^~/]|~[01])*)+$/);

const ignored = z.object({
  kind: text({ min: 1, max: 63 }).describe("Kind of the object."),
  name: name.describe("Its name."),
  namespace: namespaceName.optional().describe("Its namespace. Default: spec.targetNamespace, where the kind has one."),
  paths: listOf(pointer.describe("JSON pointer, such as /spec/replicas."), { max: 64 }).describe(
    "Fields that are sent when the object is made and are others' from then on.",
  ),
});

const feedback = z.object({
  name: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/)
    .describe("Name in status.feedback."),
  kind: text({ min: 1, max: 63 }).describe("Kind of an object of this set; never Secret."),
  objectName: name.describe("Its name."),
  namespace: namespaceName.optional().describe("Its namespace. Default: spec.targetNamespace, where the kind has one."),
  path: z
    .string()
    .max(253)
    .regex(/^(\.[A-Za-z0-9_-]+(\[[0-9]{1,4}\])*)+$/)
    .describe("Where the value is, such as .status.loadBalancer.ingress[0].ip."),
});

const fields = z.object({
  clusterRef: clusterReference
    .optional()
    .describe("The cluster that the objects are in. Exactly one of both. Immutable."),
  accountRef: accountReference
    .optional()
    .describe(
      "The account whose place the objects are in, where a cloud has no clusters. Exactly one of both. Immutable.",
    ),
  targetNamespace: namespaceName
    .default("default")
    .describe("For objects that have a namespace and name none; one that is named is never changed."),
  manifests: listOf(manifest, { max: 256 })
    .default([])
    .describe("The objects. Everybody can read them here: the contents of a Secret are refused."),
  manifestsFrom: listOf(source.describe("A ConfigMap or Secret with manifests in it."), { max: 16 })
    .default([])
    .describe("Where more objects are."),
  copies: listOf(copy.describe("A ConfigMap or Secret that is copied."), { max: 64 })
    .default([])
    .describe("ConfigMaps and Secrets of our own namespace that the target gets as they are."),
  serviceAccount: z
    .object({ namespace: namespaceName.describe("Its namespace."), name: objectName.describe("Its name.") })
    .optional()
    .describe("The ServiceAccount of the target to act as. Default: the user of the kubeconfig."),
  existingObjects: z
    .enum(["Refuse", "Adopt"])
    .default("Refuse")
    .describe(
      "What becomes of objects that are there before us. Refuse: they are left alone, and the set stalls. Adopt: they are changed to " +
        "what is declared, and by default stay when the set goes.",
    ),
  prune: z
    .enum(["Delete", "Keep"])
    .default("Delete")
    .describe("What becomes of objects that are declared no more. Keep: they stay, and are ours no more."),
  maxPrunes: integer({ min: 0, max: MOST_OBJECTS })
    .default(20)
    .describe("The most objects to prune at once: more wait until a person raises it."),
  dataOnDelete: z
    .enum(["Keep", "Delete"])
    .default("Keep")
    .describe(
      "Whether Namespaces, CustomResourceDefinitions, PersistentVolumeClaims and PersistentVolumes go when they are pruned or the set " +
        "is deleted: with them goes what nobody has listed.",
    ),
  ignore: listOf(ignored.describe("Fields of one object."), { max: 64 })
    .default([])
    .describe("Fields that others own after an object was made."),
  feedback: listOf(feedback.describe("A value of one object."), { max: 16 })
    .default([])
    .describe("Values of the objects that are shown in status.feedback."),
  usageIntervalSeconds: withRule(
    integer({ min: 0, max: 86_400 }),
    { rule: "self == 0 || self >= 60", message: "usageIntervalSeconds is 0 (off) or 60 and more" },
    (seconds) => seconds === 0 || seconds >= 60,
  )
    .default(0)
    .describe("Seconds between two readings of what workloads use. 0: off."),
  ...policyFields,
  ...blockFields(KIND),
});

const placed = withRule(
  fields,
  {
    rule: "has(self.clusterRef) != has(self.accountRef)",
    message: "exactly one of clusterRef and accountRef must be given",
  },
  ({ clusterRef, accountRef }) => (clusterRef === undefined) !== (accountRef === undefined),
);

const fixed = withImmutable(withImmutable(placed, "clusterRef", CLUSTER_IS_FIXED), "accountRef", ACCOUNT_IS_FIXED);
const spec = withBlocks(fixed, KIND);

export const manifestSetSchema = defineSchema(manifestSet, {
  spec,
  status: manifestSetStatus,
});

export type ManifestSet = Resource<typeof manifestSetSchema>;
