// The items of one place in a cloud as its resources see them: one list at a time, shared by all that ask, and whether its
// gaps may be trusted.
import type { Item, Listed } from "../../cloud/collection.ts";
import { untilAborted } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";

/** A complete list, looked up by id and by name. */
export interface Listing<T extends Item> {
  /** Monotonic time at which the first page was asked for: what happened before is in it. */
  readonly startedAt: number;
  readonly byId: ReadonlyMap<string, T>;
  /** And by what else an item is known as. */
  readonly byName: ReadonlyMap<string, readonly T[]>;
  readonly clockSkewMs: number;
  /** Ids that resources hold and the list lacks: unless they are gone, the list is wrong and proves no absence. */
  readonly missing: readonly string[];
}

interface ListCacheDeps<T extends Item> {
  readonly list: (signal: AbortSignal, since?: number) => Promise<Listed<T>>;
  /** Ids that resources of this place hold and that nobody is deleting. */
  readonly knownIds: () => ReadonlySet<string>;
  readonly clock: Clock;
  /** Ends when the operator stops; a list outlives the visit that asked for it, because others wait for it too. */
  readonly signal: AbortSignal;
}

export class ListCache<T extends Item> {
  readonly #deps: ListCacheDeps<T>;
  #latest: Listing<T> | undefined;
  #previous: Listing<T> | undefined;
  #running: Promise<Listing<T>> | undefined;

  constructor(deps: ListCacheDeps<T>) {
    this.#deps = deps;
  }

  /** A list that was started at `since` (monotonic) or later. Throws CloudError, or the signal's reason. */
  async observe(since: number, signal: AbortSignal): Promise<Listing<T>> {
    signal.throwIfAborted();
    while (!this.#latest || this.#latest.startedAt < since) {
      await untilAborted(this.#run(since), signal);
    }
    return this.#latest;
  }

  /** Two different lists, both started at `since` or later: what neither shows is absent. */
  async observeTwice(since: number, signal: AbortSignal): Promise<readonly [Listing<T>, Listing<T>]> {
    await this.observe(since, signal);
    while (!this.#previous || !this.#latest || this.#previous.startedAt < since) {
      await untilAborted(this.#run(this.#nextAfter(since)), signal);
    }
    return [this.#previous, this.#latest];
  }

  /** Joins the list under way, or starts one. */
  #run(since: number): Promise<Listing<T>> {
    this.#running ??= this.#start(since).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Another list than the latest, and from `since` on. */
  #nextAfter(since: number): number {
    return this.#latest === undefined || this.#latest.startedAt < since ? since : this.#deps.clock.monotonic();
  }

  async #start(since: number): Promise<Listing<T>> {
    const now = this.#deps.clock.monotonic();
    const knownBefore = this.#deps.knownIds();
    const list = await this.#deps.list(this.#deps.signal, since);
    return this.#keep(list.startedAt ?? now, knownBefore, list);
  }

  #keep(startedAt: number, knownBefore: ReadonlySet<string>, list: Listed<T>): Listing<T> {
    const byId = new Map(list.items.map((item) => [item.id, item]));
    const knownThroughout = this.#deps.knownIds().intersection(knownBefore);
    const missing = [...knownThroughout].filter((id) => !byId.has(id));
    const byName = byNames(list.items);
    this.#previous = this.#latest;
    this.#latest = { startedAt, byId, byName, clockSkewMs: list.clockSkewMs, missing };
    return this.#latest;
  }
}

function byNames<T extends Item>(items: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const named = items.flatMap((item) =>
    [...new Set([item.name, item.knownAs ?? item.name])].map((name) => ({ name, item })),
  );
  const grouped = Map.groupBy(named, ({ name }) => name);
  return new Map([...grouped].map(([name, entries]) => [name, entries.map(({ item }) => item)]));
}

/** The lists of one kind: one cache for each place, as one session shows it. */
export class ListCaches<T extends Item> {
  readonly #bySession = new WeakMap<object, Map<string, ListCache<T>>>();

  /** `place`: where within the session; empty where the session is the place. */
  of(session: object, place: string, deps: () => ListCacheDeps<T>): ListCache<T> {
    const ofSession = this.#bySession.get(session) ?? new Map<string, ListCache<T>>();
    this.#bySession.set(session, ofSession);
    const cache = ofSession.get(place) ?? new ListCache(deps());
    ofSession.set(place, cache);
    return cache;
  }
}
