// One visit's work on a thing in a cloud, as far as it is the same for every kind: what is looked at, and in which words.
import type { CreateAttempt } from "../../cloud/creation.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Catalog } from "./catalog.ts";
import type { ExternalResource } from "./resource.ts";

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

export interface ExternalWork<T extends Thing> {
  readonly visit: Visit<ExternalResource>;
  readonly things: Things<T>;
  readonly catalog: Catalog<T>;
  /** The name in the cloud. */
  readonly name: string;
  /** Where names are unique: two resources with one name in one place can't both have it. */
  readonly place: string;
  /** Resources of one group share their drift ticks. */
  readonly driftGroup: string;
  /** What it is called in messages, such as "project". */
  readonly noun: string;
  /** Whether a thing keeps its name for good, so that another name under a known id is another thing. */
  readonly namesAreFixed: boolean;
  /** Throws where nothing may be made now: another resource goes first (NameConflict), or the place is on its way out. */
  readonly assertMayCreate: () => void;
  /** What is known by name alone and is there already: refused, until the user names its id; or adopted at once. */
  readonly namesake: "Refuse" | "Adopt";
}
