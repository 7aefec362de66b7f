// An informer: a store, the reflectors that fill it, and the way from its changes to the queues (R13, R14).
import { isDeepStrictEqual } from "node:util";
import type { KubeObject } from "../../kube/types.ts";
import { Priority } from "../queue/queue.ts";
import { Reflector, type ReflectorOptions } from "./reflector.ts";
import type { ReflectorStatus } from "./reflector-status.ts";
import { keyOf, Store, type Change, type StoreOptions } from "./store.ts";

export interface InformerOptions<T extends KubeObject>
  extends Omit<ReflectorOptions<T>, "store" | "namespace" | "onProgress">, Omit<StoreOptions<T>, "onHandlerError"> {
  /** Only these namespaces, each with a watch of its own; the whole cluster where unset or empty. */
  readonly namespaces?: readonly string[] | undefined;
}

export class Informer<T extends KubeObject> {
  readonly store: Store<T>;
  /** Resolves when the store is complete and its handlers have seen everything. Never rejects. */
  readonly synced: Promise<void>;
  readonly #reflectors: readonly Reflector<T>[];
  readonly #listeners: (() => void)[] = [];

  constructor(options: InformerOptions<T>) {
    const { namespaces, indexes, transform, ...reflection } = options;
    const onHandlerError = (error: unknown): void => {
      options.log.error({ err: error, watchedKind: options.type.kind }, "A handler of changes failed");
      options.metrics?.handlerFailed();
    };
    this.store = new Store<T>({ ...(indexes && { indexes }), ...(transform && { transform }), onHandlerError });
    const scopes = namespaces?.length ? namespaces : [undefined];
    const onProgress = (): void => {
      for (const listener of this.#listeners) listener();
    };
    this.#reflectors = scopes.map(
      (namespace) => new Reflector<T>({ ...reflection, namespace, store: this.store, onProgress }),
    );
    this.synced = Promise.all(this.#reflectors.map((reflector) => reflector.synced)).then(() => undefined);
  }

  get hasSynced(): boolean {
    return this.#reflectors.every((reflector) => reflector.hasSynced);
  }

  /** One for each watched namespace. */
  get status(): readonly ReflectorStatus[] {
    return this.#reflectors.map((reflector) => reflector.status);
  }

  /** Called when a part of it may have become complete, or been refused. Must not throw. */
  onProgress(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves only after the signal is aborted. To be called once, after the handlers are registered. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#reflectors.map((reflector) => reflector.run(signal)));
  }
}

interface Enqueuing<T> {
  /** Such as a Controller. */
  readonly target: { enqueue(key: string, priority: number): void };
  /** Whose reconcile the object matters to; its own where unset. Called with the old and the new object. */
  readonly keysOf?: (object: T) => readonly string[];
  /** Which changes matter; all where unset. */
  readonly when?: (change: Change<T>) => boolean;
}

/** Has the keys reconciled that the object before or after each change maps to: at low priority where nobody changed it. */
export function enqueueOnChange<T extends KubeObject>(
  source: { readonly store: Pick<Store<T>, "onChange"> },
  options: Enqueuing<T>,
): void {
  const { target, when = () => true, keysOf = (object) => [keyOf(object.metadata)] } = options;
  source.store.onChange((change) => {
    if (!when(change)) return;
    const objects = [change.old, change.new].filter((object) => object !== undefined);
    const priority = change.initial ? Priority.Initial : Priority.User;
    for (const key of new Set(objects.flatMap((object) => keysOf(object)))) target.enqueue(key, priority);
  });
}

/**
 * For `when`, on kinds with a status subresource: everything but an update of the status or a new finalizer alone, which is mostly our own. Such a
 * kind's generation counts the changes of its spec.
 */
export function exceptOwnUpdates(change: Change<KubeObject>): boolean {
  if (change.type !== "Updated") return true;
  return !isDeepStrictEqual(relevant(change.old), relevant(change.new)) || lostFinalizer(change.old, change.new);
}

function relevant({ metadata }: KubeObject): unknown {
  const { generation, annotations = {}, labels = {}, deletionTimestamp } = metadata;
  return { generation, annotations, labels, deletionTimestamp };
}

/** Somebody took one off, perhaps the one that holds what is in the cloud. */
function lostFinalizer(before: KubeObject, after: KubeObject): boolean {
  const { finalizers = [] } = after.metadata;
  return (before.metadata.finalizers ?? []).some((finalizer) => !finalizers.includes(finalizer));
}
