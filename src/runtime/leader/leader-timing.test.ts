import { describe, expect, it } from "vitest";
import { DEFAULT_LEADER_SECONDS, leaderTiming } from "./leader-timing.ts";

describe("leaderTiming", () => {
  it("R19: is 15, 10 and 2 seconds by default", () => {
    expect(leaderTiming(DEFAULT_LEADER_SECONDS)).toEqual({ leaseMs: 15_000, renewMs: 10_000, retryMs: 2000 });
  });

  it("takes fractions of a second", () => {
    expect(leaderTiming({ lease: 1.5, renew: 1, retry: 0.2 })).toEqual({ leaseMs: 1500, renewMs: 1000, retryMs: 200 });
  });

  it.each([
    [
      { lease: 10, renew: 10, retry: 2 },
      /--leader-elect-lease-duration \(10 s\).*--leader-elect-renew-deadline \(10 s\)/,
    ],
    [
      { lease: 15, renew: 2.4, retry: 2 },
      /--leader-elect-renew-deadline \(2.4 s\).*--leader-elect-retry-period \(2 s\)/,
    ],
    [{ lease: 0, renew: 10, retry: 2 }, /--leader-elect-lease-duration must be a positive number/],
    [{ lease: 15, renew: Number.NaN, retry: 2 }, /--leader-elect-renew-deadline must be a positive number/],
    [{ lease: 15, renew: 10, retry: -1 }, /--leader-elect-retry-period must be a positive number/],
  ])("refuses %o and names the flags", (seconds, message) => {
    expect(() => leaderTiming(seconds)).toThrow(message);
  });
});
