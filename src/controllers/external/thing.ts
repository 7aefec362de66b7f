// Things in a cloud, as far as they are the same for every kind: what they show, and how they are looked for.
import type { Collection, CreateAttempt, Item, Presence } from "../../cloud/collection.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";

export type { Item as Thing, Presence };

/** A complete list, read to its end and deduplicated by id. */
export interface ThingList<T extends Item> {
  readonly things: readonly T[];
  /** The cloud's clock less ours, milliseconds; 0 where it can't be told. */
  readonly clockSkewMs: number;
}

/** The things of one kind in one place: an account, a cluster. All methods throw CloudError. */
export interface Things<T extends Item> {
  list(signal: AbortSignal): Promise<ThingList<T>>;
  /** Asked for by id: a list may lag, this answer is the proof (design section 3, "Absence is proved"). */
  look(id: string, signal: AbortSignal): Promise<Presence>;
  /** Whether it is the result of that attempt (reference/clouds.md section 5). Pure. */
  bearsMark(thing: T, attempt: CreateAttempt, clockSkewMs: number): boolean;
  /** Whether a second create would be refused or be seen, so that one of unknown outcome may be sent again. */
  readonly resendIsSafe: boolean;
}

export function thingsOf<T extends Item>({ list, look, bearsMark, resendIsSafe }: Collection<T>): Things<T> {
  return {
    async list(signal) {
      const { items: things, clockSkewMs } = await list(signal);
      return { things, clockSkewMs };
    },
    look,
    bearsMark,
    resendIsSafe,
  };
}

/** Throws TerminalError NotSupportedByCloud where the cloud lacks what this field asks for. */
export function offered<T>(member: T | undefined, field: string): T {
  if (member !== undefined) return member;
  const message = `This cloud does not offer what ${field} asks for: leave it out`;
  throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}
