// What a resource hangs on: the account that it works with, or the cluster that it is part of. Two parents exist:
// cloudaccount/parent.ts and managedcluster/parent.ts.
import type { BlockOptions } from "../../cloud/collection.ts";
import type { CloudSession, Facets } from "../../cloud/contract.ts";

/** Where a resource's item lies, entered for one visit. */
export interface Place {
  readonly session: CloudSession;
  /** Where names and ids compete: the same for all resources that reach the same place, by whatever account or cluster. */
  readonly key: string;
  /** Where the account's things are: an id proves nothing in another location. */
  readonly location: string;
  /** Whether what was recorded in that location is reached here: it is the same, or a person says so. */
  readonly isHere: (location: string) => boolean;
  /** Whether that location is of the very project that is reached here, so that only the address differs. */
  readonly isOfSameProject: (location: string) => boolean;
  /** Whether the present keys have found something that Yunfan manages: until then absence proves nothing, and nothing is written. */
  readonly isConfirmed: () => boolean;
  /** Something that Yunfan manages was found with the present keys, by its identity. */
  readonly confirm: () => void;
  /** What a spec holds for the cloud of this place alone. */
  readonly optionsOf: (spec: object) => BlockOptions;
  /** Whether the account lets Yunfan publish into that namespace. */
  readonly allows: (namespace: string) => boolean;
  /** Throws WaitingError where the parent is being deleted: nothing new is made in it. */
  readonly assertStays: () => void;
}

/** Kinds that others hang on. */
export type ParentKind = "CloudAccount" | "ManagedCluster";

/** A parent by kind and key ("namespace/name"). */
export function refTo(kind: ParentKind, key: string): string {
  return `${kind} ${key}`;
}

export function kindIn(parent: string): string {
  return parent.slice(0, parent.indexOf(" "));
}

export function keyIn(parent: string): string {
  return parent.slice(parent.indexOf(" ") + 1);
}

export interface Parent<R, P extends Place> {
  /** The parent by kind and key, as "CloudAccount namespace/name": the index of the cache. Its children share their drift ticks. */
  readonly refOf: (resource: R) => string;
  /** "namespace/name" of the account behind it, whose credentials are checked when a cloud refuses them. */
  readonly accountOf: (resource: R) => string;
  /**
   * `noun`: what the facet is about, in messages. Throws WaitingError where the parent is not there or can't be worked with,
   * TerminalError ProviderMismatch or NotSupportedByCloud.
   */
  readonly enter: <F extends keyof Facets>(resource: R, facet: F, noun: string) => Entered<F, P>;
  /**
   * The key of its place, which is that of what it holds, though its account reaches another one by now; undefined where that can't be
   * told.
   */
  readonly placeOf: (resource: R) => string | undefined;
  /** Whether the account serves the resource's namespace. */
  readonly mayUse: (resource: R) => boolean;
  /** All parents, as refOf names them, that lead to this very place as this session shows it. */
  readonly siblingsAt: (place: P) => readonly string[];
  /** Runs `work`; throws WaitingError in place of an error that came of the place being gone. */
  readonly within: <T>(place: P, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** Whether that error came of the place being gone, and all that was in it; proved by its id. */
  readonly isGone: (place: P, error: unknown, signal: AbortSignal) => Promise<boolean>;
}

export interface Entered<F extends keyof Facets, P extends Place> {
  readonly place: P;
  readonly facet: Facets[F];
}
