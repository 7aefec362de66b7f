// Keystone's lock of a user after wrong passwords in a row: to the outside it looks like one more wrong password.
import type { Clock } from "../../../lib/clock.ts";

export interface LockoutRules {
  /** Wrong passwords in a row that lock a user; 0: none ever do. */
  readonly attempts: number;
  readonly lockedMs: number;
  /** How long a wrong password counts; left out: for ever. */
  readonly countedMs?: number;
}

export interface Lockout {
  isLocked(user: string): boolean;
  /** Counts a wrong password; one that comes while the user is locked counts as nothing. */
  failed(user: string): void;
  /** Forgets the wrong ones. */
  succeeded(user: string): void;
  /** What an administrator does by hand. */
  set(user: string, isLocked: boolean): void;
}

/** By `clock`, whatever the simulator's speed. A lock that has ended starts a new count. */
export function openLockout({ attempts, lockedMs, countedMs = Infinity }: LockoutRules, clock: Clock): Lockout {
  const wrongAtMs = new Map<string, readonly number[]>();
  const lockedUntilMs = new Map<string, number>();
  const isLocked = (user: string): boolean => clock.monotonic() < (lockedUntilMs.get(user) ?? -Infinity);
  const set = (user: string, locked: boolean): void => {
    wrongAtMs.delete(user);
    lockedUntilMs.set(user, locked ? clock.monotonic() + lockedMs : -Infinity);
  };
  return {
    isLocked,
    set,
    failed(user) {
      if (isLocked(user)) return;
      const nowMs = clock.monotonic();
      const counted = (wrongAtMs.get(user) ?? []).filter((atMs) => nowMs - atMs < countedMs);
      wrongAtMs.set(user, [...counted, nowMs]);
      if (attempts > 0 && counted.length + 1 >= attempts) set(user, true);
    },
    succeeded: (user) => void wrongAtMs.delete(user),
  };
}
