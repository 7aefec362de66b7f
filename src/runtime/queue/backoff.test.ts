// How long to wait after failures: bounds, doubling, jitter, and when they are forgotten.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { KubeError } from "../../kube/errors.ts";
import { RetryableError } from "../../lib/errors.ts";
import { backoffMs, HealthBackoff, KEY_BACKOFF, KeyedBackoff, retryAfterMsOf, WATCH_BACKOFF } from "./backoff.ts";

const ALMOST_ONE = 1 - Number.EPSILON;

describe("backoffMs", () => {
  it("R4: has a ceiling for a key that doubles from 2 s to 5 min", () => {
    const ceilings = [1, 2, 3, 8, 9, 1000].map((failures) => backoffMs(KEY_BACKOFF, failures, () => ALMOST_ONE));
    expect(ceilings.map(Math.round)).toEqual([2000, 4000, 8000, 256_000, 300_000, 300_000]);
  });

  it("R4: draws evenly between 1 s and the ceiling", () => {
    const draw = fc.double({ min: 0, max: ALMOST_ONE, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), draw, (failures, drawn) => {
        const ceilingMs = Math.min(300_000, 1000 * 2 ** Math.min(failures, 20));
        expect(backoffMs(KEY_BACKOFF, failures, () => drawn)).toBeCloseTo(1000 + drawn * (ceilingMs - 1000), 3);
      }),
    );
  });

  it("R9: stays between 0.8 s and 30 s for a watch", () => {
    expect(backoffMs(WATCH_BACKOFF, 1, () => 0)).toBe(800);
    expect(backoffMs(WATCH_BACKOFF, 99, () => ALMOST_ONE)).toBeCloseTo(30_000, 3);
  });
});

describe("KeyedBackoff", () => {
  it("R4: counts each key for itself and starts anew after a reset", () => {
    const backoff = new KeyedBackoff({ policy: KEY_BACKOFF, random: () => ALMOST_ONE });
    const next = (key: string): number => Math.round(backoff.next(key));
    expect([next("a"), next("a"), next("b")]).toEqual([2000, 4000, 2000]);
    backoff.reset("a");
    backoff.reset("never failed");
    expect([next("a"), next("b")]).toEqual([2000, 4000]);
  });
});

describe("HealthBackoff", () => {
  const build = () => {
    const clock = new FakeClock();
    const backoff = new HealthBackoff({
      policy: WATCH_BACKOFF,
      resetAfterMs: 120_000,
      clock,
      random: () => ALMOST_ONE,
    });
    return { clock, next: () => Math.round(backoff.next()), healthy: () => backoff.healthy() };
  };

  it("R9: starts anew after two minutes of health", async () => {
    const { clock, next, healthy } = build();
    expect([next(), next()]).toEqual([1600, 3200]);
    healthy();
    await clock.advance(60_000);
    healthy();
    await clock.advance(60_000);
    expect(next()).toBe(1600);
  });

  it("R9: goes on counting after less, and after time without any health", async () => {
    const { clock, next, healthy } = build();
    expect(next()).toBe(1600);
    healthy();
    await clock.advance(119_999);
    expect(next()).toBe(3200);
    await clock.advance(1_000_000);
    expect(next()).toBe(6400);
  });
});

describe("retryAfterMsOf", () => {
  it("R4: finds the delay that a cloud or the API server asked for", () => {
    const request = { method: "GET", path: "/" };
    const throttled = new KubeError({ code: 429, details: { retryAfterSeconds: 7 } }, request);
    expect(retryAfterMsOf(throttled)).toBe(7000);
    expect(retryAfterMsOf(new RetryableError({ reason: "Busy", message: "Busy", retryAfterMs: 3 }))).toBe(3);
    expect(retryAfterMsOf(new KubeError({ code: 500 }, request))).toBeUndefined();
    expect(retryAfterMsOf(new Error("anything"))).toBeUndefined();
  });
});
