// ManagedNode: one server of a ManagedCluster that is in no pool. Nothing on its disks is erased unasked.
import * as z from "zod";
import { clusterReference, externalFields, externalSpec } from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { defineSchema } from "../kind.ts";
import { nodeLabels, nodeTaints } from "../nodepool/labels.ts";
import type { Resource } from "../resource.ts";
import { withRule, type CelRule } from "../../schema/enforced.ts";
import { integer, listOf } from "../../schema/fields.ts";
import { cloudReference } from "../../schema/formats.ts";
import { login, word } from "../../schema/login.ts";
import { withImmutable } from "../../schema/rules.ts";
import { managedNodeStatus } from "./status.ts";
import { CLUSTERS_TAINTS, managedNode } from "./kind.ts";

const KIND = managedNode.type.kind;

const ERASED = "its system disk and its data disks are written anew, and all that is on them is lost";

const existingServer = withRule(
  z.object({
    id: cloudReference.describe("Id of the server."),
    eraseDisks: z.boolean().optional().describe(`Has to be true: ${ERASED}.`),
    formatDataDisks: z
      .boolean()
      .optional()
      .describe("Whether data disks are formatted too, where a cloud leaves the choice. Default: false."),
  }),
  {
    rule: "has(self.eraseDisks) && self.eraseDisks",
    message: `a server that joins a cluster is installed anew: ${ERASED}. Set eraseDisks to true if nothing on it is needed`,
    fieldPath: ".eraseDisks",
  },
  ({ eraseDisks }) => eraseDisks === true,
);

const volume = z.object({
  type: cloudReference.describe("The cloud's name of the disk type, such as SATA, SAS or SSD."),
  sizeGiB: integer({ min: 10, max: 32_768 }).describe("Size in GiB."),
});

const repair = withRule(
  z.object({
    policy: z
      .enum(["None", "Reset"])
      .default("None")
      .describe("Reset: a node that does not work for long is reset, which erases its disks."),
    eraseDisks: z.boolean().optional().describe(`Has to be true with policy Reset: ${ERASED}.`),
    afterSeconds: integer({ min: 60, max: 604_800 })
      .default(1_800)
      .describe("For how long on end it must not have worked."),
  }),
  {
    // has(): the API server asks it of a default {} too, before that has defaults of its own.
    rule: "!has(self.policy) || self.policy != 'Reset' || (has(self.eraseDisks) && self.eraseDisks)",
    message: `policy Reset repairs a node by a reset: ${ERASED}. Set eraseDisks to true, or keep policy None`,
    fieldPath: ".eraseDisks",
  },
  ({ policy, eraseDisks }) => policy !== "Reset" || eraseDisks === true,
);

const ownTaints = withRule(
  nodeTaints,
  {
    rule: `self.all(taint, !taint.key.startsWith('${CLUSTERS_TAINTS}'))`,
    message: `taints under ${CLUSTERS_TAINTS} are the cluster's own, which says by them how the node is: choose other keys`,
    reason: "FieldValueForbidden",
  },
  (taints) => taints.every(({ key }) => !key.startsWith(CLUSTERS_TAINTS)),
);

/** What clouds take is told by each when it is asked. */
const displayName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/);

const fields = z.object({
  clusterRef: clusterReference.describe(
    "The cluster that it is in. Another one moves it there, once yunfan.dev/move confirms that its disks are erased.",
  ),
  ...externalFields,
  deletionPolicy: z
    .enum(["Delete", "Detach", "Orphan"])
    .optional()
    .describe(
      "What deleting this resource does in the cloud. Delete: the server is deleted, with its disks and its public address. Detach: the node " +
        "leaves the cluster and the server stays; some clouds install it anew. Orphan: nothing. " +
        "Unset: Delete what Yunfan created, Detach what it accepted, Orphan what it adopted.",
    ),
  existingServer: existingServer
    .optional()
    .describe("A server that exists and becomes the node, in place of one that is bought. Immutable."),
  displayName: displayName
    .optional()
    .describe("Name of the node and its server in the cloud. Unset: left as it is there."),
  instanceType: cloudReference
    .optional()
    .describe(
      "The cloud's name of the machine type, such as s6.large.2. Needed for a server that is bought. Immutable.",
    ),
  zone: cloudReference.optional().describe("Availability zone. Default: any. Immutable."),
  rootVolume: volume.optional().describe("System disk. Default: the cloud's. Immutable."),
  dataVolumes: listOf(volume.describe("A data disk."), { max: 16 }).optional().describe("Data disks. Immutable."),
  os: word
    .optional()
    .describe("Operating system, such as EulerOS 2.5. Default: the cloud's. A change waits for a reset."),
  login: login.optional().describe("How people log in to it; some clouds need it. A change waits for a reset."),
  labels: nodeLabels
    .optional()
    .describe(
      "Labels of the node in its cluster: kept there, and taken away when they are no longer named. Others are left alone.",
    ),
  taints: ownTaints
    .optional()
    .describe(
      "Taints of the node in its cluster: kept there, and taken away when they are no longer named. Others are left alone.",
    ),
  repair: repair.optional().describe("What is done about a node that does not work. Default: nothing."),
  ...blockFields(KIND),
});

const MADE_OF: CelRule = {
  rule: "has(self.instanceType) || has(self.existingServer) || has(self.externalId)",
  message: "a node is bought, accepted or adopted: give instanceType, existingServer or externalId",
  reason: "FieldValueRequired",
  fieldPath: ".instanceType",
};

/** What only a server that is bought has. */
const BOUGHT = ["instanceType", "zone", "rootVolume", "dataVolumes"] as const;

const SERVER_IS_GIVEN: CelRule = {
  rule: `!has(self.existingServer) || !(${BOUGHT.map((field) => `has(self.${field})`).join(" || ")})`,
  message: `a server that exists has what it has: remove ${BOUGHT.join(", ")}, or existingServer`,
  reason: "FieldValueForbidden",
  fieldPath: ".existingServer",
};

const DETACH_NEEDS_LOGIN: CelRule = {
  rule: "!has(self.deletionPolicy) || self.deletionPolicy != 'Detach' || has(self.login)",
  message: "a server that leaves its cluster is installed anew: deletionPolicy Detach needs login",
  reason: "FieldValueRequired",
  fieldPath: ".login",
};

const KEPT = "the server is made with it; create another ManagedNode";

const fixed = ["instanceType", "zone", "rootVolume", "dataVolumes", "existingServer"].reduce(
  (schema, field) => withImmutable(schema, field, KEPT),
  externalSpec(fields),
);

const made = withRule(
  fixed,
  MADE_OF,
  ({ instanceType, existingServer: given, externalId }) =>
    instanceType !== undefined || given !== undefined || externalId !== undefined,
);

const given = withRule(
  made,
  SERVER_IS_GIVEN,
  (value) => value.existingServer === undefined || BOUGHT.every((field) => value[field] === undefined),
);

const leaving = withRule(
  given,
  DETACH_NEEDS_LOGIN,
  ({ deletionPolicy, login: declared }) => deletionPolicy !== "Detach" || declared !== undefined,
);

export const managedNodeSchema = defineSchema(managedNode, {
  spec: withBlocks(leaving, KIND),
  status: managedNodeStatus,
});

export type ManagedNode = Resource<typeof managedNodeSchema>;
