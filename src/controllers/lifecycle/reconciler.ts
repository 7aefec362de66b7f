// The frame of every reconcile: fetch, pause, delete or apply, one write-back, one event per change of Ready.
import { Reason } from "../../crds/common/conditions.ts";
import { FencedError } from "../../lib/fence.ts";
import {
  HeldError,
  ReconcileError,
  RefusedError,
  requestIdOf,
  RetryableError,
  UnsaidError,
  WaitingError,
} from "../../lib/errors.ts";
import type { Reconciler, ReconcileRequest, Result } from "../../runtime/queue/controller.ts";
import { findCondition, type Verdict } from "../../runtime/conditions.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { hasFinalizer } from "../../runtime/finalizer.ts";
import { isKubeError } from "../../kube/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { withRequester, type OnBehalf } from "../../cloud/budget/budget.ts";
import { TurnAwaitedError } from "../../cloud/budget/class-queue.ts";
import { CloudError } from "../../cloud/errors.ts";
import { reconcileErrorOf } from "./cloud-errors.ts";
import { turnAwaited, waitingForBudget } from "./budget-waits.ts";
import { nextDriftMs } from "./drift-schedule.ts";
import { FINALIZER, isDeleting, isPaused, type Managed } from "./resource.ts";
import type { Lookout } from "./lookout.ts";
import { isPassing, reconcileErrorOfServer } from "./server-errors.ts";
import { ChangedError } from "./passing.ts";
import { Visit, type VisitDeps } from "./visit.ts";

/** What it came to when nothing is left to do for now. */
export interface Outcome extends Verdict {
  /** Within which time to look again, where drift is not soon enough. */
  readonly againMs?: number | undefined;
}

/** What a kind does; the frame does the rest. Both may throw ReconcileError and CloudError. */
export interface Steps<T extends Managed> {
  /** Makes the cloud match the spec. */
  apply(visit: Visit<T>): Promise<Outcome>;
  /** Repeated until it returns "Released": the cloud has proved that what we made is gone, or it is left on purpose. */
  finalize(visit: Visit<T>): Promise<"Released">;
}

export interface FrameDeps<T extends Managed> extends VisitDeps<T> {
  readonly get: (key: string) => T | undefined;
  readonly lookout: Pick<Lookout, "set">;
  /** Has the resource of that key visited. */
  readonly wake: (key: string) => void;
  readonly events: Pick<EventRecorder, "event">;
  readonly random: () => number;
  /** Resources of one group share their drift ticks: see drift-schedule.ts. */
  readonly driftGroup: (object: T) => string;
}

interface Telling {
  readonly type: "Normal" | "Warning";
  /** Of the request to the cloud that went wrong. */
  readonly requestId?: string | undefined;
}

/** Wraps a kind's steps into the Reconciler that the runtime drives. */
export class LifecycleReconciler<T extends Managed> implements Reconciler {
  readonly #deps: FrameDeps<T>;
  readonly #steps: Steps<T>;
  /** By key: how many visits in a row met what passes by itself. */
  readonly #disturbances = new Map<string, number>();
  readonly #disturbed = new WeakSet<Visit<T>>();

  constructor(deps: FrameDeps<T>, steps: Steps<T>) {
    this.#deps = deps;
    this.#steps = steps;
  }

  async reconcile({ key, signal, log }: ReconcileRequest): Promise<Result> {
    const object = this.#deps.get(key);
    if (!object || (isDeleting(object) && !hasFinalizer(object, FINALIZER))) {
      this.#disturbances.delete(key);
      this.#lookOut(key, []);
      return {};
    }
    const visit = new Visit(this.#deps, { object, signal, log });
    try {
      return await withRequester(this.#requester(visit, key), () => this.#run(visit));
    } catch (error) {
      if (signal.aborted) throw error;
      throw await this.#concludeFailure(visit, this.#judge(visit, error));
    } finally {
      this.#lookOut(key, visit.awaited);
    }
  }

  #requester(visit: Visit<T>, key: string): OnBehalf {
    return {
      key: `${visit.object.kind}/${key}`,
      onTurn: () => this.#deps.wake(key),
      onLongWait: (account) => visit.tellWaiting(waitingForBudget(account)),
    };
  }

  #lookOut(key: string, awaited: Visit<T>["awaited"]): void {
    const { lookout, wake, type } = this.#deps;
    lookout.set(`${type.kind} ${key}`, { awaited, wake: () => wake(key) });
  }

  /** What to make of what ended the visit, or its end. */
  #judge(visit: Visit<T>, error: unknown): unknown {
    if (error instanceof CloudError) return reconcileErrorOf(error);
    if (error instanceof TurnAwaitedError) return turnAwaited(error);
    const key = keyOf(visit.object.metadata);
    if (isPassing(error) && !this.#disturbed.has(visit)) {
      this.#disturbed.add(visit);
      this.#disturbances.set(key, (this.#disturbances.get(key) ?? 0) + 1);
    }
    return reconcileErrorOfServer(error, this.#disturbances.get(key) ?? 0);
  }

