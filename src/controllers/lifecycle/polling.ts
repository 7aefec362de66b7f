// How often a long operation of a cloud is worth a look.

const SHORTEST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;
const SHARE_OF_ELAPSED = 0.1;

/** A tenth of the time that it has taken so far, 1 s to 15 s: short jobs are noticed soon, long ones cost few requests. */
export function pollMs(elapsedMs: number): number {
  return Math.min(Math.max(elapsedMs * SHARE_OF_ELAPSED, SHORTEST_POLL_MS), LONGEST_POLL_MS);
}
