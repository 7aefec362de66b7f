// What is found of a ManagedNode, and what has to be remembered of it.
import * as z from "zod";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { listMapOf, setOf, text } from "../../schema/fields.ts";
import { objectName, time } from "../../schema/formats.ts";

const id = text({ min: 1, max: 253 });

/** Of the largest of all annotations of an object together. */
const wish = text({ max: 262_144 });

const snapshot = {
  externalId: id.describe("The node's id before it was asked for."),
  cloudPhase: cloudPhase,
  updatedAt: text({ max: 32 }).optional().describe("When the cloud had changed the node last, where it tells."),
} as const;

/** What takes the node out of service, from before the first request until the node works again or is gone. */
const disruption = z.object({
  verb: z.enum(["Reset", "Move", "Detach", "Delete"]).describe("What is done to it."),
  since: time.describe("When it was first wanted: the longest waiting goes first."),
  state: z
    .enum(["Waiting", "Taken", "Sent"])
    .describe(
      "Waiting: others of the cluster go first. Taken: it has the turn. Sent: written before the cloud is asked.",
    ),
  sentAt: time.optional().describe("When the request was last about to be sent; the settle window counts from here."),
  wish: wish.optional().describe("The annotation's value that asks for it; unset: Yunfan itself, to repair it."),
  ...snapshot,
});

const lastReset = z.object({
  wish: wish
    .optional()
    .describe(
      "The value of the annotation yunfan.dev/reset that was acted on last, or that was there when the node was recorded.",
    ),
  at: time.optional().describe("When the last reset by Yunfan had come to its end; unset: none has."),
  repairedAt: time.optional().describe("When Yunfan last reset it to repair it."),
});

/** Of a spec's field when the disks were written last: enough to tell that it has changed. */
const written = z
  .object({
    field: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)?$/)
      .describe("The field, from the spec."),
    digest: z
      .string()
      .min(1)
      .max(64)
      .regex(/^[0-9a-f]+$/)
      .describe("Of what it was then."),
  })
  .describe("A field that only a reset changes.");

const taintKey = z
  .object({
    key: text({ min: 1, max: 253 }).describe("The taint's key."),
    effect: text({ min: 1, max: 32 }).describe("The taint's effect."),
  })
  .describe("A taint that Yunfan has put on the node.");

export const managedNodeStatus = z.object({
  ...managedStatus,
  ...originFields,
  origin: z
    .enum(["Created", "Accepted", "Adopted"])
    .optional()
    .describe(
      "Created: by Yunfan, which deletes it by default. Accepted: a server that existed, which leaves the cluster by default and stays. " +
        "Adopted: a node that existed, which is left alone by default.",
    ),
  serverId: id.optional().describe("Id of the server. It outlives the node's id, which a reset or a move may change."),
  clusterName: objectName.optional().describe("Name of the ManagedCluster that the node is in."),
  cloudPhase: cloudPhase.optional(),
  internalIP: text({ max: 64 }).optional().describe("Its address in the VPC."),
  externalIP: text({ max: 64 }).optional().describe("Its public address, where it has one."),
  hasBeenActive: z.boolean().optional().describe("Whether it has ever worked: what never did may go at any time."),
  abnormalSince: time.optional().describe("Since when the cloud says on end that it does not work."),
  lastReset: lastReset.optional().describe("What was asked for of resets, and what came of it."),
  disruption: disruption.optional().describe("What takes the node out of service now, or is to."),
  written: listMapOf(written, { keys: ["field"], max: 64 })
    .optional()
    .describe("What the node's disks were written with, for the fields that only a reset changes."),
  ownLabels: setOf(text({ min: 1, max: 317 }).describe("A label's key."), { max: 128 })
    .optional()
    .describe("Labels that Yunfan has put on the node: they go when they are no longer declared."),
  ownTaints: listMapOf(taintKey, { keys: ["key", "effect"], max: 64 })
    .optional()
    .describe("Taints that Yunfan has put on the node: they go when they are no longer declared."),
  lastMove: wish.optional().describe("The value of yunfan.dev/move that was there when the node was recorded."),
});
