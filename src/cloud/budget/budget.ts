// The request budget of one account, shared by all who call its cloud: reads and writes per minute, less after a 429, and fair
// between the objects on whose behalf requests are made.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../lib/clock.ts";
import { ClassQueue, type BudgetClass, type Labels, type Permit } from "./class-queue.ts";

export type { BudgetClass, Permit } from "./class-queue.ts";

export interface BudgetLimits {
  readonly readsPerMinute: number;
  readonly writesPerMinute: number;
}

/** What a budget tells about itself; composed with the metrics registry by the composition root. */
export interface BudgetMetrics {
  /** `yunfan_cloud_budget_wait_seconds`: how long a request waited for its turn. */
  observeWait(labels: Labels, seconds: number): void;
  /** `yunfan_cloud_budget_limit`: requests per minute that are allowed as of the last request. */
  setLimit(labels: Labels, perMinute: number): void;
  /** The account is gone: nothing of it is shown any more. */
  forget(account: string): void;
}

/** On whose behalf requests are made. */
export interface OnBehalf {
  /** An opaque text such as "RegistryProject/namespace/name". */
  readonly key: string;
  /**
   * Has the work started anew: a turn has come that a TurnAwaitedError told to be waited for. Left out: a turn is waited for within
   * the work, however long that takes.
   */
  readonly onTurn?: () => void;
  /** A request has waited for its turn for 5 s. It goes out after this has ended; it must not throw. */
  readonly onLongWait?: (account: string) => Promise<void>;
}

interface Requester extends OnBehalf {
  /** Rights to send that it has been given ahead, of each class at most one. */
  readonly reserved: Map<ClassQueue, Permit>;
}

const requesters = new AsyncLocalStorage<Requester>();

/**
 * Runs `work` in the name of an object: while it runs, its requests queue under its key, so that an object with many requests does not
 * hold up those with few. Controllers wrap each reconcile in it. Requests outside of it share one queue.
 */
export function withRequester<T>(requester: OnBehalf, work: () => Promise<T>): Promise<T> {
  return requesters.run({ ...requester, reserved: new Map() }, work);
}

export interface BudgetOptions {
  /** Stable identity of the account: "namespace/name". */
  readonly account: string;
  readonly limits: BudgetLimits;
  readonly clock: Clock;
  readonly metrics?: BudgetMetrics | undefined;
  /** What `late` says has changed. */
  readonly onLate?: (() => void) | undefined;
}

export class RequestBudget {
  readonly #account: string;
  readonly #queues: Readonly<Record<BudgetClass, ClassQueue>>;
  #metrics: BudgetMetrics | undefined;

  constructor({ account, clock, limits, metrics, onLate }: BudgetOptions) {
    this.#account = account;
    this.#metrics = metrics;
    const told = {
      waited: (labels: Labels, seconds: number): void => this.#metrics?.observeWait(labels, seconds),
      limit: (labels: Labels, perMinute: number): void => this.#metrics?.setLimit(labels, perMinute),
      late: (): void => onLate?.(),
    };
    const queue = (budgetClass: BudgetClass, limitPerMinute: number): ClassQueue =>
      new ClassQueue({ labels: { account, class: budgetClass }, limitPerMinute, clock, told });
    this.#queues = { reads: queue("reads", limits.readsPerMinute), writes: queue("writes", limits.writesPerMinute) };
  }

  /** Classes of requests of which somebody has waited for a minute or more. */
  get late(): readonly BudgetClass[] {
    return (["reads", "writes"] as const).filter((each) => this.#queues[each].isLate);
  }

  /** Its account is gone, or has another budget: it serves who still waits, and tells the metrics nothing more. Idempotent. */
  retire(): void {
    this.#metrics = undefined;
    for (const queue of Object.values(this.#queues)) queue.retire();
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
    const { signal } = request;
    const queue = this.#queues[request.class];
    const requester = requesters.getStore();
    const reserved = requester?.reserved.get(queue);
    requester?.reserved.delete(queue);
    if (reserved) return Promise.resolve(reserved);
    const { onLongWait } = requester ?? {};
    const onLong = onLongWait && (() => onLongWait(this.#account));
    return queue.acquire({ key: request.key ?? requester?.key ?? "", signal }, onLong);
  }

  /**
   * Waits for the turn of a request that is sent later within the same `withRequester`; that one then goes at once. For requests
   * that must not wait between being decided on, or journaled, and being sent. What is not used goes back when it is disposed of.
   * Throws TurnAwaitedError where that takes its time and the requester can be called.
   */
  async reserve(request: { class: BudgetClass; signal: AbortSignal }): Promise<Disposable> {
    const { signal } = request;
    const queue = this.#queues[request.class];
    const requester = requesters.getStore();
    if (!requester) throw new Error("Reserved outside of withRequester");
    const { key, onTurn, reserved } = requester;
    reserved.set(queue, await (onTurn ? queue.claim({ key, signal }, onTurn) : queue.acquire({ key, signal })));
    return {
      [Symbol.dispose]: () => {
        if (reserved.delete(queue)) queue.giveBack();
      },
    };
  }
}
