// A flag that one loop waits for and somebody else raises. Raised while nobody waits, it is kept.
import type { Clock } from "../../lib/clock.ts";

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

  /** Resolves with whether it was raised, and clears it: at once if so, else after `ms`. Rejects with the signal's reason. */
  async wait({ clock, ms, signal }: { clock: Clock; ms: number; signal: AbortSignal }): Promise<boolean> {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const timer = clock.after(ms, wake);
    const onAbort = (): void => wake();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#wake = wake;
    if (this.#pending || signal.aborted) wake();
    await promise;
    this.#wake = undefined;
    signal.removeEventListener("abort", onAbort);
    timer.cancel();
    signal.throwIfAborted();
    const raised = this.#pending;
    this.#pending = false;
    return raised;
  }
}
