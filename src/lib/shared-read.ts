// A read that many want at about the same time: one at a time, kept until somebody needs a newer one.
import { untilAborted } from "./abort.ts";
import type { Clock } from "./clock.ts";

export class SharedRead<T> {
  readonly #read: () => Promise<T>;
  readonly #clock: Pick<Clock, "monotonic">;
  #latest: { readonly startedAt: number; readonly value: T } | undefined;
  #running: Promise<void> | undefined;

  constructor(read: () => Promise<T>, clock: Pick<Clock, "monotonic">) {
    this.#read = read;
    this.#clock = clock;
  }

  /** What was read at `since` (monotonic) or later. Throws what the read throws, or the signal's reason. */
  async at(since: number, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    while (this.#latest === undefined || this.#latest.startedAt < since) {
      await untilAborted(this.#run(), signal);
    }
    return this.#latest.value;
  }

  #run(): Promise<void> {
    this.#running ??= this.#start().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #start(): Promise<void> {
    const startedAt = this.#clock.monotonic();
    this.#latest = { startedAt, value: await this.#read() };
  }
}
