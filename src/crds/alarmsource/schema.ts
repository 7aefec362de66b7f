// AlarmSource: alarms and events of a platform's inventory as conditions on the resources that they concern.
import * as z from "zod";
import { integer, setOf } from "../../schema/fields.ts";
import { clusterIds, mode, namespaces } from "../common/inventory.ts";
import { accountRef, driftIntervalSeconds } from "../common/spec.ts";
import { commonStatus } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { alarmSource } from "./kind.ts";

/** Values of a filter go into a query, separated by commas. */
const word = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^,\s]+$/);

const words = setOf(word.describe("One value."), { max: 64 });

const alarms = z.object({
  modules: words.default([]).describe("Modules whose alarms count. Empty: all but Yunfan's own, which never count."),
  types: words.default([]).describe("Types of alarms that count. Empty: all."),
});

const events = z.object({
  mode: mode.default("Disabled").describe("Whether events are looked at as well; each resource then has EventsClear."),
  levels: setOf(z.enum(["warning", "normal"]).describe("As the store spells it."), { max: 2 })
    .default(["warning"])
    .describe("Levels that count."),
  kinds: words.default([]).describe("Kinds of objects whose events count, such as Node. Empty: all."),
  components: words
    .default([])
    .describe("Components whose events count. Empty: all but Yunfan's own, which never count."),
});

const spec = z.object({
  accountRef,
  namespaces,
  clusterIds,
  pollIntervalSeconds: integer({ min: 5, max: 3_600 }).default(30).describe("Seconds between two polls."),
  windowSeconds: integer({ min: 10, max: 86_400 })
    .default(3_600)
    .describe("For how long an alarm or event counts after it was received."),
  alarms: alarms.prefault({}).describe("Which alarms count."),
  events: events.prefault({}).describe("Which events count."),
  driftIntervalSeconds: driftIntervalSeconds.describe(
    "Seconds after which a poll that a person has to help is tried again; polls have spec.pollIntervalSeconds.",
  ),
});

const count = integer({ min: 0, max: 2 ** 31 - 1 });

const status = z.object({
  ...commonStatus,
  clusterCount: count.optional().describe("Clusters that the inventory is asked for."),
  firingCount: count.optional().describe("Resources that an alarm concerns."),
});

export const alarmSourceSchema = defineSchema(alarmSource, {
  spec,
  status,
});

export type AlarmSource = Resource<typeof alarmSourceSchema>;