  async #run(visit: Visit<T>): Promise<Result> {
    if (isPaused(visit.object)) {
      await visit.concludePaused();
      this.#ended(visit);
      return {};
    }
    if (isDeleting(visit.object)) {
      await this.#steps.finalize(visit);
      await visit.releaseFinalizer();
      this.#ended(visit);
      this.#tellReleased(visit);
      return {};
    }
    const { againMs = Number.POSITIVE_INFINITY, ...verdict } = await this.#steps.apply(visit);
    await this.#conclude(visit, verdict, { type: "Normal" });
    return { requeueAfterMs: Math.min(againMs, this.#driftDelayMs(visit.object)) };
  }

  /** What stays in the cloud against the policy of the resource is told by its id: nothing else will know of it any more. */
  #tellReleased({ object, leftBecause, log }: Visit<T>): void {
    const { externalId, operation } = object.status;
    if (leftBecause === undefined || (externalId ?? operation?.nonce) === undefined) {
      log.info("Released");
      return;
    }
    log.info({ externalId, nonce: operation?.nonce, why: leftBecause }, "Released, and left in the cloud");
    const note = leftNote(object, leftBecause);
    this.#deps.events.event(object, { type: "Normal", reason: Reason.Orphaned, action: "Delete", note });
  }

  /** Says in the status what went wrong, unless it passes between us and the API server. Returns what to throw. */
  async #concludeFailure(visit: Visit<T>, failure: unknown): Promise<unknown> {
    if (isOursAlone(failure)) {
      await this.#saveId(visit);
      return failure;
    }
    // Where the very status of a pause can't be written, no other is tried.
    if (failure instanceof ReconcileError && isPaused(visit.object)) return this.#tellUnsaid(visit, failure);
    try {
      const type = isOrdinary(failure) ? "Normal" : "Warning";
      await this.#conclude(visit, verdictOf(failure), { type, requestId: requestIdOf(failure) });
      return failure;
    } catch (error) {
      return this.#concludeUnsaid(visit, failure, this.#judge(visit, error));
    }
  }

  /** The status could not be written. Where that is refused, it may be for its contents: then so much can still be said. */
  async #concludeUnsaid(visit: Visit<T>, failure: unknown, obstacle: unknown): Promise<unknown> {
    if (!(obstacle instanceof ReconcileError)) return obstacle;
    if (failure instanceof RefusedError) return this.#tellUnsaid(visit, failure);
    return obstacle instanceof RefusedError
      ? this.#concludeFailure(visit, obstacle)
      : this.#tellUnsaid(visit, obstacle);
  }

  /** By an event alone, where there can't be a condition. */
  #tellUnsaid({ object }: Visit<T>, failure: ReconcileError): ReconcileError {
    const action = isDeleting(object) ? "Delete" : "Reconcile";
    const { reason, message: note } = failure;
    this.#deps.events.event(object, { type: "Warning", reason, action, note });
    return failure;
  }

  /** What passes by itself has passed, unless this visit met it too. */
  #ended(visit: Visit<T>): void {
    if (!this.#disturbed.has(visit)) this.#disturbances.delete(keyOf(visit.object.metadata));
  }

  /** An id that this visit learned is worth a try: without it the next one has to look for the project. */
  async #saveId(visit: Visit<T>): Promise<void> {
    const { externalId } = visit.status;
    if (externalId === undefined || externalId === visit.object.status.externalId) return;
    const verdict: Verdict = {
      state: "Reconciling",
      reason: Reason.Creating,
      message: "Recorded what was made; going on",
    };
    await visit.conclude(verdict).catch((error: unknown) => visit.log.warn({ err: error }, "Id not recorded"));
  }

  async #conclude(visit: Visit<T>, verdict: Verdict, { type, requestId }: Telling): Promise<void> {
    // As found: a journal on the way says that a create is under way, which is no news when it ends as it did last time.
    const before = findCondition(visit.found.status.conditions, "Ready");
    await visit.conclude(verdict);
    this.#ended(visit);
    const ready = verdict.state === "Ready" ? "True" : "False";
    if (before?.status === ready && before.reason === verdict.reason) return;
    const action = isDeleting(visit.object) ? "Delete" : "Reconcile";
    this.#deps.events.event(visit.object, { type, reason: verdict.reason, action, note: verdict.message });
    visit.log.info({ reason: verdict.reason, state: verdict.state, requestId }, "Changed state");
  }

  /** A stalled resource is looked at again when drift is. */
  terminalRetryMs(key: string): number {
    const object = this.#deps.get(key);
    return object ? this.#driftDelayMs(object) : 0;
  }

  #driftDelayMs(object: T): number {
    const { clock, random, driftGroup } = this.#deps;
    const intervalMs = object.spec.driftIntervalSeconds * 1000;
    return nextDriftMs({ nowMs: clock.now(), intervalMs, group: driftGroup(object) }, random());
  }
}

/** Conflicts, outages of the API server, a lost lease, a start: nothing that the user of this resource could act on. */
function isOursAlone(error: unknown): boolean {
  return [FencedError, ChangedError, UnsaidError].some((type) => error instanceof type) || isKubeError(error);
}

function verdictOf(failure: unknown): Verdict {
  if (!(failure instanceof ReconcileError)) {
    const message = "An unexpected error; the operator's log has it, and it is tried again";
    return { state: "Reconciling", reason: Reason.InternalError, message };
  }
  const { reason, message } = failure;
  const goesOn = isOrdinary(failure) || failure instanceof RetryableError;
  return { state: goesOn ? "Reconciling" : "Stalled", reason, message };
}

/** It waits for what comes by itself. */
function isOrdinary(failure: unknown): boolean {
  return failure instanceof WaitingError && !(failure instanceof HeldError);
}

function leftNote({ status }: Managed, why: string): string {
  const { externalId, operation } = status;
  if (externalId === undefined) return `${why}: what create ${operation?.nonce} may have made stays in the cloud`;
  return `${why}: ${externalId} stays in the cloud. A resource with spec.externalId: "${externalId}" takes it over again`;
}
