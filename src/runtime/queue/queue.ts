// The work queue: a set of keys with priorities, delays and backoff, which never gives out a key that is being worked on
// (R1 to R5). What waits for one key is merged into one entry, so its size is bounded by the number of objects.
import type { Clock, Timer } from "../../lib/clock.ts";
import { KEY_BACKOFF, KeyedBackoff, type BackoffPolicy } from "./backoff.ts";
import { Heap } from "./heap.ts";

/** Higher goes first. */
export const Priority = {
  /** Somebody changed something. */
  User: 0,
  /** Nobody did: a retry or a poll. One of an Initial key stays Initial. */
  Retry: -50,
  /** From the first list, or an event without a new version. */
  Initial: -100,
} as const;

/**
 * Waiting this long is worth one point of priority, so a key waits at most ten minutes for newer ones that are 100 points
 * above it. All keys age alike, hence two that wait never change their order, and a heap needs no re-sorting.
 */
export const AGEING_MS_PER_POINT = 6000;

/** What is true at one moment, for gauges. Durations in milliseconds. */
export interface QueueState {
  /** Keys ready to be taken, by priority; a priority stays listed once it was seen. */
  readonly depth: ReadonlyMap<number, number>;
  /** Time spent so far on keys taken and not done, summed. */
  readonly unfinishedMs: number;
  readonly longestRunningMs: number;
}

/** Where the queue counts. Methods must not throw. Durations in milliseconds. */
export interface QueueMetrics {
  /** A key became ready to be taken; a duplicate of a waiting one does not count. */
  added(): void;
  /** A key was added with backoff. */
  retried(): void;
  /** A key was taken that had been ready for this long. */
  taken(waitedMs: number): void;
  /** A key was done that had been worked on for this long. */
  finished(workedMs: number): void;
  /** Called once, when the queue is made: `read` gives the gauges at any time later. */
  observe(read: () => QueueState): void;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly backoff?: BackoffPolicy;
  /** Gives [0, 1). */
  readonly random?: () => number;
  readonly metrics?: QueueMetrics | undefined;
}

/** `held` entries belong to a key that is being worked on, and find their place when that is done. */
interface Entry {
  readonly key: string;
  priority: number;
  readyAtMs: number;
  /** Breaks ties: when it was added, then when it became ready. */
  order: number;
  place: "held" | "delayed" | "ready";
}

interface Run {
  readonly priority: number;
  readonly startedAtMs: number;
}

const rank = (entry: Entry): number => entry.readyAtMs - entry.priority * AGEING_MS_PER_POINT;
const dueBefore = (a: Entry, b: Entry): boolean =>
  a.readyAtMs === b.readyAtMs ? a.order < b.order : a.readyAtMs < b.readyAtMs;
const goesBefore = (a: Entry, b: Entry): boolean => (rank(a) === rank(b) ? a.order < b.order : rank(a) < rank(b));

