// Requests that a fault makes wait: for a time, or until someone says go.
import type { Clock } from "../../lib/clock.ts";
import { sleep } from "../../lib/clock.ts";

/** Everything that waits in one simulator; closing ends every wait, so that no request outlives its server. */
export class Waits {
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #held = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `ms`, or when closing. */
  async pause(ms: number): Promise<void> {
    try {
      await sleep(this.#clock, ms, this.#closing.signal);
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    }
  }

  /** Resolves on {@link release}, when closing, or when `gone` is aborted because nobody waits for the answer. */
  hold(gone: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const letGo = (): void => {
        this.#held.delete(letGo);
        gone.removeEventListener("abort", letGo);
        resolve();
      };
      if (gone.aborted || this.#closing.signal.aborted) {
        resolve();
        return;
      }
      this.#held.add(letGo);
      gone.addEventListener("abort", letGo, { once: true });
    });
  }

  /** Lets all held requests go; says how many there were. */
  release(): number {
    const held = [...this.#held];
    for (const letGo of held) letGo();
    return held.length;
  }

  /** Ends all waits, now and later. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.release();
  }
}
