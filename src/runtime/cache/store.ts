// The local copy of one kind's objects: frozen, indexed, with handlers that see the old and the new object (R11 to R13), and
// written through by our own writes, so that a reconcile never sees less than it wrote (R15).
import type { KubeObject, ObjectRef } from "../../kube/types.ts";
import { freezeLike, withoutRecords } from "./kept.ts";
import { compareVersions } from "./resource-version.ts";

/** `namespace/name`, or `name` for a cluster-scoped object. An object's metadata will do. */
export function keyOf({ namespace, name }: ObjectRef): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function refOf(key: string): { readonly namespace: string | undefined; readonly name: string } {
  const slash = key.indexOf("/");
  return slash === -1
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * What happened to one object. An object that was deleted and created again is Deleted, then Added, even when both were
 * missed. `initial`: nobody changed it just now; it is from the first list, or a list repeated a version that was known.
 */
export type Change<T> =
  | { readonly type: "Added"; readonly old?: undefined; readonly new: T; readonly initial: boolean }
  | { readonly type: "Updated"; readonly old: T; readonly new: T; readonly initial: boolean }
  | { readonly type: "Deleted"; readonly old: T; readonly new?: undefined; readonly initial: false };

export interface StoreOptions<T> {
  /** By name of the index: under which values an object is found. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** Applied to every object that comes in; must not change its argument. Default: `withoutRecords`. */
  readonly transform?: (object: T) => T;
  /** Told of every exception of a handler or an index function; nothing else suffers from it. */
  readonly onHandlerError: (error: unknown) => void;
}

/** A complete list as of `resourceVersion`. */
export interface Snapshot<T> {
  readonly objects: readonly T[];
  readonly resourceVersion: string;
  /** Only this namespace was listed. */
  readonly namespace?: string | undefined;
  /** The first list. */
  readonly initial: boolean;
}

/** A late answer to one of our writes comes within minutes; nobody deletes this many objects of a kind in that time. */
const MOST_TOMBSTONES = 10_000;

export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { valuesOf: (object: T) => readonly string[]; keys: Map<string, Set<string>> }>();
  readonly #transform: (object: T) => T;
  readonly #onHandlerError: (error: unknown) => void;
  readonly #handlers: ((change: Change<T>) => void)[] = [];
  /** By UID, oldest first: the version at which an object was seen to be gone. A newer one came back into the selection. */
  readonly #tombstones = new Map<string, string>();
  /** What came in last: the next one is mostly much like it. */
  #latest: T | undefined;

  constructor(options: StoreOptions<T>) {
    this.#transform = options.transform ?? withoutRecords;
    this.#onHandlerError = options.onHandlerError;
    for (const [name, valuesOf] of Object.entries(options.indexes ?? {})) {
      this.#indexes.set(name, { valuesOf, keys: new Map() });
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Undefined when there is none. The object is frozen deep. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  keys(): string[] {
    return [...this.#objects.keys()];
  }

  /** Under which values the index finds an object, stored or not. Throws when there is no such index. */
  indexValues(name: string, object: T): readonly string[] {
    return this.#index(name).valuesOf(object);
  }

  /** The objects that the index function put under `value`. Throws when there is no such index. */
  byIndex(name: string, value: string): T[] {
    return [...(this.#index(name).keys.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? []);
  }

  #index(name: string): { valuesOf: (object: T) => readonly string[]; keys: Map<string, Set<string>> } {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`There is no index ${name}`);
    return index;
  }

  /** Handlers run at once and in the order of their registration, after the store shows the change. */
  onChange(handler: (change: Change<T>) => void): void {
    this.#handlers.push(handler);
  }

  /**
   * Takes in an object from a watch event or from the answer to our own write, and freezes it. One that is not newer than
   * what is known, or whose deletion was seen, is ignored.
   */
  absorb(object: T): void {
    this.#notify(this.#take(this.keep(object), false));
  }

  /** Takes in a deletion; `object` is its last state. Older than what is known, it is ignored. */
  remove(object: T): void {
    const { uid, resourceVersion } = object.metadata;
    this.#bury(uid, resourceVersion);
    const stored = this.#objects.get(keyOf(object.metadata));
    if (stored === undefined) return;
    const isKnownSince = compareVersions(stored.metadata.resourceVersion, resourceVersion) > 0;
    if (!isKnownSince) this.#notify([this.#drop(stored, resourceVersion)]);
  }

  /**
   * Replaces everything (of the namespace) by the list in one step. What is missing from it is Deleted, what our own writes
   * made newer than the list stays, and a known version is repeated to the handlers as `initial`.
   */
  replace(snapshot: Snapshot<T>): void {
    const { namespace, initial } = snapshot;
    const incoming = snapshot.objects.map((object) => this.keep(object));
    const listed = new Set(incoming.map((object) => keyOf(object.metadata)));
    const isMissing = ({ metadata }: T): boolean =>
      (namespace === undefined || metadata.namespace === namespace) &&
      !listed.has(keyOf(metadata)) &&
      compareVersions(metadata.resourceVersion, snapshot.resourceVersion) <= 0;
    const deleted = this.list()
      .filter(isMissing)
      .map((object) => this.#drop(object, snapshot.resourceVersion));
    this.#notify([...deleted, ...incoming.flatMap((object) => this.#takeListed(object, initial))]);
  }

  /**
   * What the store would keep of an object, frozen deep: for whoever has to hold many of them before it can hand them over. One that
   * was kept already comes back as it is.
   */
  keep(object: T): T {
    if (Object.isFrozen(object)) return object;
    this.#latest = freezeLike(this.#transform(object), this.#latest);
    return this.#latest;
  }

  #takeListed(object: T, initial: boolean): Change<T>[] {
    const stored = this.#objects.get(keyOf(object.metadata));
    const isKnown = stored !== undefined && stored.metadata.resourceVersion === object.metadata.resourceVersion;
    return isKnown ? [{ type: "Updated", old: stored, new: stored, initial: true }] : this.#take(object, initial);
  }

  #take(object: T, initial: boolean): Change<T>[] {
    const { uid, resourceVersion } = object.metadata;
    const goneAt = this.#tombstones.get(uid);
    if (goneAt !== undefined && compareVersions(resourceVersion, goneAt) <= 0) return [];
    const stored = this.#objects.get(keyOf(object.metadata));
    if (stored === undefined) {
      this.#put(object);
      return [{ type: "Added", new: object, initial }];
    }
    if (compareVersions(resourceVersion, stored.metadata.resourceVersion) <= 0) return [];
    if (stored.metadata.uid !== uid) {
      const deleted = this.#drop(stored, resourceVersion);
      this.#put(object);
      return [deleted, { type: "Added", new: object, initial: false }];
    }
    this.#unindex(stored);
    this.#put(object);
    return [{ type: "Updated", old: stored, new: object, initial: false }];
  }

  #put(object: T): void {
    const key = keyOf(object.metadata);
    this.#objects.set(key, object);
    this.#eachIndexValue(object, (keys, value) => {
      const found = keys.get(value);
      if (found) found.add(key);
      else keys.set(value, new Set([key]));
    });
  }

  #drop(object: T, goneAt: string): Change<T> {
    this.#objects.delete(keyOf(object.metadata));
    this.#unindex(object);
    if (this.#latest === object) this.#latest = undefined;
    this.#bury(object.metadata.uid, goneAt);
    return { type: "Deleted", old: object, initial: false };
  }

  #unindex(object: T): void {
    const key = keyOf(object.metadata);
    this.#eachIndexValue(object, (keys, value) => {
      const found = keys.get(value);
      found?.delete(key);
      if (found?.size === 0) keys.delete(value);
    });
  }

  #eachIndexValue(object: T, visit: (keys: Map<string, Set<string>>, value: string) => void): void {
    for (const { valuesOf, keys } of this.#indexes.values()) {
      this.#guarded(() => {
        for (const value of valuesOf(object)) visit(keys, value);
      });
    }
  }

  #bury(uid: string, goneAt: string): void {
    if (compareVersions(goneAt, this.#tombstones.get(uid) ?? "") > 0) this.#tombstones.set(uid, goneAt);
    const [oldest] = this.#tombstones.keys();
    if (this.#tombstones.size > MOST_TOMBSTONES && oldest !== undefined) this.#tombstones.delete(oldest);
  }

  #notify(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const handler of this.#handlers) this.#guarded(() => handler(change));
    }
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#onHandlerError(error);
    }
  }
}
