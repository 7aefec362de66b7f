// When drift is looked for. Resources of one group (one account) share their ticks, so that one list serves them all;
// groups are spread over the interval, and within a group the visits over a tenth of it.
import { createHash } from "node:crypto";

interface Schedule {
  readonly nowMs: number;
  readonly intervalMs: number;
  /** Resources with the same group and interval share their ticks. */
  readonly group: string;
}

/** The last instant, by wall clock, at which the group's drift fell due. What was observed after it is fresh enough. */
export function lastTickMs({ nowMs, intervalMs, group }: Schedule): number {
  const phase = createHash("sha256").update(group).digest().readUInt32BE(0) % intervalMs;
  return Math.floor((nowMs - phase) / intervalMs) * intervalMs + phase;
}

/** How long until this resource's next visit: the group's next tick, and up to a tenth of the interval more. */
export function nextDriftMs(schedule: Schedule, random: number): number {
  const next = lastTickMs(schedule) + schedule.intervalMs;
  return next - schedule.nowMs + random * 0.1 * schedule.intervalMs;
}
