// What waits to be done for a sink: a set of keys, never payloads, so that an outage costs no more memory than there are keys. A key is
// worked on by one at a time, and once more where it was added meanwhile; many at once as long as the store answers, one by one while
// it does not.
import type { Clock, Timer } from "../../lib/clock.ts";
import { FencedError } from "../../lib/fence.ts";
import { Heap } from "../../runtime/queue/heap.ts";

/** What became of a key. */
export type Worked =
  /** Nothing is left to do. */
  | "Done"
  /** To be looked at again then; many delays of a key: the earliest wins. */
  | { readonly againInMs: number };

interface BacklogOptions {
  readonly clock: Clock;
  /** Throws where it has to be tried again. */
  readonly work: (key: string, signal: AbortSignal) => Promise<Worked>;
  /** Told of each failure; returns how long the other side asked to wait, where it did. */
  readonly onFailure: (key: string, error: unknown) => number | undefined;
  /** Told when failures have stopped the rest, and when that is over. */
  readonly onStandstill?: (stands: boolean) => void;
}

interface Waiting {
  readonly key: string;
  /** Breaks ties: first come, first served. */
  readonly order: number;
  /** By the wall clock: since when there has been something to do. */
  sinceMs: number;
  /** Monotonic. */
  readyAtMs: number;
  failures: number;
}

/** The cloud's session has 32 connections; others use them too. */
const MOST_AT_ONCE = 16;
/** So many failures in a row are about the store and not about a key. */
const STANDSTILL_AFTER = 3;
const FIRST_DELAY_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
const LONGEST_DELAY_MS = 300_000;

const goesBefore = (a: Waiting, b: Waiting): boolean =>
  a.readyAtMs === b.readyAtMs ? a.order < b.order : a.readyAtMs < b.readyAtMs;

