// What is remembered of objects between visits, and may be lost: how a target has normalised what it was sent, so that this is not
// taken for drift and sent for ever; and which fields somebody else sets back again and again.
import { createHash } from "node:crypto";
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type { Difference } from "../external/change.ts";

/** So often a field is healed before it counts as contested. */
const CONTESTED_AFTER = 3;

interface Remembered {
  /** Of what still differed right after it was sent. */
  normalised?: string;
  /** By field: how often it was healed without a look between at which it was in order. */
  healed?: ReadonlyMap<string, number>;
}

export class Memory {
  /** By UID of the object. */
  readonly #objects = new Map<string, Remembered>();

  /** Whether that is all that differed right after the last write: the target means the same by it. */
  isNormalised({ metadata }: LiveObject, differences: readonly Difference[]): boolean {
    const { normalised } = this.#objects.get(metadata.uid) ?? {};
    return normalised !== undefined && normalised === printOf(differences);
  }

  /** To be called with what differs from what was sent in the very answer to it. */
  noteWritten({ metadata }: LiveObject, left: readonly Difference[]): void {
    const { normalised: _, ...rest } = this.#objects.get(metadata.uid) ?? {};
    this.#keep(metadata.uid, left.length === 0 ? rest : { ...rest, normalised: printOf(left) });
  }

  /** Nobody but the target and us has a hand in it. */
  noteInOrder({ metadata }: LiveObject): void {
    const { healed: _, ...rest } = this.#objects.get(metadata.uid) ?? {};
    this.#keep(metadata.uid, rest);
  }

  /** What was changed by others and is set back. */
  noteHealed({ metadata }: LiveObject, differences: readonly Difference[]): void {
    const known = this.#objects.get(metadata.uid) ?? {};
    const healed = new Map(differences.map(({ field }) => [field, (known.healed?.get(field) ?? 0) + 1]));
    this.#keep(metadata.uid, { ...known, healed });
  }

  /** Fields of the object that somebody else sets back each time. */
  contested({ metadata }: LiveObject): readonly string[] {
    const { healed = new Map<string, number>() } = this.#objects.get(metadata.uid) ?? {};
    return [...healed].filter(([, times]) => times >= CONTESTED_AFTER).map(([field]) => field);
  }

  forget(uid: string): void {
    this.#objects.delete(uid);
  }

  #keep(uid: string, remembered: Remembered): void {
    if (Object.keys(remembered).length === 0) this.#objects.delete(uid);
    else this.#objects.set(uid, remembered);
  }
}

/** Of fields and values; nothing can be read out of it. */
function printOf(differences: readonly Difference[]): string {
  const hash = createHash("sha256");
  for (const { field, before, after } of differences) {
    hash.update(`${field}\0${textOf(before)}\0${textOf(after)}\0`);
  }
  return hash.digest("base64");
}

function textOf(value: unknown): string {
  return value === undefined ? "" : stringifyExactly(value);
}
