// What happens by itself in a simulated cloud: jobs that end, nodes that appear. Runs as fast as `--speed` says.
import type { Clock, Timer } from "../../lib/clock.ts";

interface Due {
  readonly atMs: number;
  readonly action: () => void;
}

/**
 * A schedule that runs no timer: {@link Timeline.advance} catches up with everything that is due.
 *
 * As a clock it shows the moment at which the running action was due, and otherwise the present: however late the
 * catching up, time stamps, histories and what an action schedules in turn are as if it had run in time.
 */
export class Timeline implements Clock {
  readonly #clock: Clock;
  readonly #speed: number;
  /** By time, and in order of scheduling where that is equal. */
  readonly #due: Due[] = [];
  #runningAtMs: number | undefined;

  /** `speed` divides delays; the clock itself keeps real time. */
  constructor(clock: Clock, speed: number) {
    this.#clock = clock;
    this.#speed = speed;
  }

  now(): number {
    const presentMs = this.#clock.now();
    return this.#runningAtMs === undefined ? presentMs : presentMs - (this.#clock.monotonic() - this.#runningAtMs);
  }

  monotonic(): number {
    return this.#runningAtMs ?? this.#clock.monotonic();
  }

  /** Real time, untouched by the speed. */
  after(ms: number, callback: () => void): Timer {
    return this.#clock.after(ms, callback);
  }

  /** Runs `action` in `ms` of the cloud's time. There is no way back: an action looks whether it still makes sense. */
  schedule(ms: number, action: () => void): void {
    const atMs = this.monotonic() + ms / this.#speed;
    const before = this.#due.findLastIndex((other) => other.atMs <= atMs);
    this.#due.splice(before + 1, 0, { atMs, action });
  }

  /** Runs what is due, in order, and what that makes due in turn. */
  advance(): void {
    const presentMs = this.#clock.monotonic();
    try {
      for (let next = this.#due[0]; next !== undefined && next.atMs <= presentMs; next = this.#due[0]) {
        this.#due.shift();
        this.#runningAtMs = next.atMs;
        next.action();
      }
    } finally {
      this.#runningAtMs = undefined;
    }
  }
}
