// The reflector keeps a store equal to a collection of the API server, whatever happens on the way (R8 to R11).
import { sleep, type Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { HttpKubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeTransport } from "../../kube/transport.ts";
import type { KubeObject } from "../../kube/types.ts";
import { HealthBackoff, retryAfterMsOf, WATCH_BACKOFF, type BackoffPolicy } from "../queue/backoff.ts";
import { listAll } from "./list-pager.ts";
import {
  collect,
  collecting,
  refusesWatchList,
  resume,
  WatchFailedError,
  WatchTooShortError,
  type BackingOff,
  type Collecting,
  type Connected,
  type Listing,
  type State,
  type Watching,
} from "./reflector-state.ts";
import type { Store } from "./store.ts";
import { openWatch, type WatchEvent, type WatchTarget } from "./watch-stream.ts";

/** What is true at one moment, for readiness, liveness and gauges. Durations in milliseconds. */
export interface ReflectorStatus {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly state: State<never>["name"];
  readonly hasSynced: boolean;
  /** Since it was started, while it has not synced; 0 afterwards. */
  readonly unsyncedMs: number;
  /** Since it last did anything, be it to fail: beyond two minutes it is stuck. 0 before it is started. */
  readonly idleMs: number;
  /** Since the server last said anything within a list or watch; undefined before. */
  readonly ageMs: number | undefined;
  /** The last error, until the server accepts a list or watch. */
  readonly failure: string | undefined;
}

/** Where one reflector counts. Methods must not throw. */
export interface ReflectorMetrics {
  /** A list was complete: streamed (WatchList) or paged. */
  listed(how: "Streamed" | "Paged"): void;
  /** The server accepted a watch. */
  watched(): void;
  /** A watch ended at its time, or failed to go on or begin; "Stale": so that everything has to be listed again. */
  ended(why: "Ended" | "Stale" | "Failed"): void;
  /** A handler of the store threw. */
  handlerFailed(): void;
  /** Called once, when the reflector is made: `read` gives the gauges at any time later. */
  observe(read: () => ReflectorStatus): void;
}

export interface ReflectorOptions<T extends KubeObject> extends WatchTarget {
  readonly transport: KubeTransport;
  readonly store: Store<T>;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * Asked when the server knows no such collection: whether it is certain that nothing of the kind exists. Then it counts as
   * empty, and the server is asked again. False where unset.
   */
  readonly isAbsent?: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  /** Gives [0, 1). */
  readonly random?: () => number;
  readonly metrics?: ReflectorMetrics | undefined;
  /** Without a byte for that long a connection is taken for dead. Bookmarks come about every minute. */
  readonly idleTimeoutMs?: number;
  readonly backoff?: BackoffPolicy;
}

const DEFAULTS = { idleTimeoutMs: 70_000, backoff: WATCH_BACKOFF, random: Math.random };
/** Not older than any version there is. */
const LATEST = String(2n ** 64n - 1n);
/** The watch then ends and goes on elsewhere, so that connections spread over the API servers. */
const SERVER_TIMEOUT_SECONDS = { least: 300, most: 600 };
const BACKOFF_RESET_MS = 120_000;
/** A watch without an event that ends sooner was of no use: something on the way closes it. */
const SHORTEST_WATCH_MS = 1000;

type Settings<T extends KubeObject> = ReflectorOptions<T> & typeof DEFAULTS;

export class Reflector<T extends KubeObject> {
  /** Resolves when the store holds the first complete list and its handlers have seen it. Never rejects. */
  readonly synced: Promise<void>;
  readonly #options: Settings<T>;
  readonly #client: HttpKubeClient;
  readonly #log: Logger;
  readonly #backoff: HealthBackoff;
  readonly #markSynced: () => void;
  /** A list is held in full before the store gets it. */
  readonly #keep = (object: T): T => this.#options.store.keep(object);
  #state: State<T> = collecting();
  #hasSynced = false;
  #canStreamLists = true;
  #failure: string | undefined;
  #startedAtMs: number | undefined;
  #activeAtMs = 0;
  #heardAtMs: number | undefined;

  constructor(options: ReflectorOptions<T>) {
    const settings = { ...DEFAULTS, ...options };
    const { transport, clock, log, type, namespace, backoff: policy, random } = settings;
    this.#options = settings;
    this.#client = new HttpKubeClient(transport);
    this.#log = log.child({ watchedKind: type.kind, ...(namespace !== undefined && { namespace }) });
    this.#backoff = new HealthBackoff({ policy, resetAfterMs: BACKOFF_RESET_MS, clock, random });
    ({ promise: this.synced, resolve: this.#markSynced } = Promise.withResolvers<void>());
    options.metrics?.observe(() => this.status);
  }

  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  get status(): ReflectorStatus {
    const since = (ms: number): number => this.#options.clock.monotonic() - ms;
    return {
      kind: this.#options.type.kind,
      namespace: this.#options.namespace,
      state: this.#state.name,
      hasSynced: this.#hasSynced,
      unsyncedMs: this.#hasSynced || this.#startedAtMs === undefined ? 0 : since(this.#startedAtMs),
      idleMs: this.#startedAtMs === undefined ? 0 : since(this.#activeAtMs),
      ageMs: this.#heardAtMs === undefined ? undefined : since(this.#heardAtMs),
      failure: this.#failure,
    };
  }

  /** Resolves only after the signal is aborted; no error ends it. To be called once. */
  async run(signal: AbortSignal): Promise<void> {
    this.#startedAtMs = this.#options.clock.monotonic();
    while (!signal.aborted) {
      this.#activeAtMs = this.#options.clock.monotonic();
      this.#state = await this.#step(this.#state, signal);
    }
  }

  #step(state: State<T>, signal: AbortSignal): Promise<State<T>> {
    if (state.name === "BackingOff") return this.#rest(state, signal);
    return state.name === "Listing" ? this.#list(state, signal) : this.#stream(state, signal);
  }

  async #rest({ delayMs, next }: BackingOff<T>, signal: AbortSignal): Promise<State<T>> {
    await sleep(this.#options.clock, delayMs, signal).catch(() => undefined);
    return next;
  }

  async #list(state: Listing, signal: AbortSignal): Promise<State<T>> {
    try {
      const [keep, onPage] = [this.#keep, (): void => this.#heard()];
      const list = await listAll<T>(this.#client, { target: this.#options, signal, keep, onPage });
      return this.#complete({ ...list, how: "Paged" });
    } catch (error) {
      return signal.aborted ? state : this.#recover(state, error, signal);
    }
  }

  async #stream(start: Collecting<T> | Watching, signal: AbortSignal): Promise<State<T>> {
    const { clock, metrics } = this.#options;
    let state = start;
    try {
      const events = await this.#open(start, signal);
      const openedAtMs = clock.monotonic();
      let isUseful = false;
      for await (const event of events) {
        this.#heard();
        isUseful = true;
        state = this.#receive(state, event);
        this.#state = state;
      }
      const isTooShort = !isUseful && clock.monotonic() - openedAtMs < SHORTEST_WATCH_MS;
      if (state.name === "Collecting" || isTooShort) throw new WatchTooShortError();
      metrics?.ended("Ended");
      return state;
    } catch (error) {
      return signal.aborted ? state : this.#recover(state, error, signal);
    }
  }

  async #open(state: Collecting<T> | Watching, signal: AbortSignal): Promise<AsyncIterable<WatchEvent<T>>> {
    const { transport, idleTimeoutMs, metrics } = this.#options;
    const since = state.name === "Watching" ? state.version : undefined;
    const timeoutSeconds = this.#serverTimeoutSeconds();
    const watch = { target: this.#options, since, timeoutSeconds, idleTimeoutMs, signal };
    const events = await openWatch<T>(transport, watch);
    metrics?.watched();
    this.#heard();
    return events;
  }

  #receive(state: Collecting<T> | Watching, event: WatchEvent<T>): Collecting<T> | Watching {
    if (event.type === "Failed") throw new WatchFailedError(event.status);
    if (state.name === "Watching") return this.#follow(event);
    if (!collect(state, event, this.#keep) || event.type !== "Bookmark") return state;
    const { resourceVersion } = event;
    return this.#complete({ objects: [...state.objects.values()], resourceVersion, how: "Streamed" });
  }

  #follow(event: Exclude<WatchEvent<T>, { type: "Failed" }>): Watching {
    if (event.type === "Bookmark") return { name: "Watching", version: event.resourceVersion };
    if (event.type === "Changed") this.#options.store.absorb(event.object);
    else this.#options.store.remove(event.object);
    return { name: "Watching", version: event.object.metadata.resourceVersion };
  }

  async #recover(state: Connected<T>, error: unknown, signal: AbortSignal): Promise<State<T>> {
    const { isAbsent } = this.#options;
    // Whoever can't be asked has not said so.
    const isEmpty = isNotFound(error) && isAbsent !== undefined && (await isAbsent(signal).catch(() => false));
    if (isEmpty && !signal.aborted) this.#empty();
    return this.#afterError(isEmpty ? this.#relisting() : state, error);
  }

  #empty(): void {
    const { store, namespace } = this.#options;
    store.replace({ objects: [], resourceVersion: LATEST, namespace, initial: !this.#hasSynced });
    this.#hasSynced = true;
    this.#markSynced();
  }

  #complete(list: { objects: T[]; resourceVersion: string; how: "Streamed" | "Paged" }): Watching {
    const { store, namespace, metrics } = this.#options;
    const { objects, resourceVersion, how } = list;
    store.replace({ objects, resourceVersion, namespace, initial: !this.#hasSynced });
    this.#log.debug({ objects: objects.length, resourceVersion, how }, "Listed");
    metrics?.listed(how);
    this.#hasSynced = true;
    this.#markSynced();
    return { name: "Watching", version: resourceVersion };
  }

  #afterError(state: Connected<T>, error: unknown): State<T> {
    if (refusesWatchList(state, error)) {
      this.#canStreamLists = false;
      this.#log.info({ reason: messageOf(error) }, "The API server refused to stream lists and was asked for pages");
      return { name: "Listing" };
    }
    const next = resume(state, error, () => this.#relisting());
    const delayMs = this.#delayMs(error);
    const isStale = state.name === "Watching" && next.name !== "Watching";
    this.#failure = messageOf(error);
    this.#log.warn({ err: error, state: state.name, next: next.name, delayMs }, "Watching was interrupted");
    this.#options.metrics?.ended(isStale ? "Stale" : "Failed");
    return { name: "BackingOff", delayMs, next };
  }

  /** A server that asks for more patience than our longest delay gets that: beyond it, silence would look like being stuck. */
  #delayMs(error: unknown): number {
    const delayMs = Math.max(this.#backoff.next(), retryAfterMsOf(error) ?? 0);
    return Math.min(delayMs, this.#options.backoff.longestMs);
  }

  #relisting(): Collecting<T> | Listing {
    return this.#canStreamLists ? collecting() : { name: "Listing" };
  }

  #heard(): void {
    this.#activeAtMs = this.#options.clock.monotonic();
    this.#heardAtMs = this.#activeAtMs;
    this.#failure = undefined;
    this.#backoff.healthy();
  }

  #serverTimeoutSeconds(): number {
    const { least, most } = SERVER_TIMEOUT_SECONDS;
    return Math.round(least + this.#options.random() * (most - least));
  }
}
