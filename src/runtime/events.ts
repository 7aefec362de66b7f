// Records events (R25): once per change, repeats as one series, never blocking who reports, and dropping with a counter.
import { randomUUID } from "node:crypto";
import { isAlreadyExists, isNotFound, isRefusal, KubeError, KubeUnreachableError } from "../kube/errors.ts";
import type { KubeTransport } from "../kube/transport.ts";
import type { KubeObject } from "../kube/types.ts";
import { sleep, type Clock, type Timer } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { backoffMs, type BackoffPolicy } from "./queue/backoff.ts";
import { EventRefusals } from "./event-refusals.ts";
import { eventKey, eventObject, type EventDescription, type EventObject } from "./event-object.ts";
import { microTime } from "./leader/lease.ts";

export type { EventDescription } from "./event-object.ts";

/** Qualified name under which all events are reported. */
const REPORTING_CONTROLLER = "yunfan.dev/operator";
/**
 * A repeat within this time joins the series; a series without one for that long is finished. The second occurrence is
 * written at once, further counts this often (client-go: 30 min), which also keeps a living series from expiring after
 * the API server's hour.
 */
export const SERIES_GAP_MS = 360_000;
/** Series remembered at most, as in client-go. The oldest makes room. */
const MAX_SERIES = 4096;
/** Events waiting to be sent at most, as in client-go. */
const MAX_WAITING = 1000;
const MAX_TRIES = 3;
const RETRY: BackoffPolicy = { firstMs: 500, longestMs: 5000 };
const REQUEST_TIMEOUT_MS = 10_000;

