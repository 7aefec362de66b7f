// CloudVolumeClaim: a claim of cloud storage in a ManagedCluster. Nothing on the storage is erased unasked.
import * as z from "zod";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";
import { integer, setOf, text } from "../../schema/fields.ts";
import { namespaceName, objectName } from "../../schema/formats.ts";
import { withImmutable } from "../../schema/rules.ts";
import { clusterRef, externalFields, externalSpec } from "../common/spec.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { blockFields, statusFields, withBlocks } from "../common/with-blocks.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { cloudVolumeClaim } from "./kind.ts";

const KIND = cloudVolumeClaim.type.kind;

/** 64 TiB, more than a disk of any cloud. */
const LARGEST_GIB = 65_536;

const fields = z.object({
  clusterRef,
  ...externalFields,
  cloudName: objectName.optional().describe("Name of the claim in the cluster. Default: metadata.name. Immutable."),
  targetNamespace: namespaceName
    .default("default")
    .describe("Namespace of the claim in the cluster; it has to be there. Immutable."),
  accessModes: setOf(
    z
      .enum(["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"])
      .describe("ReadWriteOnce: by one node. ReadOnlyMany, ReadWriteMany: by many."),
    { max: 3 },
  )
    .min(1)
    .describe("How the storage may be mounted. Immutable."),
  storageClassName: objectName
    .optional()
    .describe("Class of new storage, only with sizeGiB. Default: the cluster's default class. Immutable."),
  sizeGiB: integer({ min: 1, max: LARGEST_GIB })
    .optional()
    .describe("Makes new storage of so many GiB, where the cloud does that. It may grow and never shrinks."),
  contentsOnDelete: z
    .enum(["Retain", "Delete"])
    .default("Retain")
    .describe(
      "What becomes of the storage when the claim is deleted. Retain: it stays. Delete: it is deleted with all that is on it, once the " +
        "annotation yunfan.dev/erase names it.",
    ),
  ...blockFields(KIND),
});

/** The blocks that name storage which exists. */
const OF_STORAGE: CelRule = {
  rule: "(has(self.huawei) ? 1 : 0) + (has(self.sizeGiB) ? 1 : 0) <= 1",
  message: "storage exists (huawei) or is made new (sizeGiB): give one of them",
  reason: "FieldValueForbidden",
  fieldPath: ".sizeGiB",
};

const SOME_STORAGE: CelRule = {
  rule: "has(self.huawei) || has(self.sizeGiB) || has(self.externalId)",
  message: "a claim is of storage that exists, of new storage, or adopted: give huawei, sizeGiB or externalId",
  reason: "FieldValueRequired",
  fieldPath: ".sizeGiB",
};

const CLASS_OF_NEW: CelRule = {
  rule: "!has(self.storageClassName) || has(self.sizeGiB)",
  message: "storageClassName is for new storage: give sizeGiB too, or remove it",
  reason: "FieldValueForbidden",
  fieldPath: ".storageClassName",
};

const NEVER_SHRINKS: CelRule = {
  rule: "!has(oldSelf.sizeGiB) || (has(self.sizeGiB) && self.sizeGiB >= oldSelf.sizeGiB)",
  message: "sizeGiB can be added and grow, but neither shrink nor be removed: no storage shrinks",
  reason: "FieldValueForbidden",
  fieldPath: ".sizeGiB",
};

const KEPT = "the claim is made with it; create another CloudVolumeClaim";

const fixed = ["cloudName", "targetNamespace", "accessModes", "storageClassName"].reduce(
  (schema, field) => withImmutable(schema, field, KEPT),
  externalSpec(fields),
);

const single = withRule(fixed, OF_STORAGE, ({ huawei, sizeGiB }) => huawei === undefined || sizeGiB === undefined);

const some = withRule(
  single,
  SOME_STORAGE,
  ({ huawei, sizeGiB, externalId }) => huawei !== undefined || sizeGiB !== undefined || externalId !== undefined,
);

const classed = withRule(
  some,
  CLASS_OF_NEW,
  ({ storageClassName, sizeGiB }) => storageClassName === undefined || sizeGiB !== undefined,
);

const status = z.object({
  ...managedStatus,
  ...originFields,
  // A namespace and a name, each as long as they may be.
  cloudName: text({ max: 320 }).optional().describe("Namespace and name of the claim in the cluster, with a slash."),
  claimPhase: cloudPhase.optional().describe("The cluster's word for the state of the claim: Pending, Bound or Lost."),
  volumeName: text({ max: 253 }).optional().describe("The PersistentVolume that the claim is bound to."),
  capacity: text({ max: 64 }).optional().describe("What the claim has, such as 20Gi."),
  ...statusFields(KIND),
});

export const cloudVolumeClaimSchema = defineSchema(cloudVolumeClaim, {
  spec: withBlocks(withTransitionRule(classed, NEVER_SHRINKS), KIND),
  status,
});

export type CloudVolumeClaim = Resource<typeof cloudVolumeClaimSchema>;
