// One visit of a reconcile to a resource: the object as last answered, the status being drafted, and the ways to persist.
import { Reason } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { ResourceType } from "../../kube/types.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { nextConditions, summary, type Statement, type Verdict } from "../../runtime/conditions.ts";
import { ensureFinalizer, removeFinalizer } from "../../runtime/finalizer.ts";
import { writeStatus } from "../../runtime/status.ts";
import type { Operation } from "../../crds/common/status.ts";
import { annotation, ANNOTATIONS, FINALIZER, isDeleting, type Managed, type StatusDraft } from "./resource.ts";

export interface VisitDeps<T extends Managed> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly clock: Clock;
  /** Puts the answer to our own write into the cache (R15). */
  readonly absorb: (object: T) => void;
}

/** Steps read `object`, change `status` and `state` conditions; the frame persists both once at the end. */
export class Visit<T extends Managed> {
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** As the visit found it. */
  readonly found: T;
  /** The draft of the next status. */
  readonly status: StatusDraft<T>;
  #object: T;
  readonly #deps: VisitDeps<T>;
  readonly #stated = new Map<string, Statement>();

  constructor(deps: VisitDeps<T>, start: { object: T; signal: AbortSignal; log: Logger }) {
    this.#deps = deps;
    this.found = start.object;
    this.#object = start.object;
    this.signal = start.signal;
    this.log = start.log;
    this.status = { ...start.object.status } as StatusDraft<T>;
  }

  /** As the API server last answered. */
  get object(): T {
    return this.#object;
  }

  /** States a condition beside Ready, Reconciling and Stalled; what no visit states any more disappears. */
  state(statement: Statement): void {
    this.#stated.set(statement.type, statement);
  }

  /** Persists the finalizer; nothing may be written to a cloud before. */
  async holdFinalizer(): Promise<void> {
    const { client, type } = this.#deps;
    const held = { type, object: this.#object, finalizer: FINALIZER, signal: this.signal };
    this.#accept(await ensureFinalizer(client, held));
  }

  async releaseFinalizer(): Promise<void> {
    const { client, type } = this.#deps;
    await removeFinalizer(client, { type, object: this.#object, finalizer: FINALIZER, signal: this.signal });
  }

  /**
   * Patches the journal under the resourceVersion of a live read (design section 3, step 3). When it returns, the server
   * has echoed the operation. Throws WaitingError where the live object is no longer the one that this visit decided on.
   */
  async journal(operation: Operation, verdict: Verdict): Promise<void> {
    const { client, type } = this.#deps;
    const { name, namespace } = this.#object.metadata;
    const live = await client.get<T>(type, { name, namespace }, { signal: this.signal });
    if (!sameBasis(live, this.#object)) throw changedMeanwhile();
    this.status.operation = operation;
    const next = { ...this.#nextStatus(verdict, live), observedGeneration: live.status.observedGeneration };
    const resourceVersion = live.metadata.resourceVersion;
    const answer = await writeStatus(client, type, { object: live, next, resourceVersion, signal: this.signal });
    const echoed = answer?.status.operation;
    if (!answer || echoed?.nonce !== operation.nonce || echoed.lastSentAt !== operation.lastSentAt) {
      throw changedMeanwhile();
    }
    this.#accept(answer);
  }

  /** Writes status and conditions if they differ from what the server has. */
  async conclude(verdict: Verdict): Promise<void> {
    await this.#write(this.#nextStatus(verdict, this.#object));
  }

  /** Paused: everything stays as it was, and a condition says why. */
  async concludePaused(): Promise<void> {
    const message = `Remove the annotation ${ANNOTATIONS.paused} to go on`;
    const paused: Statement = { type: "Paused", status: "True", reason: Reason.Paused, message };
    const previous = this.#object.status.conditions ?? [];
    const at = { generation: this.#object.metadata.generation ?? 0, now: timestamp(this.#deps.clock) };
    const kept = previous.filter((condition) => condition.type !== "Paused");
    await this.#write({ ...this.status, conditions: [...kept, ...nextConditions(previous, [paused], at)] });
  }

  #nextStatus(verdict: Verdict, basis: T): object {
    const generation = basis.metadata.generation ?? 0;
    const stated = [...summary(verdict), ...this.#stated.values()];
    return {
      ...this.status,
      observedGeneration: generation,
      phase: phaseOf(verdict, basis),
      lastHandledReconcileAt: annotation(basis, ANNOTATIONS.reconcileAt),
      conditions: nextConditions(basis.status.conditions ?? [], stated, {
        generation,
        now: timestamp(this.#deps.clock),
      }),
    };
  }

  async #write(next: object): Promise<void> {
    const { client, type } = this.#deps;
    const answer = await writeStatus(client, type, { object: this.#object, next, signal: this.signal });
    if (answer) this.#accept(answer);
  }

  #accept(object: T): void {
    this.#object = object;
    this.#deps.absorb(object);
  }
}

/** Whether a decision made on `seen` still stands on `live`. */
function sameBasis(live: Managed, seen: Managed): boolean {
  return (
    live.metadata.uid === seen.metadata.uid &&
    live.metadata.generation === seen.metadata.generation &&
    isDeleting(live) === isDeleting(seen) &&
    live.status.externalId === seen.status.externalId &&
    live.status.operation?.nonce === seen.status.operation?.nonce &&
    live.status.operation?.lastSentAt === seen.status.operation?.lastSentAt
  );
}

function changedMeanwhile(): WaitingError {
  const message = "The resource changed while it was being worked on; looking again";
  return new WaitingError({ reason: Reason.Changed, message, pollAfterMs: 100 });
}

/** A column for people, never a contract. */
function phaseOf(verdict: Verdict, object: Managed): string {
  if (isDeleting(object)) return "Deleting";
  return verdict.state;
}
