// Turns a FakeClock while real HTTP goes on beneath it: time stands still as long as anything is under way, and then jumps to
// the next timer. Hours of waiting pass in the time that the requests take.
import { setImmediate, setTimeout } from "node:timers/promises";
import type { Clock, Timer } from "../../../src/lib/clock.ts";
import type { FakeClock } from "./fake-clock.ts";
import type { Traffic } from "../operator/traffic.ts";

export interface ClockDriverOptions {
  readonly clock: FakeClock;
  readonly traffic: Traffic;
  /** Requests under way that wait for the clock themselves, such as those that a simulator's fault delays. */
  readonly waiting: () => number;
}

/** A step may be several turns of the event loop: reading a body, a thread pool, a promise chain that sends the next request. */
const QUIET_TURNS = 12;
/**
 * What the API server tells its watchers after an answer, it tells within this time. Were it late, it would come at a later
 * injected time, as from a slow watch: a test gets slower by it, not wrong.
 */
const WATCHES_MS = 8;

export class ClockDriver {
  readonly #options: ClockDriverOptions;

  constructor(options: ClockDriverOptions) {
    this.#options = options;
  }

  /** Lets time pass until it holds. Resolves with how long that took; rejects where it takes longer than `withinMs`. */
  async until(isReached: () => boolean, withinMs: number): Promise<number> {
    const { clock } = this.#options;
    const beganMs = clock.monotonic();
    for (;;) {
      await this.#quiet();
      const tookMs = clock.monotonic() - beganMs;
      if (isReached()) return tookMs;
      if (tookMs >= withinMs) throw new Error(`Not reached within ${withinMs} ms of the injected clock`);
      await clock.advance(Math.min(clock.untilNextMs ?? Infinity, withinMs - tookMs));
    }
  }

  /** Lets that much time pass. */
  async pass(ms: number): Promise<void> {
    const { clock } = this.#options;
    const endMs = clock.monotonic() + ms;
    await this.until(() => clock.monotonic() >= endMs, ms);
  }

  /** Resolves when nothing happens any more unless time passes. */
  async #quiet(): Promise<void> {
    const { traffic, waiting } = this.#options;
    for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
      if (traffic.underWay > waiting()) turns = 0;
      await setImmediate();
    }
    const leftMs = WATCHES_MS - traffic.silentMs;
    if (leftMs <= 0) return;
    await setTimeout(leftMs);
    await this.#quiet();
  }
}

/** The same clock, and how many of the timers that were set through it are still to come. */
export function countTimers(clock: Clock): Clock & { readonly pending: number } {
  const pending = new Set<Timer>();
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after(ms, callback) {
      const inner = clock.after(ms, () => {
        pending.delete(timer);
        callback();
      });
      const timer: Timer = {
        cancel() {
          pending.delete(timer);
          inner.cancel();
        },
      };
      pending.add(timer);
      return timer;
    },
    get pending() {
      return pending.size;
    },
  };
}
