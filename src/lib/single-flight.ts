// Work that several callers want at once and that is done once.

/** One run at a time; who asks while one is under way shares its outcome. The next one to ask after its end starts another. */
export class SharedRun<T> {
  readonly #run: () => Promise<T>;
  #running: Promise<T> | undefined;

  constructor(run: () => Promise<T>) {
    this.#run = run;
  }

  /** The signal ends this caller's waiting only, with its reason; the run goes on for the others. */
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

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  return promise;
}
