// The controller loop: workers take keys from the queue, reconcile them one at a time per key, and turn each end into what
// happens next (R5 to R7).
import { randomUUID } from "node:crypto";
import type { Clock } from "../../lib/clock.ts";
import { ReconcileError, requestIdOf } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { ResourceType } from "../../kube/types.ts";
import { runBounded } from "./deadline.ts";
import {
  outcomeOfError,
  outcomeOfResult,
  ReconcileTimeoutError,
  type Outcome,
  type Result,
} from "./controller-outcome.ts";
import { Priority, WorkQueue, type QueueMetrics } from "./queue.ts";
import { refOf } from "../cache/store.ts";

export type { Result } from "./controller-outcome.ts";

export interface ReconcileRequest {
  /** `namespace/name`, or `name` for a cluster-scoped kind. */
  readonly key: string;
  readonly namespace: string | undefined;
  readonly name: string;
  /** Aborted at the deadline and when the process stops. It must reach every request; after it, nothing new may start. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

export interface Reconciler {
  /**
   * Brings the world of one object nearer to its spec. Idempotent; called again after any error. The object may be gone.
   * A ReconcileError says what happens next; any other exception is retried with backoff and counted as a bug.
   */
  reconcile(request: ReconcileRequest): Promise<Result>;
}

/** Such as a NamespaceGate. */
interface Gate {
  isOpen(namespace: string | undefined): boolean;
  whenOpen(namespace: string, callback: () => void): void;
}

/** Where one controller counts. Methods must not throw. Durations in milliseconds. */
export interface ControllerMetrics {
  /** Told once: how many reconciles may run at once. */
  concurrency(workers: number): void;
  /** A worker became busy (1) or free (-1). */
  active(change: 1 | -1): void;
  /** A reconcile ended, unless a stop interrupted it. An "error" counts as a terminal one, panic or time-out besides. */
  reconciled(result: "success" | "requeue_after" | "error", durationMs: number): void;
  terminalError(): void;
  panicked(): void;
  timedOut(): void;
}

export interface ControllerOptions {
  readonly name: string;
  readonly type: Pick<ResourceType, "group" | "kind">;
  readonly reconciler: Reconciler;
  readonly concurrency?: number;
  /** For one reconcile. */
  readonly deadlineMs?: number;
  /** How long a reconcile may go on after its signal was aborted, before the worker leaves it behind. */
  readonly graceMs?: number;
  /** When a key with a terminal error is tried again, unless something changes before. */
  readonly terminalRetryMs?: (key: string) => number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Keys of a namespace that is not open are kept until it is; unset: all are open. */
  readonly gate?: Gate | undefined;
  /** Gives [0, 1). */
  readonly random?: () => number;
  readonly metrics?: ControllerMetrics;
  readonly queueMetrics?: QueueMetrics;
}

const DEFAULTS = { concurrency: 10, deadlineMs: 300_000, graceMs: 30_000, terminalRetryMs: () => 600_000 };

type Settings = Omit<ControllerOptions, keyof typeof DEFAULTS> &
  Required<Pick<ControllerOptions, keyof typeof DEFAULTS>>;

export class Controller {
  readonly name: string;
  readonly #options: Settings;
  readonly #log: Logger;
  readonly #queue: WorkQueue;
  /** By namespace that is not open: its keys, and the highest priority that each was asked for with. */
  readonly #kept = new Map<string, Map<string, number>>();

  constructor(options: ControllerOptions) {
    const { name, type, clock, log, random, queueMetrics } = options;
    this.name = name;
    this.#options = { ...DEFAULTS, ...options };
    this.#log = log.child({ controller: name, controllerGroup: type.group, controllerKind: type.kind });
    this.#queue = new WorkQueue({ clock, ...(random && { random }), metrics: queueMetrics });
    options.metrics?.concurrency(this.#options.concurrency);
  }

  /** Asks for a reconcile of the key. May be called before `run`. */
  enqueue(key: string, priority: number = Priority.User): void {
    const { namespace } = refOf(key);
    const { gate } = this.#options;
    if (namespace === undefined || !gate || gate.isOpen(namespace)) this.#queue.add(key, { priority });
    else this.#keep(gate, namespace, { key, priority });
  }

  #keep(gate: Gate, namespace: string, { key, priority }: { key: string; priority: number }): void {
    const kept = this.#kept.get(namespace);
    if (kept) {
      kept.set(key, Math.max(priority, kept.get(key) ?? priority));
      return;
    }
    this.#kept.set(namespace, new Map([[key, priority]]));
    gate.whenOpen(namespace, () => {
      const keys = this.#kept.get(namespace) ?? [];
      this.#kept.delete(namespace);
      for (const [name, asked] of keys) this.#queue.add(name, { priority: asked });
    });
  }