export interface EventRecorderOptions {
  readonly transport: Pick<KubeTransport, "request">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of this process: reportingInstance. */
  readonly identity: string;
  /** Called for each event that will not be seen, or whose count will not. Must not throw. */
  readonly onDropped?: () => void;
  readonly maxWaiting?: number;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/** One event and its repeats. */
interface Series {
  readonly key: string;
  readonly event: EventObject;
  count: number;
  lastObserved: { readonly monotonicMs: number; readonly time: string };
  /** What the API server was told, 0 before the create. */
  writtenCount: number;
}

export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #series = new Map<string, Series>();
  /** In the order to be sent; one that waits is not added again. */
  readonly #waiting = new Set<Series>();
  readonly #refusals: EventRefusals;
  readonly #ended = new AbortController();
  #sending: Promise<void> | undefined;
  #sweep: Timer | undefined;
  #closed = false;
  #full = false;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#refusals = new EventRefusals({ clock: options.clock, random: options.random ?? Math.random });
  }

  /** Records an event about an object. Returns at once, never throws, and promises nothing: events are for people. */
  event(regarding: KubeObject, description: EventDescription): void {
    if (this.#closed) {
      this.#options.onDropped?.();
      return;
    }
    const { clock } = this.#options;
    const key = eventKey(regarding, description);
    const observed = { monotonicMs: clock.monotonic(), time: microTime(clock.now()) };
    const series = this.#series.get(key);
    if (series && observed.monotonicMs - series.lastObserved.monotonicMs <= SERIES_GAP_MS) {
      series.count += 1;
      series.lastObserved = observed;
      if (series.count === 2) this.#enqueue(series);
      return;
    }
    const event = eventObject({
      regarding,
      description,
      reporter: { controller: REPORTING_CONTROLLER, instance: this.#options.identity },
      time: observed.time,
      unique: randomUUID().replaceAll("-", "").slice(0, 16),
    });
    this.#begin({ key, event, count: 1, lastObserved: observed, writtenCount: 0 });
  }

  /** Takes no more events, sends what waits and the counts of open series for at most `timeoutMs`. Idempotent; never rejects. */
  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    this.#sweep?.cancel();
    for (const series of this.#series.values()) this.#finish(series);
    const timer = this.#options.clock.after(timeoutMs, () => this.#ended.abort(new Error("Closed")));
    await this.#sending;
    timer.cancel();
  }

  #begin(series: Series): void {
    const finished = this.#series.get(series.key);
    if (finished) this.#finish(finished);
    if (!this.#enqueue(series)) {
      this.#options.onDropped?.();
      return;
    }
    this.#makeRoom();
    this.#series.set(series.key, series);
    this.#sweep ??= this.#options.clock.after(SERIES_GAP_MS, () => this.#sweepSeries());
  }

  #makeRoom(): void {
    const [oldest] = this.#series.values();
    if (oldest && this.#series.size >= MAX_SERIES) this.#finish(oldest);
  }

  #finish(series: Series): void {
    this.#enqueueCount(series);
    this.#series.delete(series.key);
  }

  /** Writes counts that have grown and forgets what has not happened again. */
  #sweepSeries(): void {
    const now = this.#options.clock.monotonic();
    for (const series of this.#series.values()) {
      if (now - series.lastObserved.monotonicMs > SERIES_GAP_MS) this.#finish(series);
      else this.#enqueueCount(series);
    }
    this.#sweep =
      this.#series.size === 0 ? undefined : this.#options.clock.after(SERIES_GAP_MS, () => this.#sweepSeries());
  }

  #enqueueCount(series: Series): void {
    if (series.count > series.writtenCount) this.#enqueue(series);
  }

  /** False when there is no room. */
  #enqueue(series: Series): boolean {
    if (this.#waiting.size >= (this.#options.maxWaiting ?? MAX_WAITING) && !this.#waiting.has(series)) {
      if (!this.#full) this.#options.log.warn("Dropped events: too many waited to be sent");
      this.#full = true;
      return false;
    }
    this.#waiting.add(series);
    this.#sending ??= this.#sendAll();
    return true;
  }

  /** One after the other, so that events arrive in order and take no more than one connection from the reconciles. */
  async #sendAll(): Promise<void> {
    for (const series of this.#waiting) {
      this.#waiting.delete(series);
      // It may have been on its way, with this count, when it was added.
      if (series.count > series.writtenCount) await this.#send(series);
    }
    this.#full = false;
    this.#sending = undefined;
  }

  async #send(series: Series): Promise<void> {
    const { namespace } = series.event.metadata;
    if (this.#refusals.holds(namespace)) {
      this.#forget(series);
      return;
    }
    for (let tries = 1; ; tries++) {
      try {
        await this.#write(series);
        this.#refusals.accepted(namespace);
        return;
      } catch (error) {
        if (tries === MAX_TRIES || !isTransient(error) || this.#ended.signal.aborted) {
          this.#drop(series, error);
          return;
        }
      }
      const delayMs = backoffMs(RETRY, tries, this.#options.random ?? Math.random);
      await sleep(this.#options.clock, delayMs, this.#ended.signal).catch(() => undefined);
    }
  }

  #drop(series: Series, error: unknown): void {
    const { metadata, reason } = series.event;
    const isRefused = isRefusal(error);
    if (isRefused) this.#refusals.refused(metadata.namespace);
    const why = isRefused ? { refusal: messageOf(error) } : { err: error };
    this.#options.log.warn({ ...why, event: metadata, reason }, "Dropped an event");
    this.#forget(series);
  }

  /** The next occurrence begins anew. */
  #forget(series: Series): void {
    this.#waiting.delete(series);
    if (this.#series.get(series.key) === series) this.#series.delete(series.key);
    this.#options.onDropped?.();
  }

  async #write(series: Series): Promise<void> {
    const { count } = series;
    if (series.writtenCount === 0) await this.#create(series);
    else await this.#patch(series);
    series.writtenCount = count;
  }

  async #create({ event, count, lastObserved }: Series): Promise<void> {
    const body = count === 1 ? event : { ...event, series: { count, lastObservedTime: lastObserved.time } };
    await this.#request({ method: "POST", path: eventsPath(event), body }).catch((error: unknown) => {
      // An earlier try got through without an answer: the name is unique.
      if (!isAlreadyExists(error)) throw error;
    });
  }

  /** A series that outlived its event, which the API server keeps for an hour, starts a new one under the same name. */
  async #patch(series: Series): Promise<void> {
    const { event, count, lastObserved } = series;
    const path = `${eventsPath(event)}/${encodeURIComponent(event.metadata.name)}`;
    const body = { series: { count, lastObservedTime: lastObserved.time } };
    await this.#request({ method: "PATCH", path, body, contentType: "application/merge-patch+json" }).catch(
      async (error: unknown) => {
        if (!isNotFound(error)) throw error;
        await this.#create(series);
      },
    );
  }

  #request(request: { method: "POST" | "PATCH"; path: string; body: unknown; contentType?: string }): Promise<unknown> {
    const { transport } = this.#options;
    return transport.request({ ...request, timeoutMs: REQUEST_TIMEOUT_MS, signal: this.#ended.signal });
  }
}

function eventsPath(event: EventObject): string {
  return `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(event.metadata.namespace)}/events`;
}

/** Whether another try may help. A refusal, such as a namespace that is being deleted, stays one. */
function isTransient(error: unknown): boolean {
  return (
    error instanceof KubeUnreachableError || (error instanceof KubeError && (error.code === 429 || error.code >= 500))
  );
}
