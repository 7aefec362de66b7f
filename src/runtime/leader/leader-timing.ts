// The three durations of leader election, and what must hold between them.

export interface LeaderTiming {
  /** How long a record that does not change keeps candidates away. */
  readonly leaseMs: number;
  /** How long after its last successful renewal was sent a leader may act. */
  readonly renewMs: number;
  /** Time between two renewals, and between two looks at the record. */
  readonly retryMs: number;
}

/** controller-runtime's defaults (R19), in seconds as the flags take them. */
export const DEFAULT_LEADER_SECONDS = { lease: 15, renew: 10, retry: 2 } as const;

/** Periods are stretched by up to a fifth, so that candidates do not move in step. The renew deadline leaves room for it. */
export const JITTER = 0.2;

/**
 * Turns the values of the three flags, in seconds with fractions, into a timing.
 * Throws a RangeError that names the flag when a value is not positive or lease > renew > 1.2 x retry does not hold:
 * otherwise a candidate could take over from a leader that still acts, or a leader would lose its lease by its own pace.
 */
export function leaderTiming(seconds: { lease: number; renew: number; retry: number }): LeaderTiming {
  const { lease, renew, retry } = seconds;
  assertPositive("--leader-elect-lease-duration", lease);
  assertPositive("--leader-elect-renew-deadline", renew);
  assertPositive("--leader-elect-retry-period", retry);
  if (lease <= renew) {
    throw new RangeError(
      `--leader-elect-lease-duration (${lease} s) must be longer than --leader-elect-renew-deadline (${renew} s)`,
    );
  }
  if (renew <= retry * (1 + JITTER)) {
    throw new RangeError(
      `--leader-elect-renew-deadline (${renew} s) must be longer than ${1 + JITTER} times --leader-elect-retry-period (${retry} s)`,
    );
  }
  return { leaseMs: lease * 1000, renewMs: renew * 1000, retryMs: retry * 1000 };
}

function assertPositive(flag: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) {
    throw new RangeError(`${flag} must be a positive number of seconds, not ${value}`);
  }
}
