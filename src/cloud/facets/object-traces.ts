// What the manifests facet tells of objects beside the objects themselves: of those that bear no mark yet, and of what outlives them.
import type { KindAbility, LiveObject, Manifest } from "./objects.ts";

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
