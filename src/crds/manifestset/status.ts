// The status of a ManifestSet: what is where, what is not healthy, and what the objects say. Bounded, and without counts and times.
import * as z from "zod";
import { commonStatus } from "../common/status.ts";
import { statusFields } from "../common/with-blocks.ts";
import { time } from "../../schema/formats.ts";
import { integer, listMapOf, listOf, text } from "../../schema/fields.ts";
import {
  LONGEST_MESSAGE,
  MOST_NOT_READY,
  MOST_OBJECTS,
  MOST_RESIDUE,
  MOST_WARNINGS,
  MOST_WORKLOADS,
} from "./limits.ts";

/** While one set of objects takes the place of another, both are in it. */
const LONGEST_INVENTORY = 2 * MOST_OBJECTS;

const ref = text({ min: 1, max: 700 });
const word = text({ max: 253 });
const message = text({ max: LONGEST_MESSAGE });
const count = integer({ min: 0, max: 2 ** 31 - 1 });
const figure = integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const entry = z
  .object({
    ref: ref.describe("The object as group/Kind/namespace/name; empty parts are kept."),
    uid: text({ min: 1, max: 128 })
      .optional()
      .describe("Its UID there; not yet known of one that is about to be made."),
    origin: z
      .enum(["Created", "Adopted"])
      .describe("Who made it. Created: Yunfan, which then deletes it by default. Adopted: somebody else."),
    making: z
      .object({
        since: time.describe("When it was about to be sent."),
        print: text({ max: 128 }).optional().describe("Print of what it is made of; none of what is secret."),
      })
      .optional()
      .describe(
        "Of an object that may get elsewhere than it is meant to, or that is made first and marked afterwards: written before it is sent, until it is known to be there.",
      ),
  })
  .describe("An object of this set.");

const unready = z
  .object({
    ref: ref.describe("The object as group/Kind/namespace/name."),
    reason: word.describe("Why, in one word."),
    message: message.describe("Why, for people."),
  })
  .describe("An object that is not healthy.");

const usage = z
  .object({
    cpuMillicores: figure.optional().describe("Of one processor, thousandths."),
    memoryMebibytes: figure.optional().describe("Memory in use."),
    receiveKibibytesPerSecond: figure.optional().describe("Received over the network."),
    transmitKibibytesPerSecond: figure.optional().describe("Sent over the network."),
  })
  .describe("What its pods use, rounded to two digits; /metrics has it in full.");

const workload = z
  .object({
    ref: ref.describe("The object as group/Kind/namespace/name."),
    desired: count.optional().describe("Pods that it is to have."),
    ready: count.optional().describe("Pods that are ready."),
    reason: word.optional().describe("Why pods are not ready, in the target's word."),
    usage: usage.optional(),
  })
  .describe("An object that runs pods.");

const warning = z
  .object({
    object: ref.describe("What it is about, in the target."),
    reason: word.describe("Why, in the target's word."),
    message: message.describe("In the target's words."),
  })
  .describe("What one Event says.");

const residue = z
  .object({
    ref: ref.describe("The object that it was made for, as group/Kind/namespace/name."),
    name: word.describe("Its name in the cloud."),
    since: time.optional().describe("When the object was found to be gone, and it may be there still."),
  })
  .describe("What the cloud has made for an object, such as a load balancer.");

export const manifestSetStatus = z.object({
  ...commonStatus,
  targetId: text({ max: 512 })
    .optional()
    .describe("Where the objects are: the cluster's id in the cloud, or the account."),
  location: text({ max: 512 })
    .optional()
    .describe("Where the account's place is. An object's UID proves nothing in another one."),
  clusterUid: text({ max: 128 })
    .optional()
    .describe("UID of the namespace kube-system there: another one is another cluster, in which nothing is written."),
  objects: z
    .object({
      declared: count.describe("Objects in all sources."),
      applied: count.describe("Those of them that are in the target as declared."),
      ready: count.describe("Those of them that are healthy."),
    })
    .optional()
    .describe("How many there are."),
  inventory: listMapOf(entry, { keys: ["ref"], max: LONGEST_INVENTORY })
    .optional()
    .describe(
      "What in the target is this set's, or may be. An entry leaves only when its object has gone or is left on purpose.",
    ),
  residue: listMapOf(residue, { keys: ["ref", "name"], max: MOST_RESIDUE })
    .optional()
    .describe("What may outlive objects of this set and cost on. An entry leaves when it has gone after its object."),
  notReady: listOf(unready, { max: MOST_NOT_READY }).optional().describe("Objects that are not healthy."),
  workloads: listOf(workload, { max: MOST_WORKLOADS }).optional().describe("Objects that run pods."),
  warnings: listOf(warning, { max: MOST_WARNINGS })
    .optional()
    .describe(
      "What the target's Events say of our objects and their pods, while something is not ready or a CronJob's last run has not succeeded.",
    ),
  feedback: listOf(
    z
      .object({
        name: text({ min: 1, max: 63 }).describe("The name in spec.feedback."),
        value: message.describe("The value; JSON where it is no text."),
      })
      .describe("A value of an object."),
    { max: 16 },
  )
    .optional()
    .describe("What spec.feedback asks for, as far as the objects say it."),
  ...statusFields("ManifestSet"),
});
