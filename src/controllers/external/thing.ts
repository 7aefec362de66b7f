// Things in a cloud, as far as they are the same for every kind: what they show, and how they are looked for.
import type { CreateAttempt } from "../../cloud/creation.ts";

/** What every thing in a cloud shows. */
export interface Thing {
  readonly id: string;
  readonly name: string;
  /** False: it is somebody else's, and shown for another reason. Left out where a list shows the account's own alone. */
  readonly mine?: boolean;
}

/** A complete list, read to its end and deduplicated by id. */
export interface ThingList<T extends Thing> {
  readonly things: readonly T[];
  /** The cloud's clock less ours, milliseconds; 0 where it can't be told. */
  readonly clockSkewMs: number;
}

/** "Forbidden": it is there, and somebody else's. */
export type Presence = "There" | "Absent" | "Forbidden";

/** The things of one kind in one place: an account, a cluster. All methods throw CloudError. */
export interface Things<T extends Thing> {
  list(signal: AbortSignal): Promise<ThingList<T>>;
  /** Asked for by id: a list may lag, this answer is the proof (design section 3, "Absence is proved"). */
  look(id: string, signal: AbortSignal): Promise<Presence>;
  /** Whether it is the result of that attempt (reference/clouds.md section 5). Pure. */
  bearsMark(thing: T, attempt: CreateAttempt, clockSkewMs: number): boolean;
  /** Whether a second create would be refused or be seen, so that one of unknown outcome may be sent again. */
  readonly resendIsSafe: boolean;
}
