// The reflector keeps a store equal to a collection of the API server, whatever happens on the way (R8 to R11).
import { sleep, type Clock } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { HttpKubeClient } from "../../kube/client.ts";
import { isForbidden, isPathUnknown, KubeSilentError } from "../../kube/errors.ts";
import type { KubeTransport } from "../../kube/transport.ts";
import type { KubeObject } from "../../kube/types.ts";
import { HealthBackoff, retryAfterMsOf, WATCH_BACKOFF, type BackoffPolicy } from "../queue/backoff.ts";
import { listAll } from "./list-pager.ts";
import {
  collect,
  collecting,
  lacksItsEnd,
  refusesWatchList,
  resume,
  WatchFailedError,
  WatchTooShortError,
  withoutStack,
  type BackingOff,
  type Collecting,
  type Connected,
  type Listing,
  type State,
  type Watching,
} from "./reflector-state.ts";
import type { ReflectorMetrics, ReflectorStatus } from "./reflector-status.ts";
import type { Store } from "./store.ts";
import { openWatch, type WatchEvent, type WatchTarget } from "./watch-stream.ts";

export interface ReflectorOptions<T extends KubeObject> extends WatchTarget {
  readonly transport: KubeTransport;
  readonly store: Store<T>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked where the server refuses or does not know the collection: whether nothing of the kind can exist. Then it counts as empty. */
  readonly isAbsent?: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  /** Gives [0, 1). */
  readonly random?: () => number;
  readonly metrics?: ReflectorMetrics | undefined;
  /** Called when `hasSynced` or `refused` of its status may have changed. Must not throw. */
  readonly onProgress?: (() => void) | undefined;
  /** Without a byte for that long a watch is opened anew: its connection may be dead. */
  readonly idleTimeoutMs?: number;
  readonly backoff?: BackoffPolicy;
}

/** Bookmarks come about every minute; not on a kind of which the watch cache has seen no event since its start. So silence is ordinary. */
const DEFAULTS = { idleTimeoutMs: 70_000, backoff: WATCH_BACKOFF, random: Math.random };
/** A list that is streamed comes in one go. */
const LIST_IDLE_TIMEOUT_MS = 30_000;
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
  #refused = false;
  #absent = false;
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
      refused: this.#refused,
      absent: this.#absent,
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
      return signal.aborted ? state : this.#recover(state, error, { signal, wasOpen: false });
    }
  }

  async #stream(start: Collecting<T> | Watching, signal: AbortSignal): Promise<State<T>> {
    const { clock, metrics } = this.#options;
    let state = start;
    let wasOpen = false;
    try {
      const events = await this.#open(start, signal);
      wasOpen = true;
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
      return signal.aborted ? state : this.#recover(state, error, { signal, wasOpen });
    }
  }

  async #open(state: Collecting<T> | Watching, signal: AbortSignal): Promise<AsyncIterable<WatchEvent<T>>> {
    const { transport, metrics } = this.#options;
    const since = state.name === "Watching" ? state.version : undefined;
    const idleTimeoutMs = (): number => this.#idleTimeoutMs();
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

  /** `wasOpen`: the server had accepted the stream that ended so. */
  async #recover(
    state: Connected<T>,
    error: unknown,
    { signal, wasOpen }: { signal: AbortSignal; wasOpen: boolean },
  ): Promise<State<T>> {
    const { isAbsent } = this.#options;
    if (state.name === "Watching" && error instanceof KubeSilentError) return this.#afterSilence(state);
    if (lacksItsEnd(state, error, wasOpen)) {
      return this.#listInPages("A streamed list did not come to its end: lists are read in pages from now on", error);
    }
    // Whoever can't be asked has not said so.
    const mayBe = (isPathUnknown(error) || isForbidden(error)) && isAbsent !== undefined;
    const isEmpty = mayBe && (await isAbsent(signal).catch(() => false));
    if (isEmpty && !signal.aborted) this.#empty();
    return this.#afterError(isEmpty ? this.#relisting() : state, error);
  }

  #empty(): void {
    const { store, namespace } = this.#options;
    const crd = `${this.#options.type.plural}.${this.#options.type.group}`;
    if (!this.#absent) this.#log.warn({ crd }, "The CRD is missing: its kind counts as empty until it is applied");
    this.#absent = true;
    store.replace({ objects: [], resourceVersion: LATEST, namespace, initial: !this.#hasSynced });
    this.#synced();
  }

  #complete(list: { objects: T[]; resourceVersion: string; how: "Streamed" | "Paged" }): Watching {
    const { store, namespace, metrics } = this.#options;
    const { objects, resourceVersion, how } = list;
    store.replace({ objects, resourceVersion, namespace, initial: !this.#hasSynced });
    this.#log.debug({ objects: objects.length, resourceVersion, how }, "Listed");
    metrics?.listed(how);
    this.#synced();
    return { name: "Watching", version: resourceVersion };
  }

  #synced(): void {
    if (this.#hasSynced) return;
    this.#hasSynced = true;
    this.#markSynced();
    this.#options.onProgress?.();
  }

  #afterSilence(state: Watching): Watching {
    this.#log.debug("The watch was silent and is opened anew");
    this.#options.metrics?.ended("Silent");
    return state;
  }

  #listInPages(why: string, error: unknown): Listing {
    this.#canStreamLists = false;
    this.#log.info(withoutStack(error), why);
    return { name: "Listing" };
  }

  #afterError(state: Connected<T>, error: unknown): State<T> {
    if (refusesWatchList(state, error)) {
      return this.#listInPages("The API server refused to stream lists and was asked for pages", error);
    }
    const next = resume(state, error, () => this.#relisting());
    const delayMs = this.#delayMs(error);
    const isStale = state.name === "Watching" && next.name !== "Watching";
    const fields = { ...withoutStack(error), state: state.name, next: next.name, delayMs };
    // Once per failure: the same one every 30 s would drown what else is said.
    this.#log[messageOf(error) === this.#failure ? "debug" : "warn"](fields, "Watching was interrupted");
    this.#failed(error);
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

  #failed(error: unknown): void {
    this.#failure = messageOf(error);
    const refused = isForbidden(error) && !this.#absent;
    if (refused === this.#refused) return;
    this.#refused = refused;
    this.#options.onProgress?.();
  }

  #heard(): void {
    this.#activeAtMs = this.#options.clock.monotonic();
    this.#heardAtMs = this.#activeAtMs;
    this.#failure = undefined;
    this.#refused = false;
    this.#absent = false;
    this.#backoff.healthy();
  }

  #idleTimeoutMs(): number {
    const { idleTimeoutMs } = this.#options;
    return this.#state.name === "Collecting" ? Math.min(LIST_IDLE_TIMEOUT_MS, idleTimeoutMs) : idleTimeoutMs;
  }

  #serverTimeoutSeconds(): number {
    const { least, most } = SERVER_TIMEOUT_SECONDS;
    return Math.round(least + this.#options.random() * (most - least));
  }
}
