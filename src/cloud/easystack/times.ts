// Times as EasyStack shows them: the reference does not say in which form, nor of which zone.
import type { CreateAttempt } from "../collection.ts";
import { instant } from "../kit/wire.ts";

const CHINA_OFFSET_MS = 8 * 3_600_000;

/**
 * How much earlier than the journal a thing may seem to have been made. Its time has whole seconds, so up to one is lost there; one more
 * for the clocks of two machines: the journal may have been opened by an operator that ran on another one.
 */
const MARK_TOLERANCE_MS = 2_000;

/** What a time may mean, milliseconds since the epoch: one where it tells its zone, else as UTC and as of China; none where it can't be read. */
export function readings(time: string): readonly number[] {
  const told = instant(time);
  if (!Number.isNaN(told)) return [told];
  const asUtc = instant(`${time.trim()} Z`);
  return Number.isNaN(asUtc) ? [] : [asUtc, asUtc - CHINA_OFFSET_MS];
}

/** NaN where it does not tell its zone, or can't be read. */
export function certainInstant(time: string): number {
  const [only = Number.NaN, ...others] = readings(time);
  return others.length === 0 ? only : Number.NaN;
}

/** Whether what was made at that time may be the result of the attempt. `skewMs`: the cloud's clock less ours. */
export function isAfter(time: string, { startedAtMs }: Pick<CreateAttempt, "startedAtMs">, skewMs: number): boolean {
  return readings(time).some((ms) => ms - skewMs >= startedAtMs - MARK_TOLERANCE_MS);
}
