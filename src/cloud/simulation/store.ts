// What exists in a simulated cloud: collections of immutable records, with a short history to answer lists from.
import type { Clock } from "../../lib/clock.ts";

/** How far back {@link Store.asOf} reaches. Older changes are forgotten, so that a long run does not fill the memory. */
export const HISTORY_MS = 600_000;

/** Changes are forgotten in batches of at least this many, so that a write costs constant time on average. */
const SMALLEST_PRUNE = 1024;

/** A record is replaced, never changed in place: history and views share it. */
export interface Identified {
  readonly id: string;
}

/** The shape of a store: each collection's name with the type of its records. */
export type Tables<T> = { [C in keyof T]: Identified };

/** Reading, now or at a moment in the past. */
export interface StoreView<T extends Tables<T>> {
  /** Undefined where there is no such record. */
  get<C extends keyof T>(collection: C, id: string): T[C] | undefined;
  /** All records of a collection; in order of creation when the view is the live store. */
  list<C extends keyof T>(collection: C): T[C][];
}

interface Change<T> {
  atMs: number;
  collection: keyof T;
  id: string;
  before: Identified | undefined;
}

type Contents<T> = Map<keyof T, Map<string, Identified>>;

export class Store<T extends Tables<T>> implements StoreView<T> {
  readonly #clock: Clock;
  readonly #contents: Contents<T>;
  readonly #lastIds = new Map<keyof T, number>();
  #changes: Change<T>[] = [];
  #pruneAt = SMALLEST_PRUNE;
  #version = 0;

  constructor(collections: readonly (keyof T)[], clock: Clock) {
    this.#clock = clock;
    this.#contents = new Map(collections.map((collection) => [collection, new Map()]));
  }

  /** Grows with every change: equal versions mean equal contents. */
  get version(): number {
    return this.#version;
  }

  get<C extends keyof T>(collection: C, id: string): T[C] | undefined {
    return viewOf<T>(this.#contents).get(collection, id);
  }

  list<C extends keyof T>(collection: C): T[C][] {
    return viewOf<T>(this.#contents).list(collection);
  }

  /** A fresh id for `collection`: 1, 2, 3, never given twice. */
  nextId(collection: keyof T): string {
    const id = (this.#lastIds.get(collection) ?? 0) + 1;
    this.#lastIds.set(collection, id);
    return String(id);
  }

  /** Adds the record or replaces the one with its id. */
  put<C extends keyof T>(collection: C, record: T[C]): void {
    this.#remember(collection, record.id);
    table(this.#contents, collection).set(record.id, record);
  }

  /** No effect where there is no such record. */
  remove(collection: keyof T, id: string): void {
    if (!table(this.#contents, collection).has(id)) return;
    this.#remember(collection, id);
    table(this.#contents, collection).delete(id);
  }

  /** The contents of `ageMs` ago, or of the start where that is later; at most {@link HISTORY_MS} back. */
  asOf(ageMs: number): StoreView<T> {
    const sinceMs = this.#clock.monotonic() - Math.min(ageMs, HISTORY_MS);
    const past: Contents<T> = new Map(
      [...this.#contents].map(([collection, records]) => [collection, new Map(records)]),
    );
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index];
      if (change === undefined || change.atMs <= sinceMs) break;
      undo(past, change);
    }
    return viewOf<T>(past);
  }

  /** All collections by name, as `GET /_simulator/state` shows them. */
  dump(): Record<string, readonly Identified[]> {
    return Object.fromEntries([...this.#contents].map(([collection, records]) => [collection, [...records.values()]]));
  }

  #remember(collection: keyof T, id: string): void {
    const atMs = this.#clock.monotonic();
    this.#version += 1;
    this.#changes.push({ atMs, collection, id, before: table(this.#contents, collection).get(id) });
    if (this.#changes.length < this.#pruneAt) return;
    this.#changes = this.#changes.filter((change) => change.atMs >= atMs - HISTORY_MS);
    this.#pruneAt = Math.max(SMALLEST_PRUNE, this.#changes.length * 2);
  }
}

function viewOf<T extends Tables<T>>(contents: Contents<T>): StoreView<T> {
  return {
    get: <C extends keyof T>(collection: C, id: string) => table(contents, collection).get(id) as T[C] | undefined,
    list: <C extends keyof T>(collection: C) => [...table(contents, collection).values()] as T[C][],
  };
}

function table<T>(contents: Contents<T>, collection: keyof T): Map<string, Identified> {
  const records = contents.get(collection);
  if (records === undefined) throw new Error(`the store has no collection ${String(collection)}`);
  return records;
}

function undo<T>(contents: Contents<T>, { collection, id, before }: Change<T>): void {
  const records = table(contents, collection);
  if (before === undefined) records.delete(id);
  else records.set(id, before);
}
