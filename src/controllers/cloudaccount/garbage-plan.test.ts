// When a collection of garbage is due: by schedule, by space, by wish, and never twice for one reason.
import { describe, expect, it } from "vitest";
import { parseSchedule } from "../../lib/cron.ts";
import { decide, leftBehind, spaceOf, stateOf, type GarbageRecord } from "./garbage-plan.ts";

const NIGHTLY = parseSchedule("0 3 * * *", "UTC");
const policy = { schedule: NIGHTLY, freeBelowPercent: undefined };
const low = { schedule: undefined, freeBelowPercent: 15 };
const at = (time: string): number => Date.parse(`2026-06-${time}Z`);

/** Nothing runs and nobody asks. */
const CALM = { policy, wish: undefined, record: undefined, isRunning: false, freePercent: undefined } as const;
const SEEN: GarbageRecord = { state: "Finished", slot: "2026-06-05T12:00:00Z" };

it("What was begun before the account came to reach another place is not ended there, and asked for no more", () => {
  const begun: GarbageRecord = { state: "Running", startedAt: "2026-06-06T03:00:00Z", slot: "Space", handled: "now" };
  const record = leftBehind(begun, undefined, at("06T03:10:00"));
  expect(record).toEqual({ state: "Finished", slot: "2026-06-06T03:10:00Z", handled: "now" });
  const there = { ...CALM, policy: undefined, record, wish: "now", nowMs: at("06T03:11:00") };
  expect([decide({ ...there, isRunning: true }).do, decide(there).do]).toEqual(["Rest", "Rest"]);
  expect(decide({ ...there, record: begun, isRunning: true }).do).toBe("Stop");
});

it("What was asked for before the account came to reach another place, and not begun, is not begun there, which is said", () => {
  const record = leftBehind(undefined, "now", at("06T03:10:00"));
  const there = { ...CALM, policy: undefined, record, wish: "now", nowMs: at("06T03:11:00") };
  const decision = decide(there);
  expect(decision).toEqual({ do: "Rest", record });
  const said = stateOf({ decision, refusal: undefined, wish: "now", hasPolicy: false });
  expect(said).toMatchObject({ status: "Unknown", reason: "NotCollectedYet" });
  expect(said?.message).toMatch(/reached another place.*write another text$/);
  expect(decide({ ...there, wish: "here" }).do).toBe("Start");
  expect(leftBehind({ ...SEEN, handled: "before" }, undefined, at("06T03:10:00")).handled).toBe("before");
});

describe("by schedule", () => {
  it("a policy that is new waits for its next time, and remembers since when", () => {
    const decision = decide({ ...CALM, nowMs: at("06T03:10:00") });
    expect(decision).toEqual({ do: "Rest", record: { state: "Finished", slot: "2026-06-06T03:10:00Z" } });
    expect(decide({ ...CALM, record: decision.record, nowMs: at("06T03:20:00") }).do).toBe("Rest");
  });

  it("each time starts one, written down with the time that it is for", () => {
    const started = decide({ ...CALM, record: SEEN, nowMs: at("06T03:10:00") });
    const record = { state: "Running", startedAt: "2026-06-06T03:10:00Z", slot: "2026-06-06T03:00:00Z" };
    expect(started).toEqual({ do: "Start", record });
    expect(decide({ ...CALM, record: started.record, nowMs: at("06T03:20:00") })).toEqual({
      do: "Rest",
      record: { ...record, state: "Finished" },
    });
    expect(decide({ ...CALM, record: started.record, nowMs: at("07T03:00:00") }).do).toBe("Start");
  });

  it("a time that was missed by more than an hour is let pass", () => {
    expect(decide({ ...CALM, record: SEEN, nowMs: at("06T04:00:59") }).do).toBe("Start");
    expect(decide({ ...CALM, record: SEEN, nowMs: at("06T04:01:00") }).do).toBe("Rest");
  });

  it("one that was started for another reason since then counts", () => {
    const record: GarbageRecord = { state: "Finished", startedAt: "2026-06-06T03:05:00Z", slot: "Asked" };
    expect(decide({ ...CALM, record, nowMs: at("06T03:10:00") }).do).toBe("Rest");
  });

  it("none is started while one runs, whoever's", () => {
    expect(decide({ ...CALM, record: SEEN, isRunning: true, nowMs: at("06T03:10:00") })).toEqual({
      do: "Rest",
      record: SEEN,
    });
  });
});

describe("by space", () => {
  it("little of it starts one, once a day", () => {
    const input = { ...CALM, policy: low, freePercent: 14 };
    const started = decide({ ...input, nowMs: at("06T03:00:00") });
    expect(started).toMatchObject({ do: "Start", record: { slot: "Space" } });
    expect(decide({ ...input, record: started.record, nowMs: at("07T02:59:59") }).do).toBe("Rest");
    expect(decide({ ...input, record: started.record, nowMs: at("07T03:00:00") }).do).toBe("Start");
    expect(decide({ ...input, freePercent: 15, nowMs: at("06T03:00:00") }).do).toBe("Rest");
  });

  it("is said", () => {
    expect(spaceOf(low, 14)).toMatchObject({ status: "False", reason: "StorageLow" });
    expect(spaceOf(low, 15)).toMatchObject({ status: "True" });
    expect(spaceOf(policy, 1)).toBeUndefined();
  });
});

describe("by wish", () => {
  it("each text starts one, also without a policy, and after the one that runs", () => {
    const input = { ...CALM, policy: undefined, wish: "now" };
    const started = decide({ ...input, nowMs: at("06T12:00:00") });
    expect(started).toMatchObject({ do: "Start", record: { slot: "Asked", handled: "now" } });
    expect(decide({ ...input, record: started.record, nowMs: at("06T13:00:00") }).do).toBe("Rest");
    expect(
      decide({ ...input, record: started.record, wish: "again", isRunning: true, nowMs: at("06T13:00:00") }).do,
    ).toBe("Rest");
    expect(decide({ ...input, record: started.record, wish: "again", nowMs: at("06T13:00:00") }).do).toBe("Start");
  });
});

it("a policy that is taken away ends what it has started, and nothing else", () => {
  const record: GarbageRecord = { state: "Running", startedAt: "2026-06-06T03:00:00Z", slot: "2026-06-06T03:00:00Z" };
  const input = { ...CALM, policy: undefined, isRunning: true, nowMs: at("06T03:01:00") };
  expect(decide({ ...input, record })).toEqual({ do: "Stop", record: { ...record, state: "Finished" } });
  expect(decide({ ...input, record: { ...record, state: "Finished" } }).do).toBe("Rest");
  expect(decide({ ...input, record: { ...record, slot: "Asked" } }).do).toBe("Rest");
});

it("what is said follows the record", () => {
  const outcome = (record: GarbageRecord | undefined, hasPolicy = true) =>
    stateOf({ decision: { do: "Rest", record }, refusal: undefined, wish: undefined, hasPolicy });
  expect(outcome(SEEN)).toMatchObject({ status: "Unknown", reason: "NotCollectedYet" });
  expect(outcome({ ...SEEN, state: "Running" })).toMatchObject({ status: "False", reason: "Collecting" });
  expect(outcome({ ...SEEN, startedAt: "2026-06-06T03:00:00Z" })).toMatchObject({
    status: "True",
    reason: "Collected",
  });
  expect(outcome(undefined, false)).toBeUndefined();
});
