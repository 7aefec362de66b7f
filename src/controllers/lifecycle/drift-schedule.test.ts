// When drift is looked for: ticks that a group shares, and visits soon after them.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lastTickMs, nextDriftMs } from "./drift-schedule.ts";

const ALMOST_ONE = 1 - Number.EPSILON;
const nowMs = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2100, 0, 1) });
const intervalMs = fc.integer({ min: 5, max: 86_400 }).map((seconds) => seconds * 1000);
const group = fc.string();
const schedule = fc.record({ nowMs, intervalMs, group });
/** What adding milliseconds since 1970 to fractions of one may be off by. */
const ROUNDING_MS = 0.01;
const random = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });

describe("lastTickMs", () => {
  it("lies not after now and less than an interval before", () => {
    fc.assert(
      fc.property(schedule, (at) => {
        const tick = lastTickMs(at);
        expect(tick).toBeLessThanOrEqual(at.nowMs);
        expect(tick).toBeGreaterThan(at.nowMs - at.intervalMs);
      }),
    );
  });

  it("is the same for all of one group and interval until the next tick", () => {
    fc.assert(
      fc.property(schedule, random, (at, share) => {
        const tick = lastTickMs(at);
        const later = tick + Math.floor(share * at.intervalMs);
        expect(lastTickMs({ ...at, nowMs: later })).toBe(tick);
        expect(lastTickMs({ ...at, nowMs: tick + at.intervalMs })).toBe(tick + at.intervalMs);
      }),
    );
  });

  it("spreads groups over the interval", () => {
    const at = { nowMs: Date.UTC(2026, 0, 1), intervalMs: 600_000 };
    const ticks = Array.from({ length: 100 }, (_, index) => lastTickMs({ ...at, group: `team/account-${index}` }));
    const tenths = new Set(ticks.map((tick) => Math.floor((tick - at.nowMs) / 60_000)));
    expect(tenths.size).toBe(10);
  });
});

describe("nextDriftMs", () => {
  it("lies within (0, 1.1 interval]", () => {
    fc.assert(
      fc.property(schedule, random, (at, draw) => {
        const delayMs = nextDriftMs(at, draw);
        expect(delayMs).toBeGreaterThan(0);
        expect(delayMs).toBeLessThan(1.1 * at.intervalMs + ROUNDING_MS);
      }),
    );
  });

  it("leads to the first tenth after the group's next tick, however early or late in the interval it is asked", () => {
    fc.assert(
      fc.property(schedule, random, (at, draw) => {
        const visitMs = at.nowMs + nextDriftMs(at, draw);
        const nextTick = lastTickMs(at) + at.intervalMs;
        expect(visitMs).toBeGreaterThanOrEqual(nextTick);
        expect(visitMs - nextTick).toBeLessThan(0.1 * at.intervalMs + ROUNDING_MS);
      }),
    );
  });
});
