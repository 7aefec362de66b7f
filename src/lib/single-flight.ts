// Work that several callers want at once and that is done once for all of them.
import { untilAborted } from "./abort.ts";

/**
 * At most one run at a time. Who joins while one is under way shares its outcome, a failure too; nothing is kept after its end:
 * the next one to join starts another.
 */
export class SingleFlight<T> {
  readonly #run: () => Promise<T>;
  #running: Promise<T> | undefined;

  constructor(run: () => Promise<T>) {
    this.#run = run;
  }

  /** The signal ends this caller's waiting only, with its reason; the run goes on for the others. Aborted already: starts none. */
  async join(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#running ??= this.#start();
    return untilAborted(this.#running, signal);
  }

  #start(): Promise<T> {
    const running = this.#run().finally(() => {
      this.#running = undefined;
    });
    // Where all who waited have gone, nobody else hears of its failure.
    running.catch(() => undefined);
    return running;
  }
}
