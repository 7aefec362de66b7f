// The projects of one account as its resources see them: one list at a time, shared by all that ask, and whether its gaps
// may be trusted.
import type { ProjectList, RegistryProject } from "../../cloud/registry.ts";
import type { Clock } from "../../lib/clock.ts";

/** A complete list of the cloud's projects. */
export interface Listing {
  /** Monotonic time at which the first page was asked for: what happened before is in it. */
  readonly startedAt: number;
  readonly byId: ReadonlyMap<string, RegistryProject>;
  readonly byName: ReadonlyMap<string, readonly RegistryProject[]>;
  readonly clockSkewMs: number;
  /** Ids that resources hold and the list lacks: unless they are gone, the list is wrong and proves no absence. */
  readonly missing: readonly string[];
}

interface CatalogDeps {
  readonly list: (signal: AbortSignal) => Promise<ProjectList>;
  /** Ids that resources of this account hold and that nobody is deleting. */
  readonly knownIds: () => ReadonlySet<string>;
  readonly clock: Clock;
  /** Ends when the operator stops; a list outlives the visit that asked for it, because others wait for it too. */
  readonly signal: AbortSignal;
}

export class ProjectCatalog {
  readonly #deps: CatalogDeps;
  #latest: Listing | undefined;
  #previous: Listing | undefined;
  #running: Promise<Listing> | undefined;

  constructor(deps: CatalogDeps) {
    this.#deps = deps;
  }

  /** A list that was started at `since` (monotonic) or later. Throws CloudError, or the signal's reason. */
  async observe(since: number, signal: AbortSignal): Promise<Listing> {
    while (!this.#latest || this.#latest.startedAt < since) {
      await abortable(() => this.#run(), signal);
    }
    return this.#latest;
  }

  /** Two different lists, both started at `since` or later: what neither shows is absent. */
  async observeTwice(since: number, signal: AbortSignal): Promise<readonly [Listing, Listing]> {
    await this.observe(since, signal);
    while (!this.#previous || !this.#latest || this.#previous.startedAt < since) {
      await abortable(() => this.#run(), signal);
    }
    return [this.#previous, this.#latest];
  }

  /** Joins the list under way, or starts one. */
  #run(): Promise<Listing> {
    this.#running ??= this.#start().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #start(): Promise<Listing> {
    const startedAt = this.#deps.clock.monotonic();
    const knownBefore = this.#deps.knownIds();
    const list = await this.#deps.list(this.#deps.signal);
    return this.#keep(startedAt, knownBefore, list);
  }

  #keep(startedAt: number, knownBefore: ReadonlySet<string>, list: ProjectList): Listing {
    const byId = new Map(list.projects.map((project) => [project.id, project]));
    const knownThroughout = this.#deps.knownIds().intersection(knownBefore);
    const missing = [...knownThroughout].filter((id) => !byId.has(id));
    const byName = Map.groupBy(list.projects, ({ name }) => name);
    this.#previous = this.#latest;
    this.#latest = { startedAt, byId, byName, clockSkewMs: list.clockSkewMs, missing };
    return this.#latest;
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