  /**
   * Works until the signal is aborted. Then no new reconcile starts, those in flight get their signal aborted, and it
   * resolves when they have ended. It rejects when some still run after the grace period, and may still write. To be called
   * once, after the caches are synced.
   */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#queue.shutDown(), { once: true });
    await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#work(signal)));
    const { running } = this.#queue;
    if (running.length > 0) throw new Error(`Reconciles ignored their abort signal: ${running.join(", ")}`);
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.#queue.take(signal); key !== undefined; key = await this.#queue.take(signal)) {
      // The key may have been handed out just before the stop.
      if (signal.aborted) this.#queue.done(key);
      else await this.#runKey(key, signal);
    }
  }

  async #runKey(key: string, stop: AbortSignal): Promise<void> {
    const { clock, deadlineMs, graceMs, metrics } = this.#options;
    const { namespace, name } = refOf(key);
    const log = this.#log.child({ ...(namespace !== undefined && { namespace }), name, reconcileID: randomUUID() });
    const work = async (signal: AbortSignal): Promise<void> => {
      await this.#reconcile({ key, namespace, name, signal, log }, stop);
      this.#queue.done(key);
    };
    metrics?.active(1);
    const deadlineReason = new ReconcileTimeoutError(deadlineMs);
    const end = await runBounded(work, { clock, stop, deadlineMs, deadlineReason, graceMs });
    metrics?.active(-1);
    if (end === "LeftBehind") log.error("Reconcile ignored its abort signal and was left behind");
  }

  async #reconcile(request: ReconcileRequest, stop: AbortSignal): Promise<void> {
    const { clock, reconciler, metrics } = this.#options;
    const startedAtMs = clock.monotonic();
    const outcome = await outcomeOf(() => reconciler.reconcile(request));
    const durationMs = clock.monotonic() - startedAtMs;
    if (stop.aborted && "error" in outcome) {
      request.log.debug({ err: outcome.error, durationMs }, "Reconcile was interrupted");
      return;
    }
    if (request.signal.aborted) metrics?.timedOut();
    this.#count(outcome, durationMs);
    logOutcome(request.log, outcome, durationMs);
    this.#conclude(request, outcome);
  }

  #count(outcome: Outcome, durationMs: number): void {
    const { metrics } = this.#options;
    if (outcome.kind === "Terminal") metrics?.terminalError();
    if (outcome.kind === "Panic") metrics?.panicked();
    metrics?.reconciled(RESULTS[outcome.kind], durationMs);
  }

  /** A delay that cannot be had is an error of this key alone. */
  #conclude({ key, log }: ReconcileRequest, outcome: Outcome): void {
    try {
      this.#schedule(key, outcome);
    } catch (error) {
      this.#options.metrics?.panicked();
      log.error({ err: error }, "Scheduling the next reconcile failed");
      this.#queue.addRateLimited(key);
    }
  }

  #schedule(key: string, outcome: Outcome): void {
    switch (outcome.kind) {
      case "Done":
        this.#queue.forget(key);
        return;
      case "Again":
      case "Waiting":
        this.#queue.forget(key);
        this.#queue.addAfter(key, outcome.afterMs);
        return;
      case "Terminal":
        this.#queue.forget(key);
        this.#queue.addAfter(key, this.#options.terminalRetryMs(key));
        return;
      case "Retry":
        this.#queue.addRateLimited(key, { retryAfterMs: outcome.retryAfterMs });
        return;
      case "Yield":
      case "Panic":
        this.#queue.addRateLimited(key);
    }
  }
}

const RESULTS = {
  Done: "success",
  Again: "requeue_after",
  Waiting: "requeue_after",
  Terminal: "error",
  Retry: "error",
  Yield: "error",
  Panic: "error",
} as const satisfies Record<Outcome["kind"], string>;

async function outcomeOf(reconcile: () => Promise<Result>): Promise<Outcome> {
  try {
    return outcomeOfResult(await reconcile());
  } catch (error) {
    return outcomeOfError(error);
  }
}

/** Decisions of ours need no stack: where they come from is their reason. */
function errorOf(outcome: Outcome): { err?: unknown; requestId?: string } {
  if (!("error" in outcome)) return {};
  const { error } = outcome;
  const requestId = requestIdOf(error);
  const named = requestId === undefined ? {} : { requestId };
  if (!(error instanceof ReconcileError)) return { err: error, ...named };
  return { err: { type: error.name, reason: error.reason, message: error.message }, ...named };
}

function logOutcome(log: Logger, outcome: Outcome, durationMs: number): void {
  const fields = { outcome: outcome.kind, durationMs: Math.round(durationMs), ...errorOf(outcome) };
  switch (outcome.kind) {
    case "Terminal":
    case "Retry":
      log.warn(fields, "Reconcile failed");
      return;
    case "Panic":
      log.error(fields, "Reconcile failed with an unforeseen exception");
      return;
    case "Done":
    case "Again":
    case "Waiting":
    case "Yield":
      log.debug(fields, "Reconciled");
  }
}
