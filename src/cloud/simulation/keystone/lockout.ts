// Keystone's lock of a user after wrong passwords in a row: to the outside it looks like one more wrong password.
import type { Clock } from "../../../lib/clock.ts";

export interface LockoutRules {
  /** Wrong passwords in a row that lock a user; 0: none ever do. */
  readonly attempts: number;
  readonly lockedMs: number;
}

export interface Lockout {
  isLocked(user: string): boolean;
  /** Counts a wrong password. */
  failed(user: string): void;
  /** Forgets the wrong ones. */
  succeeded(user: string): void;
}

/** By `clock`, whatever the simulator's speed. A lock that has ended starts a new count. */
export function openLockout({ attempts, lockedMs }: LockoutRules, clock: Clock): Lockout {
  const wrong = new Map<string, { count: number; lastAtMs: number }>();
  const isLocked = (user: string): boolean => {
    const seen = wrong.get(user);
    return attempts > 0 && seen !== undefined && seen.count >= attempts && clock.now() < seen.lastAtMs + lockedMs;
  };
  return {
    isLocked,
    failed(user) {
      const seen = wrong.get(user);
      const goesOn = seen !== undefined && (seen.count < attempts || isLocked(user));
      wrong.set(user, { count: goesOn ? seen.count + 1 : 1, lastAtMs: clock.now() });
    },
    succeeded: (user) => void wrong.delete(user),
  };
}
