// The part of the status that all kinds share.
import * as z from "zod";
import { integer, listMapOf, text } from "../../schema/fields.ts";
import { camelCase, time } from "../../schema/formats.ts";
import { LONGEST_MESSAGE, LONGEST_WORDS } from "./limits.ts";

const generation = integer({ min: -1, max: Number.MAX_SAFE_INTEGER });

/** Kubernetes takes no more in all annotations of an object together. */
const LARGEST_ANNOTATION_BYTES = 262_144;

/** Of whatever alphabet: a status that the API server refuses helps nobody. */
const cloudId = text({ min: 1, max: 253 });

/** metav1.Condition with all members required: only the operator writes conditions, and always whole. */
const condition = z
  .object({
    type: z
      .string()
      .min(1)
      .max(316)
      .regex(
        /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/,
      )
      .describe("What is said, such as Ready."),
    status: z.enum(["True", "False", "Unknown"]).describe("Whether it holds."),
    reason: z
      .string()
      .min(1)
      .max(1024)
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .describe("Why, in one CamelCase word that programs may rely on."),
    message: text({ max: LONGEST_MESSAGE }).describe(
      "Why, for people: names the field or the cloud's error code, and what to do.",
    ),
    observedGeneration: generation.describe("The generation of the resource that this was found for."),
    lastTransitionTime: time.describe("When status last changed."),
  })
  .describe("One statement about the resource.");

/** Members for the z.object() of every kind's status. */
export const commonStatus = {
  observedGeneration: generation
    .default(-1)
    .describe("The generation that the operator has dealt with last; -1 until it has seen the resource."),
  conditions: listMapOf(condition, { keys: ["type"], max: 32 })
    .optional()
    .describe("Ready, Reconciling and Stalled follow kstatus; the others are what a person can act on."),
  phase: camelCase.optional().describe("A word for display, never a contract: programs use conditions."),
  lastHandledReconcileAt: text({ max: LARGEST_ANNOTATION_BYTES })
    .optional()
    .describe("The value of the annotation yunfan.dev/reconcile-at that was acted on last."),
} as const;

const operation = z.object({
  verb: z
    .enum([
      "Create",
      "Update",
      "Upgrade",
      "Hibernate",
      "Wake",
      "ScaleOut",
      "Attach",
      "Remove",
      "Restart",
      "Reset",
      "Move",
      "Detach",
      "Delete",
    ])
    .describe("What was asked of the cloud."),
  id: cloudId.optional().describe("The cloud's id of its job, where it has one."),
  nonce: z
    .string()
    .min(1)
    .max(128)
    .regex(/^[a-z0-9-]+$/)
    .describe("Marks this attempt, so that its result is recognised and nothing is created twice."),
  startedAt: time.describe("When it was journaled, before the first request was sent."),
  lastSentAt: time
    .optional()
    .describe("When the request was last about to be sent; the settle window counts from here."),
  progress: text({ max: LONGEST_WORDS.progress }).optional().describe("How far it has come, in the cloud's words."),
});

/** An operation of a cloud: without an externalId beside it, the journal of a create (docs/protocol.md#creating-exactly-once). */
export type Operation = Readonly<z.output<typeof operation>>;

/** Never a key. */
export const location = text({ max: 512 });

export const accountLocation = location.describe(
  "Where what it reaches is: provider, endpoint, and, as far as the cloud tells, region and project of the credentials.",
);

/** Of kinds that create: who made the thing, and how often it was tried. */
export const originFields = {
  origin: z
    .enum(["Created", "Adopted"])
    .optional()
    .describe("Who made it. Created: Yunfan, which then deletes it by default. Adopted: somebody else."),
  createdAt: time
    .optional()
    .describe(
      "When it was made, by the cloud's clock. With the id, what it is known by: another one may get the same id elsewhere.",
    ),
  incarnation: text({ max: 128 })
    .optional()
    .describe(
      "Where externalId is a name: which of those that had it this resource stands for, such as its time of creation as the cloud shows " +
        "it. Another one of that name is neither changed nor deleted; yunfan.dev/recreate and yunfan.dev/force-orphan name this in place " +
        "of the id.",
    ),
  createAttempts: integer({ min: 0, max: 2 ** 31 - 1 })
    .optional()
    .describe("How many creations were journaled; each has a nonce of its own."),
  journaledChanges: integer({ min: 0, max: 2 ** 31 - 1 })
    .optional()
    .describe("How many changes were journaled that must not be forgotten; each has a nonce of its own."),
} as const;

/** Of kinds whose clouds tell more than whether the thing is there. Of whatever alphabet, as cloudId is. */
export const cloudPhase = text({ max: LONGEST_WORDS.cloudPhase }).describe(
  "The cloud's own word for the state it is in.",
);

/** Further members for kinds that stand for something in a cloud. */
export const managedStatus = {
  ...commonStatus,
  externalId: cloudId.optional().describe("Id in the cloud of what this resource stands for."),
  location: location
    .optional()
    .describe(
      "Where externalId is: the location of the account when it was recorded. An id proves nothing in another one.",
    ),
  cloudName: text({ max: 255 }).optional().describe("Name in the cloud: spec.cloudName, or else metadata.name."),
  operation: operation
    .optional()
    .describe(
      "The journal of a create whose outcome is not known yet; beside an externalId, a job of the cloud that is under way.",
    ),
} as const;
