// Reads of one place that are wanted at the same time share a turn, so that each of them does not cost a confirmation of its own.
import { untilAborted } from "../../../lib/abort.ts";
import type { Places } from "./places.ts";
import { isSessionLost, type Place, type Turn } from "./turn.ts";

interface Wanted {
  /** Settles what `read` gave out, and throws nothing. */
  readonly serve: (turn: Turn) => Promise<void>;
  readonly fail: (reason: unknown) => void;
}

interface SharedReadsDeps {
  readonly places: Places;
  /** Ends when the session is closed: a turn outlives the visit that began it, because others share it. */
  readonly closed: AbortSignal;
}

/** Requests of one turn that are under way together. */
const MOST_AT_ONCE = 8;
/** After so many a turn ends, and whoever else waits for the account has one: the place is confirmed anew then. */
const MOST_IN_TURN = 64;

export class SharedReads {
  readonly #deps: SharedReadsDeps;
  /** By place. */
  readonly #wanted = new Map<string, Wanted[]>();
  readonly #running = new Set<string>();

  constructor(deps: SharedReadsDeps) {
    this.#deps = deps;
  }

  /**
   * Runs `work`, which reads and changes nothing, in a turn in the place, and once more in another where the session was lost. Throws as
   * Places.within does.
   */
  async read<T>(place: Place, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    try {
      return await this.#readOnce(place, signal, work);
    } catch (error) {
      if (!isSessionLost(error)) throw error;
      return this.#readOnce(place, signal, work);
    }
  }

  async #readOnce<T>(place: Place, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    const key = [place.product, place.cluster, place.namespace].join("/");
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const serve = (turn: Turn): Promise<void> =>
      signal.aborted ? Promise.resolve() : work(turn).then(resolve, reject);
    const queue = this.#wanted.get(key) ?? [];
    this.#wanted.set(key, queue);
    queue.push({ serve, fail: reject });
    if (!this.#running.has(key)) void this.#run(place, key, queue);
    return untilAborted(promise, signal);
  }

  async #run(place: Place, key: string, queue: Wanted[]): Promise<void> {
    this.#running.add(key);
    try {
      while (queue.length > 0) {
        await this.#deps.places.within(place, this.#deps.closed, (turn) => serveIn(turn, queue));
      }
    } catch (error) {
      // The turn did not begin: nobody who waits for it has been served.
      for (const { fail } of queue.splice(0)) fail(error);
    } finally {
      this.#running.delete(key);
      this.#wanted.delete(key);
    }
  }
}

async function serveIn(turn: Turn, queue: Wanted[]): Promise<void> {
  for (let served = 0; served < MOST_IN_TURN && queue.length > 0;) {
    const together = queue.splice(0, MOST_AT_ONCE);
    served += together.length;
    await Promise.all(together.map(({ serve }) => serve(turn)));
    // Whoever has just been answered asks for the next ones at once.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
