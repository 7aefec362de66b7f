// InventorySink: what Yunfan manages, reported to a store in which a platform keeps its inventory.
import * as z from "zod";
import { withAddedOnce, withImmutable } from "../../schema/rules.ts";
import { integer, setOf, text } from "../../schema/fields.ts";
import {
  clusterIds,
  comparisonSeconds,
  inventoryClusterId,
  labelSelector,
  mode,
  namespaces,
} from "../common/inventory.ts";
import { accountRef, externalFields } from "../common/spec.ts";
import { commonStatus, location } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { REPORTED_KINDS, inventorySink } from "./kind.ts";

const events = z.object({
  mode: mode.default("Enabled").describe("Whether Events of Yunfan's resources are reported."),
  level: z.enum(["Normal", "Warning"]).default("Normal").describe("Normal: all of them. Warning: warnings alone."),
  repeatSeconds: integer({ min: 1, max: 86_400 })
    .default(300)
    .describe("An Event that repeats is reported again at most so often, with its new count."),
});

const alarms = z.object({
  mode: mode.default("Enabled").describe("Whether resources that are not well raise alarms."),
  notReadyAfterSeconds: integer({ min: 0, max: 86_400 })
    .default(900)
    .describe("For how long a resource may be not Ready. One that is Stalled raises an alarm at once."),
  type: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_|.-]*$/)
    .default("alarm")
    .describe("Type of the alarms in the store, such as alarm, or channels as in rtx|weixin."),
});

const metrics = z.object({
  mode: mode
    .default("Disabled")
    .describe("Whether counts are reported: resources by kind and state, and what is in each cluster."),
  intervalSeconds: integer({ min: 10, max: 86_400 }).default(300).describe("Seconds between two reports."),
});

const watchData = z.object({
  mode: mode
    .default("Disabled")
    .describe("Whether a summary of each resource is kept where other modules watch it. Each change of it wakes them."),
  kinds: setOf(z.enum(REPORTED_KINDS).describe("One kind."), { max: 64 })
    .default(["ManagedCluster", "NodePool"])
    .describe("Kinds of which there is one."),
});

const { externalId, managementPolicy } = externalFields;

const spec = z.object({
  accountRef,
  clusterId: inventoryClusterId.describe("The cluster's id in the store under which records are filed. Immutable."),
  externalId: externalId.describe(
    "Owner id in the records. Default: metadata.uid. Set: the records of that owner in the namespaces covered here are taken over, " +
      "as after a move. May be added once; never changed or removed.",
  ),
  namespaces,
  kinds: setOf(z.enum(REPORTED_KINDS).describe("One kind."), { max: 64 })
    .optional()
    .describe("Kinds that are reported. Default: all but those of the inventory itself."),
  selector: labelSelector.optional(),
  clusterIds,
  refreshSeconds: integer({ min: 0, max: 31_536_000 })
    .default(86_400)
    .describe(
      "Every record is rewritten at least so often, spread over the time, so that age tells what nobody keeps. 0: never.",
    ),
  events: events.prefault({}).describe("Events of Yunfan's resources."),
  alarms: alarms.prefault({}).describe("Alarms about Yunfan's resources."),
  metrics: metrics.prefault({}).describe("Counts."),
  watchData: watchData.prefault({}).describe("Summaries for modules that watch."),
  deletionPolicy: z
    .enum(["Delete", "Orphan"])
    .default("Delete")
    .describe(
      "What deleting this resource does in the store. Delete: what it wrote goes, but for events and alarms. Orphan: all stays.",
    ),
  managementPolicy,
  driftIntervalSeconds: comparisonSeconds
    .default(3_600)
    .describe("Seconds between two comparisons with the store, at which drift is healed. A little is added at random."),
});

const count = integer({ min: 0, max: 2 ** 31 - 1 });

const status = z.object({
  ...commonStatus,
  externalId: text({ min: 1, max: 253 }).optional().describe("Owner id in the records."),
  location: location
    .optional()
    .describe("Where the records are: the location of the account when they were first written."),
  recordCount: count.optional().describe("Resources that have a record in the store."),
  conflictCount: count.optional().describe("Resources whose record would overwrite somebody else's."),
  lostEventCount: count
    .optional()
    .describe("Events that the API server forgot before the store could be told, and that were too many to keep."),
  batchDelete: z
    .enum(["Body", "Query", "Refused"])
    .optional()
    .describe(
      "Where the store was seen to read the times of a batch deletion; Refused: it heeds them or the owner nowhere.",
    ),
});

export const inventorySinkSchema = defineSchema(inventorySink, {
  spec: withAddedOnce(
    withImmutable(spec, "clusterId", "records lie under it; create another InventorySink"),
    "externalId",
  ),
  status,
});

export type InventorySink = Resource<typeof inventorySinkSchema>;
