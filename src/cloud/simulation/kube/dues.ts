// How long something has been so: what takes a cloud its time takes it here too, at the simulator's speed.
import type { Clock } from "../../../lib/clock.ts";

/** So many things at once are under way at most; older ones are done, or begin anew. */
const REMEMBERED = 20_000;

/** True once `ms` of the cloud's time have passed since the same `key` was first asked for. */
export type IsDue = (key: string, ms: number) => boolean;

export function duesAt(clock: Clock, speed: number): IsDue {
  const seen = new Map<string, number>();
  return (key, ms) => {
    const since = seen.get(key) ?? clock.monotonic();
    seen.set(key, since);
    if (seen.size > REMEMBERED) for (const oldest of [...seen.keys()].slice(0, REMEMBERED / 2)) seen.delete(oldest);
    return clock.monotonic() - since >= ms / speed;
  };
}