export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: KeyedBackoff;
  readonly #shortestRetryMs: number;
  readonly #metrics: QueueMetrics | undefined;
  /** At most one entry per key, whatever its place. */
  readonly #entries = new Map<string, Entry>();
  readonly #ready = new Heap<Entry>(goesBefore);
  readonly #delayed = new Heap<Entry>(dueBefore);
  readonly #runs = new Map<string, Run>();
  readonly #takers = new Set<(key: string | undefined) => void>();
  readonly #depth = new Map<number, number>();
  #order = 0;
  #wakeUp: { atMs: number; timer: Timer } | undefined;
  #shutDown = false;

  constructor(options: QueueOptions) {
    const policy = options.backoff ?? KEY_BACKOFF;
    this.#clock = options.clock;
    this.#backoff = new KeyedBackoff({ policy, random: options.random ?? Math.random });
    this.#shortestRetryMs = policy.firstMs;
    this.#metrics = options.metrics;
    this.#metrics?.observe(() => this.#state());
  }

  /** How many keys wait: ready, delayed, or for the end of their own run. */
  get size(): number {
    return this.#entries.size;
  }

  /** The keys that are being worked on. */
  get running(): string[] {
    return [...this.#runs.keys()];
  }

  /** Makes the key ready. While it is worked on, it will be taken once more afterwards, however often it is added. */
  add(key: string, options: { priority?: number } = {}): void {
    this.#merge(key, this.#clock.monotonic(), options.priority ?? Priority.User);
  }

  /**
   * Makes the key ready after `ms`, unless something makes it ready earlier. Without `priority` it gets the one of its
   * present run, lowered to `Priority.Retry`.
   */
  addAfter(key: string, ms: number, options: { priority?: number } = {}): void {
    if (Number.isNaN(ms)) throw new RangeError(`The delay of ${key} is not a number`);
    this.#merge(key, this.#clock.monotonic() + Math.max(ms, 0), options.priority ?? this.#followUpPriority(key));
  }

  /** Records a failure of the key and makes it ready after its backoff, or after `retryAfterMs` where that is given. */
  addRateLimited(key: string, options: { retryAfterMs?: number | undefined; priority?: number } = {}): void {
    const backoffMs = this.#backoff.next(key);
    const { retryAfterMs, ...rest } = options;
    this.#metrics?.retried();
    this.addAfter(key, retryAfterMs === undefined ? backoffMs : Math.max(retryAfterMs, this.#shortestRetryMs), rest);
  }

  /** Its next failure is its first. What waits for the key stays. */
  forget(key: string): void {
    this.#backoff.reset(key);
  }

  /**
   * The next key, as soon as there is one; it counts as worked on until `done`. Resolves to undefined after `shutDown` or
   * once the signal is aborted.
   */
  take(signal: AbortSignal): Promise<string | undefined> {
    if (this.#shutDown || signal.aborted) return Promise.resolve(undefined);
    this.#promoteDue();
    const entry = this.#ready.peek();
    if (entry !== undefined) return Promise.resolve(this.#start(entry));
    return new Promise((resolve) => {
      const taker = (key: string | undefined): void => {
        this.#takers.delete(taker);
        signal.removeEventListener("abort", onAbort);
        resolve(key);
      };
      const onAbort = (): void => taker(undefined);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#takers.add(taker);
    });
  }

  /** The work on a key that was taken has ended. Throws when the key was not taken. */
  done(key: string): void {
    const run = this.#runs.get(key);
    if (run === undefined) throw new Error(`${key} is done but was not taken`);
    this.#runs.delete(key);
    this.#metrics?.finished(this.#clock.monotonic() - run.startedAtMs);
    const entry = this.#entries.get(key);
    if (entry !== undefined) this.#settle(entry);
  }

  /** From now on adds are ignored and nothing is given out; who waits for a key gets undefined. Idempotent. */
  shutDown(): void {
    this.#shutDown = true;
    this.#wakeUp?.timer.cancel();
    for (const taker of this.#takers) taker(undefined);
  }

  #followUpPriority(key: string): number {
    return Math.min(this.#runs.get(key)?.priority ?? Priority.User, Priority.Retry);
  }

  #merge(key: string, readyAtMs: number, priority: number): void {
    if (this.#shutDown) return;
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const fresh: Entry = { key, priority, readyAtMs, order: this.#order++, place: "held" };
      this.#entries.set(key, fresh);
      this.#settle(fresh);
      return;
    }
    const wasReady = entry.place === "ready";
    if (wasReady) this.#countDepth(entry, -1);
    entry.priority = Math.max(entry.priority, priority);
    entry.readyAtMs = Math.min(entry.readyAtMs, readyAtMs);
    if (wasReady) this.#countDepth(entry, 1);
    this.#settle(entry);
  }

  /** Puts an entry where it belongs now, from wherever it was. */
  #settle(entry: Entry): void {
    if (this.#runs.has(entry.key)) return;
    if (entry.readyAtMs > this.#clock.monotonic()) {
      entry.place = "delayed";
      this.#delayed.place(entry);
      this.#setWakeUp();
      return;
    }
    if (entry.place !== "ready") this.#makeReady(entry);
    this.#ready.place(entry);
    this.#handOut();
  }

  #makeReady(entry: Entry): void {
    this.#delayed.remove(entry);
    entry.place = "ready";
    entry.order = this.#order++;
    this.#countDepth(entry, 1);
    this.#metrics?.added();
  }

  #handOut(): void {
    for (const taker of this.#takers) {
      const entry = this.#ready.peek();
      if (entry === undefined) return;
      taker(this.#start(entry));
    }
  }

  #start(entry: Entry): string {
    const startedAtMs = this.#clock.monotonic();
    this.#ready.remove(entry);
    this.#entries.delete(entry.key);
    this.#countDepth(entry, -1);
    this.#runs.set(entry.key, { priority: entry.priority, startedAtMs });
    this.#metrics?.taken(startedAtMs - entry.readyAtMs);
    return entry.key;
  }

  #promoteDue(): void {
    const now = this.#clock.monotonic();
    for (let next = this.#delayed.peek(); next && next.readyAtMs <= now; next = this.#delayed.peek()) {
      this.#settle(next);
    }
  }

  /** One timer serves all delayed keys. It may fire early (an early-readied key, a cut delay): then it is set again. */
  #setWakeUp(): void {
    const next = this.#delayed.peek();
    if (next === undefined || (this.#wakeUp && this.#wakeUp.atMs <= next.readyAtMs)) return;
    this.#wakeUp?.timer.cancel();
    const timer = this.#clock.after(next.readyAtMs - this.#clock.monotonic(), () => {
      this.#wakeUp = undefined;
      this.#promoteDue();
      this.#setWakeUp();
    });
    this.#wakeUp = { atMs: next.readyAtMs, timer };
  }

  #countDepth(entry: Entry, change: 1 | -1): void {
    this.#depth.set(entry.priority, (this.#depth.get(entry.priority) ?? 0) + change);
  }

  #state(): QueueState {
    const now = this.#clock.monotonic();
    const durations = Array.from(this.#runs.values(), (run) => now - run.startedAtMs);
    return {
      depth: new Map(this.#depth),
      unfinishedMs: durations.reduce((sum, ms) => sum + ms, 0),
      longestRunningMs: durations.reduce((longest, ms) => Math.max(longest, ms), 0),
    };
  }
}
