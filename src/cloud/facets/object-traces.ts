// What the manifests facet tells of objects beside the objects themselves: of those that bear no mark yet, of what was made elsewhere than it was meant
// for, and of what outlives them.
import type { Stray } from "../collection.ts";
import type { KindAbility, LiveObject, Manifest, ObjectKey } from "./objects.ts";

/** What tells objects that bear no mark yet. A crash between the two writes leaves one; all members are pure. */
export interface Newborns {
  /** Whether objects of that kind are made so. */
  readonly are: (kind: KindAbility) => boolean;
  /** Whether it may be what was made of `sent`: it says the same and no more, and bears nothing of anybody. */
  readonly isOf: (live: LiveObject, sent: Manifest) => boolean;
  /** Of what is made of a manifest, or of an object that bears nothing of anybody; undefined of any other, and of what is secret. */
  readonly printOf: (object: Manifest) => string | undefined;
}

/** What the cloud makes for objects and may leave when they have gone, so that it costs on. */
export interface Residue {
  /** What it is, in messages. */
  readonly noun: string;
  /** Pure. By name, of an object that is there. */
  readonly namesOf: (object: Manifest) => readonly string[];
  /** Which of these are there still. Throws CloudError. */
  readonly left: (names: readonly string[], signal: AbortSignal) => Promise<readonly string[]>;
}

/** A create of which nobody knows how it ended: whoever sent it died, or its answer was lost. Its object is not where it was meant to be. */
export interface LostCreate {
  /** What was to be made, with our mark; of one that is declared no more its name alone. */
  readonly manifest: Manifest;
  readonly isWhole: boolean;
  /** When it was about to be sent, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** As Newborns.printOf has it, of what was sent then. */
  readonly print: string | undefined;
  /** Whether an object of that key, in the very cluster, is known to be where it belongs. */
  readonly isKnown: (key: ObjectKey) => boolean;
}

/** Of creates that may act in another place than they name: those of a server that goes by what its session did last. */
export interface Strays {
  /** Whether those of that kind may. Pure. */
  readonly mayBe: (kind: KindAbility) => boolean;
  /** What such a create has made elsewhere, or may have. Reads. Throws CloudError where a place can't be looked at. */
  readonly find: (kind: KindAbility, lost: LostCreate, signal: AbortSignal) => Promise<readonly Stray[]>;
}
