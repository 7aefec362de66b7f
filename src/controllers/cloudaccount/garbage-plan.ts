// Whether a collection of garbage is due, and what is said of it: pure decisions.
import type { CloudError } from "../../cloud/errors.ts";
import type { GarbagePolicy } from "../../cloud/facets/registry.ts";
import {
  CloudAccountCondition as Condition,
  CloudAccountReason as Reason,
} from "../../crds/cloudaccount/conditions.ts";
import { timestampOf } from "../../lib/clock.ts";
import type { Statement } from "../../runtime/conditions.ts";

/** What the status keeps of the collections that Yunfan has started. */
export interface GarbageRecord {
  readonly state: "Running" | "Finished";
  readonly startedAt?: string | undefined;
  /** A time of the schedule, or one of the words below; before the first, when the policy was seen first. */
  readonly slot?: string | undefined;
  readonly handled?: string | undefined;
}

export interface GarbageDecision {
  readonly do: "Start" | "Stop" | "Rest";
  /** To be kept from now on. */
  readonly record: GarbageRecord | undefined;
}

/**
 * Of an account that has come to reach another place: nothing is running there by us, and what was asked for elsewhere is not asked for there,
 * whether it was acted on or not.
 */
export function leftBehind(record: GarbageRecord | undefined, wish: string | undefined, nowMs: number): GarbageRecord {
  const handled = wish?.slice(0, LONGEST_WISH) ?? record?.handled;
  return { state: "Finished", slot: timestampOf(nowMs), ...(handled !== undefined && { handled }) };
}

interface Input {
  readonly policy: GarbagePolicy | undefined;
  /** What a person asks for. */
  readonly wish: string | undefined;
  readonly record: GarbageRecord | undefined;
  readonly isRunning: boolean;
  readonly freePercent: number | undefined;
  readonly nowMs: number;
}

/** Of what has no time of its own. */
const SLOT = { Space: "Space", Asked: "Asked" } as const;
/** A time of the schedule that was missed by more is let pass: it was chosen for a quiet hour. */
const LATE_MS = 3_600_000;
const DAY_MS = 86_400_000;
const LONGEST_WISH = 4_096;

export function decide(input: Input): GarbageDecision {
  const { policy, record, isRunning, nowMs } = input;
  const rested: GarbageRecord | undefined = record && { ...record, state: "Finished" };
  if (isRunning) return isToEnd(input) ? { do: "Stop", record: rested } : { do: "Rest", record };
  const slot = dueSlot(input);
  if (slot !== undefined) return { do: "Start", record: startedFor(slot, input) };
  // From here on times of the schedule count: those before nobody asked for.
  if (record === undefined && policy !== undefined) {
    return { do: "Rest", record: { state: "Finished", slot: timestampOf(nowMs) } };
  }
  return { do: "Rest", record: rested };
}

/** One that the policy has started, which is no more. */
function isToEnd({ policy, record }: Input): boolean {
  return policy === undefined && record?.state === "Running" && record.slot !== SLOT.Asked;
}

function startedFor(slot: string, { wish, record, nowMs }: Input): GarbageRecord {
  const handled = slot === SLOT.Asked ? wish?.slice(0, LONGEST_WISH) : record?.handled;
  return { state: "Running", startedAt: timestampOf(nowMs), slot, ...(handled !== undefined && { handled }) };
}

function dueSlot(input: Input): string | undefined {
  const { wish, record } = input;
  if (wish !== undefined && wish.slice(0, LONGEST_WISH) !== record?.handled) return SLOT.Asked;
  return dueTime(input) ?? (isSpaceDue(input) ? SLOT.Space : undefined);
}

/** A time of the schedule after the last collection, and after the policy was seen first. */
function dueTime({ policy, record, nowMs }: Input): string | undefined {
  const slotMs = policy?.schedule?.latest(nowMs, LATE_MS);
  if (slotMs === undefined || record === undefined) return undefined;
  const since = [startedAtOf(record), Date.parse(record.slot ?? "")].filter((ms) => !Number.isNaN(ms));
  return since.every((ms) => slotMs > ms) ? timestampOf(slotMs) : undefined;
}

/** Once a day. */
function isSpaceDue({ policy, record, freePercent = 100, nowMs }: Input): boolean {
  const isRecent = nowMs - startedAtOf(record) < DAY_MS;
  return policy?.freeBelowPercent !== undefined && freePercent < policy.freeBelowPercent && !isRecent;
}

/** NaN where none was started. */
function startedAtOf(record: GarbageRecord | undefined): number {
  return Date.parse(record?.startedAt ?? "");
}

interface Outcome {
  readonly decision: GarbageDecision;
  readonly refusal: CloudError | undefined;
  readonly wish: string | undefined;
  readonly hasPolicy: boolean;
}

/** Undefined where nobody asked for any. */
export function stateOf({ decision: { record }, refusal, wish, hasPolicy }: Outcome): Statement | undefined {
  const type = Condition.GarbageCollected;
  if (refusal) {
    const message = `${refusal.message}. No collection was started; the next one is tried at its time`;
    return { type, status: "False", reason: Reason.CollectionFailed, message };
  }
  if (record?.state === "Running") {
    const message = "The registry is collecting garbage; nobody can push to it meanwhile";
    return { type, status: "False", reason: Reason.Collecting, message };
  }
  if (record?.startedAt !== undefined) {
    return {
      type,
      status: "True",
      reason: Reason.Collected,
      message: "The collection that was started last has ended",
    };
  }
  if (wish !== undefined && wish.slice(0, LONGEST_WISH) === record?.handled) {
    const message =
      "yunfan.dev/collect-garbage was written when the account reached another place, and none is started for it here. To have one here, write " +
      "another text";
    return { type, status: "Unknown", reason: Reason.NotCollectedYet, message };
  }
  if (!hasPolicy) return undefined;
  return { type, status: "Unknown", reason: Reason.NotCollectedYet, message: "None was due yet" };
}

/** Undefined where the policy does not look at it. */
export function spaceOf(policy: GarbagePolicy | undefined, freePercent: number | undefined): Statement | undefined {
  const least = policy?.freeBelowPercent;
  if (least === undefined || freePercent === undefined) return undefined;
  const type = Condition.RegistryHasSpace;
  if (freePercent >= least) {
    return {
      type,
      status: "True",
      reason: Reason.EnoughSpace,
      message: `At least ${least} % of the registry's storage is free`,
    };
  }
  const message =
    `Less than ${least} % of the registry's storage is free. A collection is started once a day; where it frees too little, delete images ` +
    "or enlarge the storage";
  return { type, status: "False", reason: Reason.StorageLow, message };
}
