// Things that run until they are told to stop, started one by one and stopped together.
import { sleep, type Clock } from "../../lib/clock.ts";

export interface Runnable {
  readonly name: string;
  /** Runs until the signal is aborted, then resolves once nothing of it is under way. Rejects when it cannot go on. */
  run(signal: AbortSignal): Promise<void>;
}

export interface GroupOptions {
  readonly clock: Clock;
  /** Something rejected, or ended although nobody told it to. May be called more than once. Must not throw. */
  readonly onFailure: (error: unknown) => void;
}

export class Group {
  readonly #options: GroupOptions;
  readonly #stop = new AbortController();
  readonly #running = new Map<Runnable, Promise<void>>();

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  start(runnable: Runnable): void {
    this.#running.set(runnable, this.#follow(runnable));
  }

  /**
   * Aborts all of them at once. Resolves when they have ended, or after `timeoutMs` or once `hurry` is aborted, with the
   * names of those that have not.
   */
  async stop(options: { timeoutMs: number; hurry: AbortSignal }): Promise<readonly string[]> {
    this.#stop.abort(new Error("Stopping"));
    const ended = new AbortController();
    const all = Promise.all(this.#running.values()).then(() => ended.abort());
    const patience = AbortSignal.any([ended.signal, options.hurry]);
    await Promise.race([all, sleep(this.#options.clock, options.timeoutMs, patience).catch(() => undefined)]);
    return Array.from(this.#running.keys(), ({ name }) => name);
  }

  async #follow(runnable: Runnable): Promise<void> {
    const { signal } = this.#stop;
    try {
      await runnable.run(signal);
      if (!signal.aborted) throw new Error(`${runnable.name} ended although nobody stopped it`);
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) this.#options.onFailure(error);
    } finally {
      this.#running.delete(runnable);
    }
  }
}
