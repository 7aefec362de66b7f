// What is known of the store, by key: whose each entry is, and in which state. It may be lost: lists tell it anew.
import { hashOf } from "./report.ts";

/** What one look at a key of the store has shown. */
export type Known =
  | { readonly whose: "Nobody" }
  | { readonly whose: "Others" }
  | {
      readonly whose: "Ours";
      /** Of what the store holds. */
      readonly hash: string;
      /** What it says its hash is: another one where somebody has edited it, or where the store can't keep it as it was put. */
      readonly claims: string | undefined;
      /** The cluster's id under which more of it is filed. */
      readonly cluster: string | undefined;
      /** There is, or was, watch data of it. */
      readonly watch: boolean;
    };

interface Entry {
  readonly known: Known;
  /** Monotonic: when the look at it began, or it was written by us. */
  readonly atMs: number;
  readonly writtenAtMs: number;
}

export const NOBODYS: Known = { whose: "Nobody" };

/** What an entry is to who looks at it; `isOwn`: whether what bears that owner is theirs. */
export function knownOf(data: unknown, isOwn: (owner: unknown) => boolean): Known {
  const yunfan = member(data, "yunfan");
  if (!isOwn(member(yunfan, "owner"))) return { whose: "Others" };
  return {
    whose: "Ours",
    hash: hashOf(data),
    claims: textAt(yunfan, "hash"),
    cluster: textAt(yunfan, "cluster"),
    watch: member(yunfan, "watch") === true,
  };
}

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  /** By key: what was put, and what the store keeps of it. */
  readonly #kept = new Map<string, { readonly put: string; readonly kept: string }>();

  /** What is known of it from a look that began after that. */
  since(key: string, sinceMs: number): Known | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.atMs >= sinceMs ? entry.known : undefined;
  }

  get(key: string): Known | undefined {
    return this.#entries.get(key)?.known;
  }

  /** Seen by a look that began then: what we have written since counts more. */
  saw(key: string, known: Known, atMs: number): void {
    const present = this.#entries.get(key);
    if (present && present.writtenAtMs >= atMs) return;
    this.#entries.set(key, { known, atMs, writtenAtMs: present?.writtenAtMs ?? Number.NEGATIVE_INFINITY });
  }

  wrote(key: string, known: Known, atMs: number): void {
    this.#entries.set(key, { known, atMs, writtenAtMs: atMs });
  }

  /** Nobody knows any more: a write has an unknown outcome, or may land late. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  /** Whether the store holds what was to be put, as far as it can keep it. */
  isAsPut(key: string, known: Known | undefined, hash: string): boolean {
    if (known?.whose !== "Ours") return false;
    const kept = this.#kept.get(key);
    return known.hash === hash || (kept?.put === hash && kept.kept === known.hash);
  }

  /** A read right after the put showed this: to put it again would change nothing. */
  keeps(key: string, known: Known, hash: string): void {
    if (known.whose === "Ours" && known.hash !== hash) this.#kept.set(key, { put: hash, kept: known.hash });
  }

  /** Keys under which something of ours is. */
  *ours(): Iterable<string> {
    for (const [key, { known }] of this.#entries) if (known.whose === "Ours") yield key;
  }

  /** Of how many keys that are meant the store holds something of ours. */
  count(isMeant: (key: string) => boolean): number {
    let count = 0;
    for (const [key, { known }] of this.#entries) if (known.whose === "Ours" && isMeant(key)) count += 1;
    return count;
  }
}

function textAt(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" ? found : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