export class Backlog {
  readonly #options: BacklogOptions;
  readonly #waiting = new Map<string, Waiting>();
  /** The same ones, the next one first: with ten thousand of them, none of what happens to one may look at all. */
  readonly #queue = new Heap<Waiting>(goesBefore);
  /** Keys that are worked on, since when, and whether they were added meanwhile. */
  readonly #running = new Map<
    string,
    { readonly sinceMs: number; readonly failures: number; again: number | undefined }
  >();
  readonly #ended = new AbortController();
  #order = 0;
  #failuresInARow = 0;
  #pausedUntilMs = 0;
  #timer: Timer | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** Has the key worked on, after that delay. Nothing after the stop. */
  add(key: string, delayMs = 0): void {
    if (this.#ended.signal.aborted) return;
    const { clock } = this.#options;
    const running = this.#running.get(key);
    if (running) {
      running.again = Math.min(running.again ?? Number.POSITIVE_INFINITY, delayMs);
      return;
    }
    const [sinceMs, readyAtMs] = [clock.now() + delayMs, clock.monotonic() + delayMs];
    const present = this.#waiting.get(key);
    if (present) {
      // What was there keeps its place, and is waited for no longer than the earlier of both.
      present.sinceMs = Math.min(present.sinceMs, sinceMs);
      present.readyAtMs = Math.min(present.readyAtMs, readyAtMs);
      if (delayMs === 0) present.failures = 0;
      this.#queue.place(present);
    } else {
      this.#enter(key, { sinceMs, readyAtMs, failures: 0 });
    }
    this.#pump();
  }

  #enter(key: string, waiting: Pick<Waiting, "sinceMs" | "readyAtMs" | "failures">): void {
    const entry = { key, order: this.#order++, ...waiting };
    this.#waiting.set(key, entry);
    this.#queue.place(entry);
  }

  /** Keys of which something is to be done now, waiting or under way, and since when the oldest of them has been so. Looks at all. */
  overdue(concerns: (key: string) => boolean): { readonly count: number; readonly oldestMs: number } {
    const nowMs = this.#options.clock.now();
    let [count, oldestMs] = [0, nowMs];
    for (const keys of [this.#waiting, this.#running]) {
      for (const [key, { sinceMs }] of keys) {
        if (sinceMs > nowMs || !concerns(key)) continue;
        count += 1;
        oldestMs = Math.min(oldestMs, sinceMs);
      }
    }
    return { count, oldestMs };
  }

  get size(): number {
    return this.#waiting.size + this.#running.size;
  }

  /** By the wall clock: since when there has been something to do about the key; now where there is nothing. */
  sinceMs(key: string): number {
    return (this.#running.get(key) ?? this.#waiting.get(key))?.sinceMs ?? this.#options.clock.now();
  }

  get standsStill(): boolean {
    return this.#failuresInARow >= STANDSTILL_AFTER;
  }

  /** What stood in the way may be gone: everything is tried at once. */
  resume(): void {
    this.#failuresInARow = 0;
    this.#pausedUntilMs = 0;
    this.#hurry();
    this.#pump();
  }

  /** Takes nothing in any more, aborts what is under way, and resolves when that has ended. Idempotent. */
  async stop(): Promise<void> {
    this.#ended.abort(new Error("The sink is no longer reported to"));
    this.#timer?.cancel();
    for (const waiting of this.#waiting.values()) this.#queue.remove(waiting);
    this.#waiting.clear();
    if (this.#running.size === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  #pump(): void {
    if (this.#ended.signal.aborted) return;
    this.#timer?.cancel();
    const nowMs = this.#options.clock.monotonic();
    if (nowMs >= this.#pausedUntilMs) this.#startReady(nowMs);
    const nextMs = this.#nextMs();
    if (nextMs === undefined) return;
    this.#timer = this.#options.clock.after(Math.max(nextMs - nowMs, 0), () => this.#pump());
  }

  #startReady(nowMs: number): void {
    for (let next = this.#queue.peek(); next && next.readyAtMs <= nowMs; next = this.#queue.peek()) {
      if (this.#running.size >= this.#most) return;
      const { key, sinceMs, failures } = next;
      this.#queue.remove(next);
      this.#waiting.delete(key);
      this.#running.set(key, { sinceMs, failures, again: undefined });
      void this.#run(key);
    }
  }

  get #most(): number {
    return this.standsStill ? 1 : MOST_AT_ONCE;
  }

  /** When something may be started next, where that is not when something else ends. */
  #nextMs(): number | undefined {
    const next = this.#queue.peek();
    if (!next || this.#running.size >= this.#most) return undefined;
    return Math.max(next.readyAtMs, this.#pausedUntilMs);
  }

  async #run(key: string): Promise<void> {
    const { signal } = this.#ended;
    try {
      const worked = await this.#options.work(key, signal);
      this.#succeeded();
      this.#finish(key, worked === "Done" ? undefined : worked.againInMs);
    } catch (error) {
      if (signal.aborted || error instanceof FencedError) this.#finish(key, undefined);
      else this.#failed(key, error);
    }
    this.#pump();
    if (this.#running.size === 0) this.#idle?.resolve();
  }

  #succeeded(): void {
    const stood = this.standsStill;
    this.#failuresInARow = 0;
    this.#pausedUntilMs = 0;
    if (!stood) return;
    this.#hurry();
    this.#options.onStandstill?.(false);
  }

  /** What failed because the store was away is not made to wait for that any longer. */
  #hurry(): void {
    const nowMs = this.#options.clock.monotonic();
    for (const waiting of this.#waiting.values()) {
      if (waiting.failures === 0) continue;
      waiting.failures = 0;
      waiting.readyAtMs = nowMs;
      this.#queue.place(waiting);
    }
  }

  #failed(key: string, error: unknown): void {
    const { clock, onFailure } = this.#options;
    const { sinceMs, failures } = this.#running.get(key) ?? { sinceMs: clock.now(), failures: 0 };
    this.#running.delete(key);
    const askedMs = onFailure(key, error) ?? 0;
    const delayMs = Math.max(askedMs, backoffMs(failures + 1, LONGEST_DELAY_MS));
    // At the end: the next one to be tried is another, so that one bad key holds up nobody.
    const readyAtMs = clock.monotonic() + delayMs;
    if (!this.#ended.signal.aborted) this.#enter(key, { sinceMs, readyAtMs, failures: failures + 1 });
    this.#failuresInARow += 1;
    if (this.standsStill) this.#pause(askedMs);
  }

  #pause(askedMs: number): void {
    const { clock, onStandstill } = this.#options;
    const beyond = this.#failuresInARow - STANDSTILL_AFTER;
    this.#pausedUntilMs = clock.monotonic() + Math.max(askedMs, backoffMs(beyond + 1, LONGEST_PAUSE_MS));
    if (beyond === 0) onStandstill?.(true);
  }

  #finish(key: string, againInMs: number | undefined): void {
    const again = this.#running.get(key)?.again;
    this.#running.delete(key);
    const delays = [again, againInMs].filter((delay) => delay !== undefined);
    if (delays.length > 0) this.add(key, Math.min(...delays));
  }
}

function backoffMs(failures: number, mostMs: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 20), mostMs);
}
