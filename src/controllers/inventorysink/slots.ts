// One slot of the store brought to what the caches say: looked at, put, or taken away; never where somebody else's entry lies.
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import { FencedError } from "../../lib/fence.ts";
import { SingleFlight } from "../../lib/single-flight.ts";
import type { Worked } from "./backlog.ts";
import { knownOf, NOBODYS, type Known, type Ledger } from "./ledger.ts";
import { isForbidden, isRefusal } from "./refusals.ts";
import type { Report } from "./report.ts";
import type { Store } from "./sender.ts";
import { ABSENT, listOf, SHELVES, slotText, type Slot } from "./shelves.ts";

interface SlotsDeps {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Whether what bears that owner is the sink's. */
  readonly isOwn: (owner: unknown) => boolean;
  readonly settleWindowMs: number;
  readonly stop: AbortSignal;
  /** So much waits that lists are cheaper than single looks. */
  readonly isBusy: () => boolean;
  /** What can be told of it has changed. */
  readonly onNews: () => void;
}

/** So old may a look be by which something is overwritten or deleted. */
const FRESH_MS = 5_000;
/** More keys that have to be looked at share one list. */
const MOST_READS = 2;
/** A list of so many is read in hardly more requests than one key. */
const SHORT_LIST = 500;
/** A little more than the window itself: timers may be early. */
const MARGIN_MS = 50;

/** What the last two reads of a list have shown: that it lacks a key proves nothing until both agree. */
interface ListRead {
  /** Monotonic: when the last of them began. */
  readonly atMs: number;
  readonly shown: ReadonlySet<string>;
  readonly shownBefore: ReadonlySet<string> | undefined;
}

export class Slots {
  readonly #deps: SlotsDeps;
  readonly #reads = new Map<string, ListRead>();
  readonly #lists = new Map<string, SingleFlight<void>>();
  /** Until then a write of unknown outcome may land, monotonic; then the slot is looked at whatever is known. */
  readonly #doubts = new Map<string, number>();
  /** Slots that are others', by the resource whose report belongs there. */
  readonly #conflicts = new Map<string, string>();
  /** To be written again though nothing differs. */
  readonly #due = new Set<string>();
  /** Slots that the store does not let us have, whose each is, and with which words. */
  readonly #refused = new Map<string, { readonly subject: string; readonly said: string }>();
  /** By slot: a look has to have begun after that, monotonic. */
  readonly #lookAfterMs = new Map<string, number>();
  #looks = 0;

  constructor(deps: SlotsDeps) {
    this.#deps = deps;
  }

