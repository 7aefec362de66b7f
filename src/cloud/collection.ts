// What every facet has in common: items of one kind in one place, an account or a cluster. A cloud implements it; a controller
// needs nothing else to keep one item safe.
import type { BlockOptions } from "../schema/blocks.ts";
import { CloudError } from "./errors.ts";

/** A create that was journaled: what an item must show to count as its result. */
export interface CreateAttempt {
  readonly nonce: string;
  /** When the journal was opened, by our clock. */
  readonly startedAtMs: number;
}

/** What a create has made in another place than it was meant for. */
export interface Stray {
  /** For people. */
  readonly where: string;
  /** Undefined where it is nobody's to take: nothing tells whose it is, or others' things are in it. Of that very one alone; idempotent. Throws CloudError. */
  readonly takeAway: ((permit: WritePermit) => Promise<void>) | undefined;
}

export interface Item {
  readonly id: string;
  readonly name: string;
  /** False: somebody else's, and shown for another reason. Left out where a list shows the account's own alone. */
  readonly mine?: boolean;
  /** By the cloud's clock, milliseconds since the epoch; NaN or left out where the cloud does not tell. It never changes. */
  readonly createdAtMs?: number;
  /**
   * Of items whose id is a name: what tells this one from another that gets the same name later, such as its time of creation as the
   * cloud shows it. It never changes.
   */
  readonly incarnation?: string | undefined;
  /** The nonce that it shows as its mark; left out where it shows none, or where something else marks an item. */
  readonly mark?: string | undefined;
  /** The job that is making it; only while the cloud tells it. */
  readonly jobId?: string | undefined;
  /** By what else than its name it may be sought, such as the id of its server. */
  readonly knownAs?: string | undefined;
}

/** A complete list, read to its end and deduplicated by id. */
export interface Listed<T extends Item> {
  readonly items: readonly T[];
  /** The cloud's clock less ours, milliseconds, from the answer's Date header (whole seconds); 0 where there is none. */
  readonly clockSkewMs: number;
  /** When it was begun, monotonic by our clock, where that was before it was asked for: others had asked for it already. */
  readonly startedAt?: number | undefined;
}

/** "Forbidden": it is there, and somebody else's. */
export type Presence = "There" | "Absent" | "Forbidden";

/** What a cloud says to a request that it goes on to carry out by itself. */
export interface Accepted {
  /** The job that carries it out; undefined where the cloud does not tell it. */
  readonly jobId?: string | undefined;
}

export interface Created extends Accepted {
  /** Undefined where the answer did not tell it. */
  readonly id: string | undefined;
}

declare const granted: unique symbol;

/** Leave to change a cloud, for one change: what changes something asks for it. `grantWrite` (permit.ts) makes one. */
export interface WritePermit {
  readonly [granted]: true;
  /** Ends the change. */
  readonly signal: AbortSignal;
}

export type { BlockOptions } from "../schema/blocks.ts";

/**
 * What of a request a cloud can't carry out, told before anything is sent. `NotSupported`: by nothing that the cloud has.
 * `LoginRequired`: it needs to be told how people log in. `Rejected`: everything else.
 */
export interface Refusal {
  readonly kind: "Rejected" | "NotSupported" | "LoginRequired";
  /** Names the field of the spec and says what to do. */
  readonly message: string;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface Collection<T extends Item> {
  /**
   * May lag, and may tell less of an item than `get`, the mark among it. `since`: one that was begun at that time or later does (monotonic, by our
   * clock); left out: from now on.
   */
  readonly list: (signal: AbortSignal, since?: number) => Promise<Listed<T>>;

  /** "Absent" where the cloud answers that there is none of this id. Left out where no read shows one by its id; `look` then proves. */
  readonly get?: (id: string, signal: AbortSignal) => Promise<T | "Absent">;

  /** The proof by id: a list may lag. */
  readonly look: (id: string, signal: AbortSignal) => Promise<Presence>;

  /** One request, never repeated by itself. NotFound where it is gone: that is the proof. `options`: of the resource's spec. */
  readonly remove: (id: string, permit: WritePermit, options?: BlockOptions) => Promise<Accepted>;

  /** Whether the cloud is deleting it already. Pure. A list may not tell it: what `get` shows does. */
  readonly isLeaving: (item: T) => boolean;

  /** Whether it is the result of that attempt: asked of what `get` shows where there is one. Pure. */
  readonly bearsMark: (item: T, attempt: CreateAttempt, clockSkewMs: number) => boolean;

  /**
   * Whether an id is given once over all installations and tenants of the cloud, so that what is found by it elsewhere is the same
   * item at another address. Not so for numbers that count up, and for names.
   */
  readonly idsAreUniversal: boolean;

  /**
   * Whether ids are names, so that what has a known id may be another item: then `get` is there and tells the incarnation. Left out: an id
   * is given once in a place.
   */
  readonly idsAreNames?: true;

  /** The id that an item of this name has, where ids are names; left out: the name itself. Pure. */
  readonly idOf?: (name: string) => string;

  /** Whether a name is in use, by what no list need show. Asked before a create; left out where lists show all that is in the way. */
  readonly isTaken?: (name: string, signal: AbortSignal) => Promise<boolean>;

  /**
   * Whether names compete within one account only: the cloud tells no tenant, so that two accounts of one address may be of two, each
   * with a name of its own. Left out: whoever reaches the place competes.
   */
  readonly namesAreOfAccount?: boolean;

  /** Of one that shows a part of its place alone: which, and whether an id may be of it. Left out: it shows all. Pure. */
  readonly part?: { readonly key: string; readonly mayHold: (id: string) => boolean };

  /**
   * What a create of that attempt, which was meant for that name here, has made elsewhere, by its mark. Asked when it can't take effect any more and
   * nothing of it is here. Left out where a request names its place.
   */
  readonly strays?: (name: string, attempt: CreateAttempt, signal: AbortSignal) => Promise<readonly Stray[]>;

  /** Whether a second create would be refused or be seen, so that one of unknown outcome may be sent again. */
  readonly resendIsSafe: boolean;
}

/** A collection whose items can be read one by one. */
export type Readable<T extends Item> = Collection<T> & { readonly get: NonNullable<Collection<T>["get"]> };

/** `look` as it follows from a read by id, or from a read of what lies below the id. */
export function lookBy(get: (id: string, signal: AbortSignal) => Promise<unknown>): Collection<Item>["look"] {
  return async (id, signal) => {
    try {
      return (await get(id, signal)) === "Absent" ? "Absent" : "There";
    } catch (error) {
      if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
      throw error;
    }
  };
}
