// Time that passes with what is asked of it: what lasts two seconds lasts for so much work, however slow the machine is.
import { systemClock, type Clock } from "../../../src/lib/clock.ts";

export interface WorkClock extends Clock {
  /** How often it was looked at. */
  readonly looks: number;
}

/** Its wall clock goes on by so much at each look; what waits, waits as always. */
export function workClock(msPerLook: number): WorkClock {
  const startedAtMs = systemClock.now();
  let looks = 0;
  return {
    ...systemClock,
    now() {
      looks += 1;
      return startedAtMs + looks * msPerLook;
    },
    get looks() {
      return looks;
    },
  };
}
