// Whether a server that a list of nodes lacks has left its cluster. No read shows a node by its id, and one list may be stale or empty: it
// is believed when lists have lacked it for as long as a late effect may take.
import type { Clock } from "../../lib/clock.ts";

export class Absences {
  readonly #clock: Clock;
  readonly #settleWindowMs: number;
  /** When a list first lacked it, by resource (UID) and server; monotonic, and of the list's beginning. */
  readonly #since = new Map<string, Map<string, number>>();

  constructor({ clock, settleWindowMs }: { readonly clock: Clock; readonly settleWindowMs: number }) {
    this.#clock = clock;
    this.#settleWindowMs = settleWindowMs;
  }

  /**
   * Notes a list that began at `startedAt` (monotonic) and shows these servers. Returns those of `known` that are gone; `isWhole`: whether
   * the cloud counts as many nodes as it lists.
   */
  gone(
    uid: string,
    list: { readonly startedAt: number; readonly shown: ReadonlySet<string>; readonly isWhole: boolean },
    known: readonly string[],
  ): ReadonlySet<string> {
    const before = this.#since.get(uid) ?? new Map<string, number>();
    const missing = list.isWhole ? known.filter((id) => !list.shown.has(id)) : [];
    const since = new Map(missing.map((id) => [id, before.get(id) ?? list.startedAt]));
    this.#since.set(uid, since);
    const isLasting = ([, first]: [string, number]): boolean => list.startedAt - first >= this.#settleWindowMs;
    return new Set([...since].filter(isLasting).map(([id]) => id));
  }

  /** In how long something that a list lacked may be believed to be gone; undefined where nothing is missing. */
  pendingMs(uid: string): number | undefined {
    const first = [...(this.#since.get(uid)?.values() ?? [])];
    if (first.length === 0) return undefined;
    return Math.max(Math.min(...first) + this.#settleWindowMs - this.#clock.monotonic(), 0);
  }

  forget(uid: string): void {
    this.#since.delete(uid);
  }
}
