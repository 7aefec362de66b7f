// The schedule of what happens by itself: in order, at the speed asked for, stamped as if it had been in time.
import { expect, test } from "vitest";
import { ManualClock } from "./test-support.ts";
import { Timeline } from "./timeline.ts";

test("runs what is due, in order of time, and of scheduling where that is equal", () => {
  const clock = new ManualClock();
  const timeline = new Timeline(clock, 1);
  const ran: string[] = [];
  timeline.schedule(20, () => ran.push("late"));
  timeline.schedule(10, () => ran.push("first"));
  timeline.schedule(10, () => ran.push("second"));
  timeline.schedule(21, () => ran.push("not yet"));
  timeline.advance();
  expect(ran).toEqual([]);
  clock.advance(20);
  timeline.advance();
  timeline.advance();
  expect(ran).toEqual(["first", "second", "late"]);
});

test("one long jump is as good as many steps: chains run through, each at its own time", () => {
  const clock = new ManualClock();
  const timeline = new Timeline(clock, 1);
  const start = { wall: clock.now(), monotonic: clock.monotonic() };
  const seen: [number, number][] = [];
  const tick = (): void => {
    seen.push([timeline.now() - start.wall, timeline.monotonic() - start.monotonic]);
    timeline.schedule(100, tick);
  };
  timeline.schedule(100, tick);
  clock.advance(350);
  timeline.advance();
  expect(seen).toEqual([
    [100, 100],
    [200, 200],
    [300, 300],
  ]);
  expect(timeline.now() - start.wall).toBe(350);
});

test("the speed shortens delays and leaves the clock alone", () => {
  const clock = new ManualClock();
  const timeline = new Timeline(clock, 60);
  let ranAt = 0;
  timeline.schedule(60_000, () => (ranAt = timeline.now()));
  const before = clock.now();
  clock.advance(999);
  timeline.advance();
  expect(ranAt).toBe(0);
  clock.advance(1);
  timeline.advance();
  expect(ranAt - before).toBe(1000);
});

test("an action that throws leaves the clock in the present and the rest to come", () => {
  const clock = new ManualClock();
  const timeline = new Timeline(clock, 1);
  let ran = false;
  timeline.schedule(1, () => {
    throw new Error("a bug");
  });
  timeline.schedule(2, () => (ran = true));
  clock.advance(5);
  expect(() => timeline.advance()).toThrow("a bug");
  expect(timeline.now()).toBe(clock.now());
  timeline.advance();
  expect(ran).toBe(true);
});
