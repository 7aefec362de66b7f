// The frame of every reconcile: fetch, pause, delete or apply, one write-back, one event per change of Ready.
import { Reason } from "../../crds/common/conditions.ts";
import { FencedError } from "../../lib/fence.ts";
import { HeldError, ReconcileError, RetryableError, WaitingError } from "../../lib/errors.ts";
import type { Reconciler, ReconcileRequest, Result } from "../../runtime/queue/controller.ts";
import { findCondition, type Verdict } from "../../runtime/conditions.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { hasFinalizer } from "../../runtime/finalizer.ts";
import { isKubeError } from "../../kube/errors.ts";
import { withRequester } from "../../cloud/budget/budget.ts";
import { CloudError } from "../../cloud/errors.ts";
import { reconcileErrorOf } from "./cloud-errors.ts";
import { nextDriftMs } from "./drift-schedule.ts";
import { FINALIZER, isDeleting, isPaused, type Managed } from "./resource.ts";
import { ChangedError, Visit, type VisitDeps } from "./visit.ts";

/** What a kind does; the frame does the rest. Both may throw ReconcileError and CloudError. */
export interface Steps<T extends Managed> {
  /** Makes the cloud match the spec. Returns what it came to when nothing is left to do for now. */
  apply(visit: Visit<T>): Promise<Verdict>;
  /** Repeated until it returns "Released": the cloud has proved that what we made is gone, or it is left on purpose. */
  finalize(visit: Visit<T>): Promise<"Released">;
}

export interface FrameDeps<T extends Managed> extends VisitDeps<T> {
  readonly get: (key: string) => T | undefined;
  readonly events: Pick<EventRecorder, "event">;
  readonly random: () => number;
  /** Resources of one group share their drift ticks: see drift-schedule.ts. */
  readonly driftGroup: (object: T) => string;
}

/** Wraps a kind's steps into the Reconciler that the runtime drives. */
export class LifecycleReconciler<T extends Managed> implements Reconciler {
  readonly #deps: FrameDeps<T>;
  readonly #steps: Steps<T>;

  constructor(deps: FrameDeps<T>, steps: Steps<T>) {
    this.#deps = deps;
    this.#steps = steps;
  }

  async reconcile({ key, signal, log }: ReconcileRequest): Promise<Result> {
    const object = this.#deps.get(key);
    if (!object || (isDeleting(object) && !hasFinalizer(object, FINALIZER))) return {};
    const visit = new Visit(this.#deps, { object, signal, log });
    if (isPaused(object)) {
      await visit.concludePaused();
      return {};
    }
    try {
      return await withRequester(`${object.kind}/${key}`, () => this.#run(visit));
    } catch (error) {
      throw await this.#concludeFailure(visit, error);
    }
  }

  async #run(visit: Visit<T>): Promise<Result> {
    if (isDeleting(visit.object)) {
      await this.#steps.finalize(visit);
      await visit.releaseFinalizer();
      this.#tellReleased(visit);
      return {};
    }
    const verdict = await this.#steps.apply(visit);
    await this.#conclude(visit, verdict, "Normal");
    return { requeueAfterMs: this.#driftDelayMs(visit.object) };
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

  /** Says in the status what went wrong, unless it went wrong between us and the API server. Returns what to throw. */
  async #concludeFailure(visit: Visit<T>, error: unknown): Promise<unknown> {
    if (visit.signal.aborted) return error;
    if (isOursAlone(error)) {
      await this.#saveId(visit);
      return error;
    }
    const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
    await this.#conclude(visit, verdictOf(failure), isOrdinary(failure) ? "Normal" : "Warning");
    return failure;
  }

  /** An id that this visit learned is worth a try: without it the next one has to look for the project. */
  async #saveId(visit: Visit<T>): Promise<void> {
    if (visit.status.externalId === visit.object.status.externalId) return;
    const verdict: Verdict = {
      state: "Reconciling",
      reason: Reason.Creating,
      message: "Recorded what was made; going on",
    };
    await visit.conclude(verdict).catch((error: unknown) => visit.log.warn({ err: error }, "Id not recorded"));
  }

  async #conclude(visit: Visit<T>, verdict: Verdict, type: "Normal" | "Warning"): Promise<void> {
    // As found: a journal on the way says that a create is under way, which is no news when it ends as it did last time.
    const before = findCondition(visit.found.status.conditions, "Ready");
    await visit.conclude(verdict);
    const ready = verdict.state === "Ready" ? "True" : "False";
    if (before?.status === ready && before.reason === verdict.reason) return;
    const action = isDeleting(visit.object) ? "Delete" : "Reconcile";
    this.#deps.events.event(visit.object, { type, reason: verdict.reason, action, note: verdict.message });
    visit.log.info({ reason: verdict.reason, state: verdict.state }, "Changed state");
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

/** Conflicts, outages of the API server, a lost lease: nothing that the user of this resource could act on. */
function isOursAlone(error: unknown): boolean {
  return isKubeError(error) || error instanceof FencedError || error instanceof ChangedError;
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
