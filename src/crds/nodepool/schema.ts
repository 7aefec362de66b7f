// NodePool: nodes alike in a ManagedCluster.
import * as z from "zod";
import { cloudReference } from "../../schema/formats.ts";
import { clusterRef, externalFields, managedSpec } from "../common/spec.ts";
import { blockFields, withBlocks } from "../common/with-blocks.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";
import { integer, listMapOf, listOf, setOf, text } from "../../schema/fields.ts";
import { login, word } from "../../schema/login.ts";
import { withAddedOnce, withImmutable } from "../../schema/rules.ts";
import { nodeLabels, nodeTaints } from "./labels.ts";
import { nodePool } from "./kind.ts";

const KIND = nodePool.type.kind;

const MOST_NODES = 5_000;

/** Of the alphabet of metadata.name, the default, which may be longer: the cloud then refuses it (NameRefused). */
const cloudName = z
  .string()
  .min(1)
  .max(50)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

const nodes = integer({ min: 0, max: MOST_NODES });

/** What is left out is as the pool has it: a default would be a wish that nobody expressed. */
const autoscaling = withRule(
  z.object({
    enabled: z
      .boolean()
      .optional()
      .describe(
        "While true, the cloud owns the count and spec.replicas only starts it. Unset: as it is; a new pool has it off.",
      ),
    minReplicas: nodes
      .optional()
      .describe("The fewest nodes that the autoscaler leaves. Unset: as it is; of a new pool 0."),
    maxReplicas: nodes.optional().describe("The most nodes that the autoscaler makes. Needed where it is enabled."),
  }),
  {
    rule:
      "!has(self.enabled) || !self.enabled || " +
      "(has(self.maxReplicas) && self.maxReplicas >= 1 && (!has(self.minReplicas) || self.minReplicas <= self.maxReplicas))",
    message: "with autoscaling enabled, maxReplicas must be 1 or more and not less than minReplicas",
    fieldPath: ".maxReplicas",
  },
  ({ enabled = false, minReplicas = 0, maxReplicas = 0 }) =>
    !enabled || (maxReplicas >= 1 && minReplicas <= maxReplicas),
);

const volume = z.object({
  type: cloudReference.describe("The cloud's name of the disk type, such as SATA, SAS or SSD."),
  sizeGiB: integer({ min: 10, max: 32_768 }).describe("Size in GiB."),
});

const existingServers = withRule(
  z.object({
    ids: setOf(cloudReference.describe("Id of a server."), { max: 100 })
      .min(1)
      .describe("Servers to take in. One that is taken out of the list leaves the cluster and is never released."),
    eraseDisks: z.boolean().describe("Has to be true: the system disk of each is replaced, and what is on it is lost."),
    formatDataDisks: z.boolean().default(false).describe("Whether their data disks are formatted too."),
    keepNames: z.boolean().default(true).describe("Whether they keep their names in the cloud."),
  }),
  {
    rule: "self.eraseDisks",
    message: "joining a cluster replaces a server's system disk: set eraseDisks to true if nothing on it is needed",
    fieldPath: ".eraseDisks",
  },
  ({ eraseDisks }) => eraseDisks,
);

const instanceType = withTransitionRule(cloudReference, {
  rule: "self == oldSelf",
  message: "instanceType is immutable: create another NodePool and delete this one when its work has moved",
  reason: "FieldValueForbidden",
});

const spec = z.object({
  clusterRef,
  ...externalFields,
  cloudName: cloudName
    .optional()
    .describe("Name of the pool in the cloud, at most 50 characters. Default: metadata.name. Immutable."),
  replicas: nodes
    .optional()
    .describe(
      "How many nodes; with autoscaling, how many to start with. Unset: as many as there are; a new pool begins with none.",
    ),
  autoscaling: autoscaling
    .optional()
    .describe(
      "Whether the cloud chooses the count, and within which bounds. Unset: left as it is there; off in a new pool.",
    ),
  labels: nodeLabels
    .optional()
    .describe("Labels of the nodes, as a whole set: others are removed. Unset: they are left as they are."),
  taints: nodeTaints
    .optional()
    .describe(
      "Taints of the nodes, as a whole set. Unset: they are left as they are. Some clouds show them to nobody: what others change is not noticed.",
    ),
  instanceType: instanceType.describe("The cloud's name of the machine type, such as s6.large.2. Immutable."),
  zone: cloudReference.optional().describe("Availability zone. Default: any. Immutable."),
  os: word.optional().describe("Operating system, such as EulerOS 2.5. Default: the cloud's. Immutable."),
  rootVolume: volume.optional().describe("System disk. Default: the cloud's. Immutable."),
  dataVolumes: listOf(volume.describe("A data disk."), { max: 16 }).optional().describe("Data disks. Immutable."),
  login: login.optional().describe("How people log in to the nodes; some clouds need it. May be added once."),
  existingServers: existingServers
    .optional()
    .describe(
      "The pool is of servers that exist, in place of bought ones. Excludes replicas above 0 and autoscaling. Can be neither added nor " +
        "removed.",
    ),
  maxRemovalsPerStep: integer({ min: 1, max: MOST_NODES })
    .default(1)
    .describe("When scaling down: how many nodes go at once; the next go when the pool is in order again."),
  ...blockFields(KIND),
});

