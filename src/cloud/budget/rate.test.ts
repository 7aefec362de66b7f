import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AdaptiveRate } from "./rate.ts";

/** How many can be taken at that moment. */
function takeAll(rate: AdaptiveRate, nowMs: number): number {
  let taken = 0;
  while (rate.take(nowMs)) taken += 1;
  return taken;
}

describe("a rate", () => {
  test("lets one second's worth go at once, then one after another", () => {
    const rate = new AdaptiveRate(600, 0);
    expect(takeAll(rate, 0)).toBe(10);
    expect(rate.waitMs(0)).toBe(100);
    expect(takeAll(rate, 99)).toBe(0);
    expect(takeAll(rate, 100)).toBe(1);
    expect(takeAll(rate, 60_000)).toBe(10);
  });

  test("below one a second still lets one go at once", () => {
    const rate = new AdaptiveRate(6, 0);
    expect(takeAll(rate, 0)).toBe(1);
    expect(rate.waitMs(0)).toBe(10_000);
  });

  test("never lets more go in a minute than its limit and one burst, and keeps what waitMs promises", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6_000 }), gaps, (limit, waits) => {
        const rate = new AdaptiveRate(limit, 0);
        let nowMs = 0;
        let taken = 0;
        for (const wait of waits) {
          nowMs += wait;
          taken += takeAll(rate, nowMs);
        }
        expect(taken).toBeLessThanOrEqual((limit * nowMs) / 60_000 + Math.max(limit / 60, 1) + 1e-6);
        // One more millisecond for what adding fractions loses.
        expect(rate.take(nowMs + rate.waitMs(nowMs) + 1)).toBe(true);
      }),
    );
  });
});

describe("after a refusal a rate", () => {
  test("is halved, and nothing goes before the time the cloud named", () => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.take(0);
    rate.throttle({ takenAtMs: 0, retryAfterMs: 5_000, nowMs: 10 });
    expect(rate.perMinute).toBe(3_000);
    expect(rate.take(5_009)).toBe(false);
    expect(rate.waitMs(10)).toBe(5_020);
    expect(rate.take(5_030)).toBe(true);
  });

  test("pauses for a second where the cloud names no time", () => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.throttle({ takenAtMs: 0, retryAfterMs: undefined, nowMs: 0 });
    expect(takeAll(rate, 1_000)).toBe(0);
    expect(rate.waitMs(0)).toBe(1_020);
  });

  test("is halved once for requests that were under way together, and pauses for the longest", () => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.throttle({ takenAtMs: 0, retryAfterMs: 1_000, nowMs: 50 });
    rate.throttle({ takenAtMs: 0, retryAfterMs: 9_000, nowMs: 60 });
    rate.throttle({ takenAtMs: 0, retryAfterMs: 1_000, nowMs: 70 });
    expect(rate.perMinute).toBe(3_000);
    expect(rate.waitMs(70)).toBe(9_010);
  });

  test("recovers in a straight line, in ten minutes from nothing, and not beyond its limit", () => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.throttle({ takenAtMs: 0, retryAfterMs: 0, nowMs: 0 });
    rate.take(60_000);
    expect(rate.perMinute).toBeCloseTo(3_600);
    rate.take(120_000);
    expect(rate.perMinute).toBeCloseTo(4_200);
    rate.take(600_000);
    expect(rate.perMinute).toBe(6_000);
  });

  test("never falls below one in ten seconds, or below a limit that is lower still", () => {
    for (const [limit, floor] of [
      [6_000, 6],
      [2, 2],
    ] as const) {
      const rate = new AdaptiveRate(limit, 0);
      for (let nowMs = 0; nowMs < 30; nowMs += 1) rate.throttle({ takenAtMs: nowMs, retryAfterMs: 0, nowMs });
      expect(rate.perMinute).toBeCloseTo(floor, 0);
      expect(rate.perMinute).toBeGreaterThanOrEqual(floor);
    }
  });

  test.each([
    ["keeps what it has learned under a higher limit", 12_000, 3_000],
    ["keeps what it has learned under a lower limit that allows it", 4_000, 3_000],
    ["falls to a limit that is lower still", 60, 60],
  ])("%s", (_what, limit, perMinute) => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.throttle({ takenAtMs: 0, retryAfterMs: 0, nowMs: 0 });
    rate.limit(limit, 0);
    expect(rate.perMinute).toBe(perMinute);
    rate.take(600_000);
    expect(rate.perMinute).toBe(limit);
  });

  test("that was never refused follows its limit at once, and keeps no more in hand than that allows", () => {
    const rate = new AdaptiveRate(6_000, 0);
    rate.limit(60, 0);
    expect(rate.perMinute).toBe(60);
    expect(takeAll(rate, 0)).toBe(1);
    rate.limit(6_000, 0);
    expect(rate.perMinute).toBe(6_000);
  });
});
