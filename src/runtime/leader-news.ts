// A flag that one loop waits for and somebody else raises. Raised while nobody waits, it is kept.
import { sleep, type Clock } from "../lib/clock.ts";

export class News {
  #pending = false;
  #wake: (() => void) | undefined;

  get pending(): boolean {
    return this.#pending;
  }

  raise(): void {
    this.#pending = true;
    this.#wake?.();
  }

  clear(): void {
    this.#pending = false;
  }

  /** Resolves and clears: true as soon as it is raised, false after `ms`. Rejects with the signal's reason. */
  async wait(options: { clock: Clock; ms: number; signal: AbortSignal }): Promise<boolean> {
    const raised = new AbortController();
    this.#wake = () => raised.abort();
    if (this.#pending) raised.abort();
    const either = AbortSignal.any([options.signal, raised.signal]);
    await sleep(options.clock, options.ms, either).catch((reason: unknown) => {
      if (reason !== raised.signal.reason) throw reason;
    });
    this.#wake = undefined;
    this.#pending = false;
    return raised.signal.aborted;
  }
}
