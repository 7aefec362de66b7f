// The lock of an IAM user after too many wrong passwords in a row (login policy of the public cloud's IAM).
import type { Clock } from "../../../lib/clock.ts";

/** The policy's defaults: failures count for a quarter of an hour, and a lock lasts as long. */
const COUNTED_MS = 900_000;
const LOCKED_MS = 900_000;

export interface LoginLock {
  isLocked(): boolean;
  /** A wrong password; while locked it counts as nothing. */
  failed(): void;
  /** A right one: the row is broken. */
  succeeded(): void;
  /** What an administrator does by hand. */
  set(isLocked: boolean): void;
}

/** Locks after `limit` failures, by real time; without a limit never by itself. */
export function openLoginLock(limit: number | undefined, clock: Clock): LoginLock {
  let failedAtMs: number[] = [];
  let lockedUntilMs = -Infinity;
  const isLocked = (): boolean => clock.monotonic() < lockedUntilMs;
  const set = (locked: boolean): void => {
    failedAtMs = [];
    lockedUntilMs = locked ? clock.monotonic() + LOCKED_MS : -Infinity;
  };
  return {
    isLocked,
    set,
    failed() {
      if (isLocked()) return;
      const nowMs = clock.monotonic();
      failedAtMs = [...failedAtMs.filter((atMs) => nowMs - atMs < COUNTED_MS), nowMs];
      if (limit !== undefined && failedAtMs.length >= limit) set(true);
    },
    succeeded() {
      failedAtMs = [];
    },
  };
}
