// The fault plan: what `PUT /_simulator/faults` and `--faults FILE` accept, and its defaults.
import { readFile } from "node:fs/promises";
import * as z from "zod";
import { messageOf } from "../../lib/errors.ts";
import { parseInput } from "./refusal.ts";
import { HISTORY_MS } from "./store.ts";

/** Longest delay that a timer keeps. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** How old a `StaleList` is when its `ms` is left out. */
const STALE_BY_DEFAULT_MS = 5_000;

const FAULT_ACTIONS = [
  "Latency",
  "Status",
  "DropBefore",
  "DropAfter",
  "Hold",
  "SlowHeaders",
  "MalformedJson",
  "EmptyList",
  "StaleList",
] as const;

export type FaultAction = (typeof FAULT_ACTIONS)[number];

/** Actions that concern list reads and nothing else. */
export function isListAction(action: FaultAction): boolean {
  return action === "EmptyList" || action === "StaleList";
}

const regularExpression = z.string().refine(compiles, "is not a regular expression");

const faultSchema = z
  .strictObject({
    method: regularExpression.optional(),
    path: regularExpression.default(".*"),
    action: z.enum(FAULT_ACTIONS),
    skip: z.int().min(0).default(0),
    times: z.int().min(0).default(1),
    probability: z.number().min(0).max(1).default(1),
    ms: z.number().min(0).max(LONGEST_DELAY_MS).default(0),
    status: z.int().min(0).max(599).default(0),
    retryAfterSeconds: z.int().min(0).default(0),
  })
  .refine(({ action, status }) => action !== "Status" || status >= 200, {
    path: ["status"],
    message: "must be from 200 to 599 for the action Status",
  })
  .refine(({ action, ms }) => action !== "StaleList" || ms <= HISTORY_MS, {
    path: ["ms"],
    message: `must be at most ${HISTORY_MS} for the action StaleList`,
  })
  .transform((fault) => ({
    ...fault,
    method: fault.method ?? (isListAction(fault.action) ? "GET" : "POST"),
    ms: fault.action === "StaleList" && fault.ms === 0 ? STALE_BY_DEFAULT_MS : fault.ms,
  }));

const faultPlanSchema = z.strictObject({
  seed: z.int().default(1),
  faults: z.array(faultSchema).default([]),
});

/**
 * One kind of misbehaviour and when it strikes.
 *
 * `method` (against the whole method) and `path` (searched anywhere in the path as received, without the query; anchor
 * it where that matters) are regular expressions. Left out, `method` is POST, or GET for the two list actions. Of the
 * requests that match, the first `skip` pass, then each is struck with `probability` until `times` were struck (0: no
 * end). `ms` is a delay, or the age of a `StaleList` (left out: 5,000; at most 600,000).
 */
export type Fault = z.output<typeof faultSchema>;

export type FaultPlan = z.output<typeof faultPlanSchema>;

/** A fault plan as written, before defaults. */
export type FaultPlanInput = z.input<typeof faultPlanSchema>;

/** Throws a `Refusal` with status 400 that names the field at fault. */
export function parseFaultPlan(input: unknown): FaultPlan {
  return parseInput(faultPlanSchema, input);
}

/** Reads a `--faults` file. Throws an `Error` that names the file where it cannot be read or is not a fault plan. */
export async function readFaultPlan(file: string): Promise<FaultPlan> {
  try {
    return parseFaultPlan(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    throw new Error(`the faults file ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function compiles(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false;
  }
}
