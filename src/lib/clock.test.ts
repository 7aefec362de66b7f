// The real clock, and what is built on any clock.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../test/support/clock/fake-clock.ts";
import { sleep, systemClock, timestamp } from "./clock.ts";

describe("sleep", () => {
  it("resolves when the time has passed, not before", async () => {
    const clock = new FakeClock();
    let woke = false;
    const slept = sleep(clock, 100).then(() => (woke = true));
    await clock.advance(99);
    expect(woke).toBe(false);
    await clock.advance(1);
    expect(await slept).toBe(true);
  });

  it("rejects with the reason as soon as the signal is aborted, and sets its timer back", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const slept = sleep(clock, 100, controller.signal);
    const reason = new Error("stopped");
    controller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it("sets no timer at all where the signal was aborted before", async () => {
    const clock = new FakeClock();
    const reason = new Error("stopped");
    await expect(sleep(clock, 100, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it("is not disturbed by an abort after it is over", async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const slept = sleep(clock, 1, controller.signal);
    await clock.advance(1);
    controller.abort(new Error("late"));
    await expect(slept).resolves.toBeUndefined();
  });
});

describe("timestamp", () => {
  it("is RFC 3339 in UTC with whole seconds, cut rather than rounded", () => {
    expect(timestamp(new FakeClock({ startMs: Date.UTC(2026, 10, 21, 3, 4, 5, 999) }))).toBe("2026-11-21T03:04:05Z");
  });
});

describe("systemClock", () => {
  it("calls back once, at the earliest after the delay", async () => {
    const startedAt = systemClock.monotonic();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    // A timer of Node may come up to 1 ms early by the finer clock.
    expect(systemClock.monotonic() - startedAt).toBeGreaterThan(3.9);
  });

  it("treats a time that is past as now", async () => {
    await expect(sleep(systemClock, -1000)).resolves.toBeUndefined();
  });

  it("never calls back at once for a delay that Node's timers can't hold", async () => {
    let woke = false;
    const timer = systemClock.after(Number.MAX_SAFE_INTEGER, () => (woke = true));
    await sleep(systemClock, 5);
    timer.cancel();
    expect(woke).toBe(false);
  });

  it("never calls back after it was cancelled, as often as that is done", async () => {
    let woke = false;
    const timer = systemClock.after(1, () => (woke = true));
    timer.cancel();
    timer.cancel();
    await sleep(systemClock, 5);
    expect(woke).toBe(false);
  });
});
