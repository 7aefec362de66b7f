// The things of one place in a cloud as its resources see them: one list at a time, shared by all that ask, and whether its
// gaps may be trusted.
import type { Clock } from "../../lib/clock.ts";
import type { Thing, ThingList } from "./thing.ts";

/** A complete list, looked up by id and by name. */
export interface Listing<T extends Thing> {
  /** Monotonic time at which the first page was asked for: what happened before is in it. */
  readonly startedAt: number;
  readonly byId: ReadonlyMap<string, T>;
  readonly byName: ReadonlyMap<string, readonly T[]>;
  readonly clockSkewMs: number;
  /** Ids that resources hold and the list lacks: unless they are gone, the list is wrong and proves no absence. */
  readonly missing: readonly string[];
}

interface CatalogDeps<T extends Thing> {
  readonly list: (signal: AbortSignal) => Promise<ThingList<T>>;
  /** Ids that resources of this place hold and that nobody is deleting. */
  readonly knownIds: () => ReadonlySet<string>;
  readonly clock: Clock;
  /** Ends when the operator stops; a list outlives the visit that asked for it, because others wait for it too. */
  readonly signal: AbortSignal;
}

export class Catalog<T extends Thing> {
  readonly #deps: CatalogDeps<T>;
  #latest: Listing<T> | undefined;
  #previous: Listing<T> | undefined;
  #running: Promise<Listing<T>> | undefined;

  constructor(deps: CatalogDeps<T>) {
    this.#deps = deps;
  }

  /** A list that was started at `since` (monotonic) or later. Throws CloudError, or the signal's reason. */
  async observe(since: number, signal: AbortSignal): Promise<Listing<T>> {
    while (!this.#latest || this.#latest.startedAt < since) {
      await abortable(() => this.#run(), signal);
    }
    return this.#latest;
  }

  /** Two different lists, both started at `since` or later: what neither shows is absent. */
  async observeTwice(since: number, signal: AbortSignal): Promise<readonly [Listing<T>, Listing<T>]> {
    await this.observe(since, signal);
    while (!this.#previous || !this.#latest || this.#previous.startedAt < since) {
      await abortable(() => this.#run(), signal);
    }
    return [this.#previous, this.#latest];
  }

  /** Joins the list under way, or starts one. */
  #run(): Promise<Listing<T>> {
    this.#running ??= this.#start().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #start(): Promise<Listing<T>> {
    const startedAt = this.#deps.clock.monotonic();
    const knownBefore = this.#deps.knownIds();
    const list = await this.#deps.list(this.#deps.signal);
    return this.#keep(startedAt, knownBefore, list);
  }

  #keep(startedAt: number, knownBefore: ReadonlySet<string>, list: ThingList<T>): Listing<T> {
    const byId = new Map(list.things.map((thing) => [thing.id, thing]));
    const knownThroughout = this.#deps.knownIds().intersection(knownBefore);
    const missing = [...knownThroughout].filter((id) => !byId.has(id));
    const byName = Map.groupBy(list.things, ({ name }) => name);
    this.#previous = this.#latest;
    this.#latest = { startedAt, byId, byName, clockSkewMs: list.clockSkewMs, missing };
    return this.#latest;
  }
}

/** The catalogs of one kind: one for each place, as one session shows it. */
export class Catalogs<T extends Thing> {
  readonly #bySession = new WeakMap<object, Map<string, Catalog<T>>>();

  /** `place`: where within the session; empty where the session is the place. */
  of(session: object, place: string, deps: () => CatalogDeps<T>): Catalog<T> {
    const ofSession = this.#bySession.get(session) ?? new Map<string, Catalog<T>>();
    this.#bySession.set(session, ofSession);
    const catalog = ofSession.get(place) ?? new Catalog(deps());
    ofSession.set(place, catalog);
    return catalog;
  }
}

/** Waits for shared work, but no longer than the signal allows; the work itself goes on for the others. */
async function abortable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
