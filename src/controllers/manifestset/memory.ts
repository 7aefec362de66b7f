// What is remembered of objects between visits, and may be lost: how a target has normalised what it was sent, so that this is not
// taken for drift and sent for ever; and which fields somebody else sets back again and again.
import { createHash } from "node:crypto";
import type { LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type { Difference } from "../external/change.ts";

/** So often a field is healed before it counts as contested. */
const CONTESTED_AFTER = 3;

interface Remembered {
  /** Of what still differed right after it was sent. */
  normalised?: string;
  healed?: Healed;
}

/** Of an object that others change. */
interface Healed {
  /** Of what was sent each time: of another declaration nobody has changed anything yet. */
  readonly print: string;
  /** By field: how often it was sent again. */
  readonly times: ReadonlyMap<string, number>;
  /** Who else sets these fields, as far as the target told. */
  readonly by: readonly string[];
  /** Monotonic, of the last time. */
  readonly atMs: number;
}

/** What was sent to heal an object, and what for. */
interface Healing {
  readonly sent: Manifest;
  readonly differences: readonly Difference[];
  readonly by: readonly string[];
  /** Monotonic. */
  readonly atMs: number;
  /** Whether nothing else is known to have been declared since it was in order. */
  readonly isDrift: boolean;
}

/** Fields that somebody sets back each time, and who; none where nobody does. */
interface Contested {
  readonly fields: readonly string[];
  readonly by: readonly string[];
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

  /** Nobody but the target and us has a hand in it, if it was last healed before `sinceMs` (monotonic). */
  noteInOrder({ metadata }: LiveObject, sinceMs: number): void {
    const { healed, ...rest } = this.#objects.get(metadata.uid) ?? {};
    if (healed !== undefined && healed.atMs < sinceMs) this.#keep(metadata.uid, rest);
  }

  /** What was changed by others and is set back. */
  noteHealed({ metadata }: LiveObject, { sent, differences, by, atMs, isDrift }: Healing): void {
    const known = this.#objects.get(metadata.uid) ?? {};
    const print = hashOf(stringifyExactly(sent));
    const isSent = known.healed?.print === print;
    const before = isSent ? known.healed?.times : undefined;
    const more = isSent || isDrift ? 1 : 0;
    const now = differences.map(({ field }) => [field, (before?.get(field) ?? 0) + more] as const);
    this.#keep(metadata.uid, { ...known, healed: { print, times: new Map([...(before ?? []), ...now]), by, atMs } });
  }

  contested({ metadata }: LiveObject): Contested {
    const { healed } = this.#objects.get(metadata.uid) ?? {};
    return { fields: healed ? contestedIn(healed) : [], by: healed?.by ?? [] };
  }

  /** Whether all that differs is set back each time, and was healed since then (monotonic). */
  isHealedSince(
    sinceMs: number,
    { metadata }: LiveObject,
    { sent, differences }: Pick<Healing, "sent" | "differences">,
  ): boolean {
    const { healed } = this.#objects.get(metadata.uid) ?? {};
    if (!healed || healed.atMs < sinceMs || healed.print !== hashOf(stringifyExactly(sent))) return false;
    const fields = contestedIn(healed);
    return differences.every(({ field }) => fields.includes(field));
  }

  forget(uid: string): void {
    this.#objects.delete(uid);
  }

  #keep(uid: string, remembered: Remembered): void {
    if (Object.keys(remembered).length === 0) this.#objects.delete(uid);
    else this.#objects.set(uid, remembered);
  }
}

function contestedIn({ times }: Healed): readonly string[] {
  return [...times].filter(([, often]) => often >= CONTESTED_AFTER).map(([field]) => field);
}

/** Of fields and values; nothing can be read out of it. */
function printOf(differences: readonly Difference[]): string {
  return hashOf(
    differences.map(({ field, before, after }) => `${field}\0${textOf(before)}\0${textOf(after)}\0`).join(""),
  );
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

function textOf(value: unknown): string {
  return value === undefined ? "" : stringifyExactly(value);
}
