// Events that were lost, as the sink's status tells them: the first at once, and more of them once a minute, since the telling is a write.
import type { Clock } from "../../lib/clock.ts";

const TELL_MS = 60_000;

export class Losses {
  readonly #clock: Clock;
  #count = 0;
  #told = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #before: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One more; whether it is to be told now. */
  add(): boolean {
    this.#count += 1;
    return this.#isDue();
  }

  /**
   * How many the status is to tell of: with those from before this process began, by the status as it was first seen; undefined while
   * none was lost since.
   */
  told(inStatus: number | undefined): number | undefined {
    this.#before ??= inStatus ?? 0;
    if (this.#isDue()) {
      this.#told = this.#count;
      this.#toldAtMs = this.#clock.monotonic();
    }
    return this.#told === 0 ? undefined : this.#before + this.#told;
  }

  #isDue(): boolean {
    return this.#count > this.#told && this.#clock.monotonic() - this.#toldAtMs >= TELL_MS;
  }
}
