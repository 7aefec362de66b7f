// The request budget of one account, shared by all who call its cloud: reads and writes per minute, less after a 429, and fair
// between the objects on whose behalf requests are made.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock, Timer } from "../../lib/clock.ts";
import { AdaptiveRate } from "./rate.ts";
import { Turns } from "./fair-queue.ts";

export type BudgetClass = "reads" | "writes";

export interface BudgetLimits {
  readonly readsPerMinute: number;
  readonly writesPerMinute: number;
}

/** What a budget tells about itself; composed with the metrics registry by the composition root. */
export interface BudgetMetrics {
  /** `yunfan_cloud_budget_wait_seconds`: how long a request waited for its turn. */
  observeWait(labels: { account: string; class: BudgetClass }, seconds: number): void;
  /** `yunfan_cloud_budget_limit`: requests per minute that are allowed as of the last request. */
  setLimit(labels: { account: string; class: BudgetClass }, perMinute: number): void;
  /** The account is gone: nothing of it is shown any more. */
  forget(account: string): void;
}

/** The right to send one request. */
export interface Permit {
  /** The cloud answered that these are too many: slows down everyone who comes after. */
  throttled(retryAfterMs: number | undefined): void;
}

interface Requester {
  /** On whose behalf. */
  readonly key: string;
  /** Rights to send that it has been given ahead, of each class at most one. */
  readonly reserved: Map<ClassQueue, Permit>;
}

const requesters = new AsyncLocalStorage<Requester>();

/**
 * Runs `work` in the name of an object: while it runs, its requests queue under `requester` (an opaque text such as
 * "RegistryProject/namespace/name"), so that an object with many requests does not hold up those with few. Controllers wrap
 * each reconcile in it. Requests outside of it share one queue.
 */
export function withRequester<T>(requester: string, work: () => Promise<T>): Promise<T> {
  return requesters.run({ key: requester, reserved: new Map() }, work);
}

export interface BudgetOptions {
  /** Stable identity of the account: "namespace/name". */
  readonly account: string;
  readonly limits: BudgetLimits;
  readonly clock: Clock;
  readonly metrics?: BudgetMetrics | undefined;
}

export class RequestBudget {
  readonly #queues: Readonly<Record<BudgetClass, ClassQueue>>;
  #metrics: BudgetMetrics | undefined;

  constructor({ metrics, ...options }: BudgetOptions) {
    this.#metrics = metrics;
    const told = {
      observeWait: (labels: Labels, seconds: number): void => this.#metrics?.observeWait(labels, seconds),
      setLimit: (labels: Labels, perMinute: number): void => this.#metrics?.setLimit(labels, perMinute),
    };
    this.#queues = {
      reads: new ClassQueue({ ...options, told }, "reads", options.limits.readsPerMinute),
      writes: new ClassQueue({ ...options, told }, "writes", options.limits.writesPerMinute),
    };
  }

  /** Its account is gone, or has another budget: it serves who still waits, and tells the metrics nothing more. Idempotent. */
  retire(): void {
    this.#metrics = undefined;
  }

  /** Other limits from now on; what was learned below them stays, and who waits goes on waiting. */
  limit({ readsPerMinute, writesPerMinute }: BudgetLimits): void {
    this.#queues.reads.limit(readsPerMinute);
    this.#queues.writes.limit(writesPerMinute);
  }

  /**
   * Resolves when the request may go out; rejects with the signal's reason as soon as it is aborted. `key`: on whose behalf;
   * unset: the requester of `withRequester`.
   */
  acquire(request: { class: BudgetClass; key?: string; signal: AbortSignal }): Promise<Permit> {
    const queue = this.#queues[request.class];
    const requester = requesters.getStore();
    const reserved = requester?.reserved.get(queue);
    requester?.reserved.delete(queue);
    if (reserved) return Promise.resolve(reserved);
    return queue.acquire(request.key ?? requester?.key ?? "", request.signal);
  }

  /**
   * Waits for the turn of a request that is sent later within the same `withRequester`; that one then goes at once. For requests
   * that must not wait between being journaled and being sent. What is not used goes back when it is disposed of.
   */
  async reserve(request: { class: BudgetClass; signal: AbortSignal }): Promise<Disposable> {
    const queue = this.#queues[request.class];
    const requester = requesters.getStore();
    if (!requester) throw new Error("Reserved outside of withRequester");
    const permit = await queue.acquire(requester.key, request.signal);
    requester.reserved.set(queue, permit);
    return {
      [Symbol.dispose]: () => {
        if (requester.reserved.delete(queue)) queue.giveBack();
      },
    };
  }
}

interface Waiter {
  readonly sinceMs: number;
  readonly serve: (permit: Permit) => void;
}

type Labels = Parameters<BudgetMetrics["setLimit"]>[0];

interface QueueOptions extends Pick<BudgetOptions, "account" | "clock"> {
  readonly told: Omit<BudgetMetrics, "forget">;
}

class ClassQueue {
  readonly #labels: Labels;
  readonly #clock: Clock;
  readonly #told: QueueOptions["told"];
  readonly #rate: AdaptiveRate;
  readonly #turns = new Turns<Waiter>();
  #timer: Timer | undefined;

  constructor(options: QueueOptions, budgetClass: BudgetClass, limitPerMinute: number) {
    this.#labels = { account: options.account, class: budgetClass };
    this.#clock = options.clock;
    this.#told = options.told;
    this.#rate = new AdaptiveRate(limitPerMinute, options.clock.monotonic());
    this.#told.setLimit(this.#labels, limitPerMinute);
  }

  acquire(key: string, signal: AbortSignal): Promise<Permit> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => {
        this.#turns.remove(key, waiter);
        this.#serve();
        reject(signal.reason as Error);
      };
      const waiter: Waiter = {
        sinceMs: this.#clock.monotonic(),
        serve: (permit) => {
          signal.removeEventListener("abort", onAbort);
          resolve(permit);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#turns.add(key, waiter);
      this.#serve();
    });
  }

  limit(perMinute: number): void {
    this.#rate.limit(perMinute, this.#clock.monotonic());
    this.#serve();
  }

  /** A turn that was not used goes to whom is next. */
  giveBack(): void {
    this.#rate.giveBack();
    this.#serve();
  }

  /** Serves whom the rate allows, and sets a timer only where somebody still waits: an idle budget holds no timer. */
  #serve(): void {
    this.#timer?.cancel();
    const nowMs = this.#clock.monotonic();
    while (!this.#turns.isEmpty && this.#rate.take(nowMs)) this.#serveNext(nowMs);
    this.#told.setLimit(this.#labels, this.#rate.perMinute);
    if (!this.#turns.isEmpty) this.#timer = this.#clock.after(this.#rate.waitMs(nowMs), () => this.#serve());
  }

  #serveNext(nowMs: number): void {
    const waiter = this.#turns.next();
    if (waiter === undefined) return;
    this.#told.observeWait(this.#labels, (nowMs - waiter.sinceMs) / 1000);
    waiter.serve({ throttled: (retryAfterMs) => this.#throttle(nowMs, retryAfterMs) });
  }

  #throttle(takenAtMs: number, retryAfterMs: number | undefined): void {
    this.#rate.throttle({ takenAtMs, retryAfterMs, nowMs: this.#clock.monotonic() });
    this.#serve();
  }
}
