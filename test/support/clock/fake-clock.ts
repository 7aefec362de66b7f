// A Clock that stands still until a test turns it: no test waits for real time.
import { setImmediate } from "node:timers/promises";
import type { Clock, Timer } from "../../../src/lib/clock.ts";

interface Waiting {
  dueMs: number;
  callback: () => void;
}

export class FakeClock implements Clock {
  readonly #startMs: number;
  #elapsedMs = 0;
  /** In the order they were set, which breaks ties between timers due at the same time. */
  readonly #timers = new Set<Waiting>();

  constructor(options: { startMs?: number } = {}) {
    this.#startMs = options.startMs ?? Date.UTC(2026, 0, 1);
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(ms, 0), callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers are set and have neither run nor been cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** How long until the next timer is due, in milliseconds; undefined where none is set. */
  get untilNextMs(): number | undefined {
    const next = this.#nextDue(Number.POSITIVE_INFINITY);
    return next && Math.max(next.dueMs - this.#elapsedMs, 0);
  }

  /**
   * Moves time on by `ms` and runs what becomes due, in the order of time. Before the first timer and after each one,
   * promise chains settle, so that what they set counts too. Calls must not overlap.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsedMs + ms;
    await setImmediate();
    for (let timer = this.#nextDue(target); timer !== undefined; timer = this.#nextDue(target)) {
      this.#timers.delete(timer);
      this.#elapsedMs = timer.dueMs;
      timer.callback();
      await setImmediate();
    }
    this.#elapsedMs = target;
  }

  #nextDue(target: number): Waiting | undefined {
    let next: Waiting | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= target && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
