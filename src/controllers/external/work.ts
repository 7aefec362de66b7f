// One visit's work on a thing in a cloud, as far as it is the same for every kind: what is looked at, and in which words.
import type { Visit } from "../lifecycle/visit.ts";
import type { Catalog } from "./list-cache.ts";
import type { ExternalResource } from "./resource.ts";
import type { Thing, Things } from "./thing.ts";

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
  /** Waits for the turn of one write (CloudSession.reserveWrite). */
  readonly reserveWrite: (signal: AbortSignal) => Promise<Disposable>;
  /** What is known by name alone and is there already: refused, until the user names its id; or adopted at once. */
  readonly namesake: "Refuse" | "Adopt";
}