  get conflicts(): readonly string[] {
    return [...new Set(this.#conflicts.values())];
  }

  isConflict(slot: Slot): boolean {
    return this.#conflicts.has(slotText(slot));
  }

  /** Resources of which the store does not take all, with its words. */
  get refused(): ReadonlyMap<string, string> {
    return new Map([...this.#refused.values()].map(({ subject, said }) => [subject, said]));
  }

  /** Slots that are others', or that the store does not let us have. */
  get troubled(): readonly string[] {
    return [...this.#conflicts.keys(), ...this.#refused.keys()];
  }

  /** Until when a write that was sent may still land, monotonic; 0: none may. */
  get doubtfulUntilMs(): number {
    return Math.max(0, ...this.#doubts.values());
  }

  /** What is wanted there has changed: what a look from before that has shown is too old to write on. */
  changed(slot: Slot): void {
    this.#lookAfterMs.set(slotText(slot), this.#deps.clock.monotonic());
  }

  /** Has it written again the next time, whatever is known. */
  refresh(slot: Slot): void {
    this.#due.add(slotText(slot));
  }

  /**
   * Puts `wanted`, or takes away what is ours where that is undefined. `subject`: the resource, for people. Throws what the store says;
   * what it refuses as such is told, and tried again at the next comparison.
   */
  async settle(
    slot: Slot,
    wanted: Report | undefined,
    context: { readonly subject: string; readonly signal: AbortSignal },
  ): Promise<Worked> {
    const text = slotText(slot);
    if (wanted && this.#isSettled(text, wanted)) {
      this.#lookAfterMs.delete(text);
      return "Done";
    }
    try {
      const worked = await this.#settle(slot, wanted, context);
      this.#tellRefused(text, undefined);
      return worked;
    } catch (error) {
      const isTold = wanted ? isRefusal(error) : this.#cannotBeOurs(text, error);
      if (!isTold) throw error;
      this.#tellRefused(text, wanted && { subject: context.subject, said: messageOf(error) });
      return "Done";
    }
  }

  async #settle(
    slot: Slot,
    wanted: Report | undefined,
    context: { readonly subject: string; readonly signal: AbortSignal },
  ): Promise<Worked> {
    const text = slotText(slot);
    const known = await this.look(slot, context.signal);
    this.#tellConflict(text, known.whose === "Others" && wanted ? context.subject : undefined);
    if (known.whose === "Others") return "Done";
    if (wanted) await this.#put(slot, { wanted, known }, context.signal);
    else if (known.whose === "Ours") await this.#remove(slot, context.signal);
    this.#lookAfterMs.delete(text);
    const untilMs = this.#doubts.get(text);
    return untilMs === undefined
      ? "Done"
      : { againInMs: Math.max(untilMs - this.#deps.clock.monotonic(), 0) + MARGIN_MS };
  }

  /** Nothing is to be written, so that nothing has to be looked at. */
  #isSettled(text: string, { hash }: Report): boolean {
    const { ledger } = this.#deps;
    return !this.#due.has(text) && !this.#doubts.has(text) && ledger.isAsPut(text, ledger.get(text), hash);
  }

  /** What the store holds there, by a look of a moment ago. */
  async look(slot: Slot, signal: AbortSignal): Promise<Known> {
    const { ledger, clock } = this.#deps;
    const text = slotText(slot);
    const nowMs = clock.monotonic();
    const untilMs = this.#doubts.get(text);
    if (untilMs !== undefined && nowMs >= untilMs) {
      this.#doubts.delete(text);
      ledger.forget(text);
    }
    const sinceMs = this.#oldestLookMs(text);
    const known = ledger.since(text, sinceMs) ?? this.#missing(slot, sinceMs);
    if (known) return known;
    return this.#prefersList(slot) ? this.#lookInList(slot, signal) : this.#lookAt(slot, signal);
  }

  /** Reads the list in which the slot lies; who asks for it meanwhile shares it. */
  async readList(slot: Omit<Slot, "name">, signal: AbortSignal): Promise<void> {
    const name = listOf(slot);
    const flight = this.#lists.get(name) ?? new SingleFlight(() => this.#readList(slot, this.#deps.stop));
    this.#lists.set(name, flight);
    await flight.join(signal);
  }

  async #lookAt(slot: Slot, signal: AbortSignal): Promise<Known> {
    const { store, ledger, clock, isOwn } = this.#deps;
    const atMs = clock.monotonic();
    this.#looks += 1;
    try {
      const found = await store.read((facet) => SHELVES[slot.shelf].get(facet, slot, signal));
      const known = found === ABSENT ? NOBODYS : knownOf(found, isOwn);
      ledger.saw(slotText(slot), known, atMs);
      return known;
    } finally {
      this.#looks -= 1;
    }
  }

  #tellConflict(text: string, subject: string | undefined): void {
    if (this.#conflicts.get(text) === subject) return;
    if (subject === undefined) this.#conflicts.delete(text);
    else this.#conflicts.set(text, subject);
    this.#deps.onNews();
  }

  /** Nothing of ours was put where there never was a right. */
  #cannotBeOurs(text: string, error: unknown): boolean {
    return isForbidden(error) && this.#deps.ledger.get(text)?.whose !== "Ours";
  }

  #tellRefused(text: string, refusal: { readonly subject: string; readonly said: string } | undefined): void {
    if (this.#refused.get(text)?.said === refusal?.said) return;
    if (refusal === undefined) this.#refused.delete(text);
    else this.#refused.set(text, refusal);
    this.#deps.onNews();
  }

  /** Monotonic: what was seen before counts no longer. */
  #oldestLookMs(text: string): number {
    const { clock } = this.#deps;
    return Math.max(clock.monotonic() - FRESH_MS, this.#lookAfterMs.get(text) ?? Number.NEGATIVE_INFINITY);
  }

  #prefersList(slot: Slot): boolean {
    const last = this.#reads.get(listOf(slot));
    return this.#looks >= MOST_READS || this.#deps.isBusy() || (last !== undefined && last.shown.size < SHORT_LIST);
  }

  async #lookInList(slot: Slot, signal: AbortSignal): Promise<Known> {
    const { ledger } = this.#deps;
    const text = slotText(slot);
    const sinceMs = this.#oldestLookMs(text);
    const name = listOf(slot);
    await this.readList(slot, signal);
    // One that was under way already may have begun too early.
    if ((this.#reads.get(name)?.atMs ?? Number.NEGATIVE_INFINITY) < sinceMs) await this.readList(slot, signal);
    return ledger.since(text, sinceMs) ?? this.#missing(slot, sinceMs) ?? this.#lookAt(slot, signal);
  }

  /** Nobody's, where the last two reads of its list agree on that, and the last of them began after that. */
  #missing(slot: Slot, sinceMs: number): Known | undefined {
    const { ledger } = this.#deps;
    const text = slotText(slot);
    const read = this.#reads.get(listOf(slot));
    if (!read || read.atMs < sinceMs || read.shown.has(text) || read.shownBefore?.has(text) !== false) return undefined;
    ledger.saw(text, NOBODYS, read.atMs);
    return ledger.since(text, sinceMs);
  }

  async #readList(slot: Omit<Slot, "name">, signal: AbortSignal): Promise<void> {
    const { store, ledger, clock, isOwn } = this.#deps;
    const name = listOf(slot);
    const atMs = clock.monotonic();
    const shown = new Set<string>();
    const see = (found: Slot, data: unknown): void => {
      const text = slotText(found);
      shown.add(text);
      ledger.saw(text, knownOf(data, isOwn), atMs);
    };
    await store.read((facet) => SHELVES[slot.shelf].list(facet, slot, see, signal));
    this.#reads.set(name, { atMs, shown, shownBefore: this.#reads.get(name)?.shown });
  }

  async #put(slot: Slot, { wanted, known }: { wanted: Report; known: Known }, signal: AbortSignal): Promise<void> {
    const { ledger } = this.#deps;
    const text = slotText(slot);
    const isDue = this.#due.delete(text);
    if (ledger.isAsPut(text, known, wanted.hash) && !isDue) return;
    await this.#change(slot, signal, oursAs(wanted), wanted.data);
    // It says that it is what was put, and is not: somebody has edited it, or the store can't keep it so. Which, a read tells.
    const isAltered = known.whose === "Ours" && known.claims === wanted.hash && known.hash !== wanted.hash;
    if (!isAltered) return;
    ledger.forget(text);
    ledger.keeps(text, await this.#lookAt(slot, signal), wanted.hash);
  }

  #remove(slot: Slot, signal: AbortSignal): Promise<void> {
    this.#due.delete(slotText(slot));
    return this.#change(slot, signal, NOBODYS, undefined);
  }

  /** Puts `data`, or removes the entry where there is none. */
  async #change(slot: Slot, signal: AbortSignal, then: Known, data: object | undefined): Promise<void> {
    const { store, ledger, clock, settleWindowMs } = this.#deps;
    const shelf = SHELVES[slot.shelf];
    const text = slotText(slot);
    const startedAtMs = clock.monotonic();
    try {
      await store.write(shelf.write, signal, (facet, permit) =>
        data === undefined ? shelf.remove(facet, slot, permit) : shelf.put(facet, slot, data, permit),
      );
      ledger.wrote(text, then, clock.monotonic());
    } catch (error) {
      ledger.forget(text);
      // It may land late, over what is written after it.
      const mayLand = !(error instanceof FencedError) && outcomeIsUnknown(error);
      if (mayLand) this.#doubts.set(text, startedAtMs + settleWindowMs);
      throw error;
    }
  }
}

function oursAs({ hash, cluster, watch }: Report): Known {
  return { whose: "Ours", hash, claims: hash, cluster, watch };
}