/** Of whatever size: a pool that others have made larger is shown as it is. */
const count = integer({ min: 0, max: 2 ** 31 - 1 });

const fieldName = z
  .string()
  .max(63)
  .regex(/^[a-z][A-Za-z0-9]*$/);

const sentChange = z
  .object({
    generation: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).describe("The generation that they were sent for."),
    fields: listOf(fieldName.describe("A field of the spec."), { max: 3 }).describe("Fields of the spec."),
  })
  .describe("Fields that were sent and that the cloud does not show: they are not sent again for that generation.");

const server = z
  .object({
    id: text({ min: 1, max: 128 }).describe("Id of the server."),
    origin: z.enum(["Created", "Accepted"]).describe("Created: bought by Yunfan. Accepted: it existed before."),
    state: z
      .enum(["Joining", "Joined", "Leaving", "Left", "Failed"])
      .describe(
        "Joining is written before the cloud is asked. Left is final until its id leaves spec.existingServers.",
      ),
    message: text({ max: 1024 }).optional().describe("Why, in the cloud's words."),
  })
  .describe("A server of the pool.");

const status = z.object({
  ...managedStatus,
  ...originFields,
  cloudPhase: cloudPhase.optional(),
  replicas: count.optional().describe("Nodes that the pool has."),
  readyReplicas: count.optional().describe("Those of them that work."),
  desiredReplicas: count.optional().describe("Nodes that the pool is to have, in the cloud's books."),
  selector: text({ max: 1024 }).optional().describe("Label selector of the nodes, for the scale subresource."),
  appliedTaints: nodeTaints.optional().describe("The taints that were sent last: no cloud shows them."),
  sentChange: sentChange.optional(),
  appliedLabels: nodeLabels
    .optional()
    .describe("The labels that its first servers joined with, where the cloud has no pools and changes none."),
  servers: listMapOf(server, { keys: ["id"], max: MOST_NODES })
    .optional()
    .describe("The servers of a pool with existingServers, and of every pool where the cloud has none."),
});

const IMMUTABLE = ["zone", "os", "rootVolume", "dataVolumes"];

const MADE_WITH_IT = "nodes are made with it; create another NodePool";

const ruled = IMMUTABLE.reduce(
  (schema, field) => withImmutable(schema, field, MADE_WITH_IT),
  withAddedOnce(managedSpec(spec), "login", MADE_WITH_IT),
);

const EXISTING_SERVERS: CelRule = {
  rule: "has(self.existingServers) == has(oldSelf.existingServers)",
  message:
    "existingServers can be neither added nor removed: servers leave by their id, or with the pool; create another NodePool",
  reason: "FieldValueForbidden",
  fieldPath: ".existingServers",
};

const NO_REPLICAS: CelRule = {
  rule: "!has(self.existingServers) || !has(self.replicas) || self.replicas == 0",
  message: "a pool of existing servers has those that existingServers names: remove replicas",
  reason: "FieldValueForbidden",
  fieldPath: ".replicas",
};

const NO_AUTOSCALING: CelRule = {
  rule: "!has(self.existingServers) || !has(self.autoscaling)",
  message: "a pool of existing servers has those that existingServers names: remove autoscaling",
  reason: "FieldValueForbidden",
  fieldPath: ".autoscaling",
};

const counted = withRule(
  withRule(
    withTransitionRule(ruled, EXISTING_SERVERS),
    NO_REPLICAS,
    ({ existingServers: given, replicas = 0 }) => given === undefined || replicas === 0,
  ),
  NO_AUTOSCALING,
  (value) => value.existingServers === undefined || value.autoscaling === undefined,
);

export const nodePoolSchema = defineSchema(nodePool, {
  spec: withBlocks(counted, KIND),
  status,
});

export type NodePool = Resource<typeof nodePoolSchema>;
