// What in the target is this set's, or may be: in the draft of the status, ordered, and persisted before anything is made that it does
// not name yet. An entry leaves only when its object has gone or is left on purpose.
import type { Verdict } from "../../runtime/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { ChangedError } from "../lifecycle/passing.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { InventoryEntry, Origin } from "./plan.ts";

/** An object that is about to be made without a mark, or nobody knows where. */
export interface Newborn {
  readonly ref: string;
  readonly making: NonNullable<InventoryEntry["making"]>;
}

export class Inventory {
  readonly #visit: Visit<ManifestSet>;
  readonly #entries: Map<string, InventoryEntry>;

  constructor(visit: Visit<ManifestSet>) {
    this.#visit = visit;
    this.#entries = new Map((visit.status.inventory ?? []).map((entry) => [entry.ref, entry]));
  }

  get entries(): readonly InventoryEntry[] {
    return [...this.#entries.values()];
  }

  get(ref: string): InventoryEntry | undefined {
    return this.#entries.get(ref);
  }

  /** Whether the object of that UID may be this set's. */
  mayBe(ref: string, uid: string): boolean {
    const entry = this.#entries.get(ref);
    return entry !== undefined && (entry.uid ?? uid) === uid;
  }

  /**
   * Names these beside what it names already, and that one of them is about to be made; has the server keep that, unless it does.
   * Throws as Visit.persist does.
   */
  async persistWith(refs: readonly string[], newborn: Newborn | undefined, verdict: Verdict): Promise<void> {
    const missing = refs.filter((ref) => !this.#entries.has(ref));
    if (missing.length === 0 && !newborn) return;
    for (const ref of missing) this.#entries.set(ref, { ref, origin: "Created" });
    if (newborn) this.#entries.set(newborn.ref, { ref: newborn.ref, origin: "Created", making: newborn.making });
    this.#draft();
    await this.#visit.persist(verdict);
    // A definition of an older version may know no such field, and drops it without a word.
    const kept = this.#visit.object.status.inventory ?? [];
    if (!isNamedIn(kept, missing) || (newborn && !isToldIn(kept, newborn))) {
      throw new ChangedError("The inventory was not kept by the API server");
    }
  }

  record(ref: string, uid: string, origin: Origin): void {
    const known = this.#entries.get(ref);
    if (known?.uid === uid && known.origin === origin && !known.making) return;
    this.#entries.set(ref, { ref, uid, origin });
    this.#draft();
  }

  /** What was about to be made is known not to have been. */
  unmade(ref: string): void {
    const known = this.#entries.get(ref);
    if (!known?.making) return;
    const { making: _making, ...entry } = known;
    this.#entries.set(ref, entry);
    this.#draft();
  }

  drop(ref: string): void {
    if (this.#entries.delete(ref)) this.#draft();
  }

  #draft(): void {
    const ordered = this.entries.toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
    if (ordered.length === 0) delete this.#visit.status.inventory;
    else this.#visit.status.inventory = ordered;
  }
}

function isNamedIn(kept: readonly InventoryEntry[], refs: readonly string[]): boolean {
  const names = new Set(kept.map(({ ref }) => ref));
  return refs.every((ref) => names.has(ref));
}

function isToldIn(kept: readonly InventoryEntry[], { ref, making }: Newborn): boolean {
  return kept.find((entry) => entry.ref === ref)?.making?.since === making.since;
}
