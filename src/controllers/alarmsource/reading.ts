// Alarms or events of many clusters, read within few requests however many there are. A cluster that floods the store is read by its
// last minute alone, so that the alarms of the others still show.
import type { Entry } from "./entry.ts";

export interface Question {
  readonly clusterIds: readonly string[];
  /** Unix seconds by the store's clock. */
  readonly beginSeconds: number;
  readonly mostPages: number;
}

interface Listed {
  readonly items: readonly Entry[];
  /** Clusters of which any row came, be it one that does not count. */
  readonly seen: ReadonlySet<string>;
  readonly isWhole: boolean;
  readonly clockSkewMs: number;
}

export type Ask = (question: Question) => Promise<Listed>;

export interface Window {
  readonly clusterIds: readonly string[];
  readonly windowSeconds: number;
  /** Unix seconds by our clock. */
  readonly nowSeconds: number;
}

interface Read {
  readonly entries: readonly Entry[];
  /** Of these clusters not all was read: that something is not there proves nothing. */
  readonly partial: ReadonlySet<string>;
}

/** So many fit into one request. */
const MOST_CLUSTERS = 200;
/** For each ask: one with rows, and the empty one that ends the list. */
const PAGES = 2;
const LAST_MINUTE_S = 60;
/** So many in the last minute are no flood any more. */
const CALM = 50;
/** A clock that is off by less changes nothing. */
const SKEW_MS = 30_000;

export class Reading {
  readonly #noisy = new Set<string>();
  #skewMs: number | undefined;

  /** Throws what `ask` throws. */
  async read(ask: Ask, window: Window): Promise<Read> {
    const before = this.#skewMs ?? 0;
    const read = await this.#read(ask, window);
    // The first answer tells the store's clock, and by another one than ours the window was another.
    return Math.abs((this.#skewMs ?? 0) - before) < SKEW_MS ? read : this.#read(ask, window);
  }

  async #read(ask: Ask, { clusterIds, windowSeconds, nowSeconds }: Window): Promise<Read> {
    const at = (seconds: number): number => Math.max(nowSeconds + Math.floor((this.#skewMs ?? 0) / 1000) - seconds, 1);
    const entries: Entry[] = [];
    const partial = new Set<string>();
    const take = async (ids: readonly string[], seconds: number): Promise<Listed> => {
      const listed = await ask({ clusterIds: ids, beginSeconds: at(seconds), mostPages: PAGES });
      this.#skewMs = listed.clockSkewMs;
      entries.push(...listed.items);
      return listed;
    };
    const noisy = clusterIds.filter((id) => this.#noisy.has(id));
    this.#noisy.clear();
    for (const ids of chunksOf(noisy)) {
      const { items, seen, isWhole } = await take(ids, Math.min(LAST_MINUTE_S, windowSeconds));
      for (const id of ids) partial.add(id);
      if (isWhole && items.length < CALM) continue;
      for (const id of ids) if (seen.has(id)) this.#noisy.add(id);
    }
    for (const ids of chunksOf(clusterIds.filter((id) => !noisy.includes(id)))) {
      await this.#readQuiet(ids, { partial, take: (some) => take(some, windowSeconds) });
    }
    return { entries, partial };
  }

  /** Those who fill the pages are left out, and the others asked for once more. */
  async #readQuiet(
    ids: readonly string[],
    { partial, take }: { readonly partial: Set<string>; readonly take: (ids: readonly string[]) => Promise<Listed> },
  ): Promise<void> {
    const first = await take(ids);
    if (first.isWhole) return;
    for (const id of first.seen) {
      partial.add(id);
      this.#noisy.add(id);
    }
    const rest = ids.filter((id) => !first.seen.has(id));
    if (rest.length === 0 || (await take(rest)).isWhole) return;
    for (const id of rest) partial.add(id);
  }
}

function chunksOf(ids: readonly string[]): readonly (readonly string[])[] {
  const chunks: (readonly string[])[] = [];
  for (let at = 0; at < ids.length; at += MOST_CLUSTERS) chunks.push(ids.slice(at, at + MOST_CLUSTERS));
  return chunks;
}
