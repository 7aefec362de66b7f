// How many writes a simulated gateway lets through in a minute of real time.
import type { Clock } from "../../lib/clock.ts";

const MINUTE_MS = 60_000;

/** Counts what it lets through in any 60 seconds; what it refuses costs nothing. `limit` left out: no limit. */
export function openThrottle(limit: number | undefined, clock: Clock): { admits(): boolean } {
  let admittedAtMs: number[] = [];
  return {
    admits() {
      if (limit === undefined) return true;
      const nowMs = clock.monotonic();
      admittedAtMs = admittedAtMs.filter((atMs) => nowMs - atMs < MINUTE_MS);
      if (admittedAtMs.length >= limit) return false;
      admittedAtMs.push(nowMs);
      return true;
    },
  };
}
