// One visit of a reconcile to a resource: the object as last answered, the status being drafted, and the ways to persist.
import { Reason } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isConflict, isFailedTest, isRefusal, KubeError } from "../../kube/errors.ts";
import type { KubeObject, ResourceType } from "../../kube/types.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import { nextConditions, summary, type Condition, type Statement, type Verdict } from "../../runtime/conditions.ts";
import { ensureFinalizer, removeFinalizer } from "../../runtime/finalizer.ts";
import { writeStatus } from "../../runtime/status.ts";
import type { Operation } from "../../crds/common/status.ts";
import { sameBasis } from "./basis.ts";
import { BESIDE_TYPES, type Beside } from "./beside.ts";
import { departureOf, isLeaving, type Departure, type OnNamespaceDeletion } from "./deletion-intent.ts";
import { annotation, ANNOTATIONS, FINALIZER, type Managed, type StatusDraft } from "./resource.ts";
import { fitting } from "./fitting.ts";
import { ChangedError, changedMeanwhile } from "./passing.ts";
import { pausedPhaseOf, phaseOf } from "./phase.ts";
import { CRDS, crdNameOf, lookAt, NAMESPACES } from "./live-metadata.ts";
import type { Awaited } from "./lookout.ts";

export interface VisitDeps<T extends Managed> {
  readonly client: KubeClient;
  readonly type: ResourceType;
  readonly clock: Clock;
  /** Where the namespace's annotation says nothing. */
  readonly onNamespaceDeletion: OnNamespaceDeletion;
  /** Puts the answer to our own write into the cache (R15). */
  absorb(object: T): void;
  /** UIDs of those that lose their finalizer by us. */
  readonly releases: Pick<Set<string>, "add" | "delete">;
  /** Takes out of the cache what has just lost its last finalizer: it is gone. */
  forget(object: T): void;
  beside(object: T): ReturnType<Beside>;
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
  #leftBecause: string | undefined;
  readonly #deps: VisitDeps<T>;
  readonly #stated = new Map<string, Statement>();
  readonly #awaited: Awaited[] = [];

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

  /** Why what the resource stands for stays in the cloud, where it is its departure that decided so. */
  get leftBecause(): string | undefined {
    return this.#leftBecause;
  }

  /** States a condition beside Ready, Reconciling and Stalled; what a visit that ends well does not state disappears. */
  state(statement: Statement): void {
    this.#stated.set(statement.type, statement);
  }

  /** What it came to wait for that no watch shows. */
  get awaited(): readonly Awaited[] {
    return this.#awaited;
  }

  /** Has the next visit follow within seconds after that is no longer as it was seen. Nothing but its metadata is kept. */
  awaits({ seen, ...awaited }: Awaited): void {
    this.#awaited.push({ ...awaited, seen: typeof seen === "string" ? seen : metadataOf(seen) });
  }

  /** Persists the finalizer; nothing may be written to a cloud before. */
  async holdFinalizer(): Promise<void> {
    const { client, type } = this.#deps;
    const held = { type, object: this.#object, finalizer: FINALIZER, signal: this.signal };
    this.#accept(await ensureFinalizer(client, held).catch(quietly));
  }

  async releaseFinalizer(): Promise<void> {
    const { client, type, releases } = this.#deps;
    const held = { type, object: this.#object, finalizer: FINALIZER, signal: this.signal };
    const { uid } = this.#object.metadata;
    // Before the answer, which the watch may overtake and which may get lost.
    releases.add(uid);
    const released = await removeFinalizer(client, held).catch((error: unknown) => {
      if (error instanceof KubeError && error.code < 500) releases.delete(uid);
      return quietly(error);
    });
    if (!released) return;
    // The watch may take its time to tell: until then nobody may finalize it again.
    if (released.metadata.finalizers?.length) this.#deps.absorb(released);
    else this.#deps.forget(released);
  }

  /**
   * Patches the journal under the resourceVersion of a live read (docs/protocol.md#creating-exactly-once). When it returns, the server
   * has echoed the operation. Throws ChangedError where the live object is no longer the one that this visit decided on. Whatever
   * it throws, the draft is again what the server has: nothing may say that a create is under way which was never sent.
   */
  async journal(operation: Operation, verdict: Verdict): Promise<void> {
    try {
      await this.#journal(operation, verdict);
    } catch (error) {
      this.redraft(this.#object.status);
      throw error;
    }
  }

  /**
   * Persists the draft as it is in the middle of a visit, before something is done that must not be forgotten or done twice: where nobody
   * has written the resource since it was read. What the server has kept of it, `object` shows then. Throws ChangedError as `journal` does.
   */
  async persist(verdict: Verdict): Promise<void> {
    const live = await this.#readLive();
    if (live.metadata.resourceVersion !== this.#object.metadata.resourceVersion) throw this.#overtakenBy(live);
    const answer = await this.#writeUnchanged(live, verdict);
    if (answer) this.#accept(answer);
  }

  async #journal(operation: Operation, verdict: Verdict): Promise<void> {
    this.status.operation = operation;
    const answer = await this.#writeUnchanged(await this.#readLive(), verdict);
    const echoed = answer?.status.operation;
    if (!answer || echoed?.nonce !== operation.nonce || echoed.lastSentAt !== operation.lastSentAt) {
      throw changedMeanwhile();
    }
    this.#accept(answer);
  }

  async #writeUnchanged(live: T, verdict: Verdict): Promise<T | undefined> {
    const { client, type } = this.#deps;
    const next = { ...this.#nextStatus(verdict, live), observedGeneration: live.status.observedGeneration };
    return writeStatus(client, type, { object: live, next, unchanged: true, signal: this.signal });
  }

  /**
   * What this deletion means for what is in the cloud; to be asked before anything is done there, in each visit anew. CRD and
   * namespace are read first, then the resource itself: it was there all the time, so that its deletion was not theirs. Throws
   * ChangedError as `journal` does, and KubeError where a read fails: the cache alone, which may be old, deletes nothing.
   */
  async departure(): Promise<Departure> {
    const { client, type, onNamespaceDeletion } = this.#deps;
    const { namespace = "" } = this.#object.metadata;
    const [crd, surrounding] = await Promise.all([
      this.#crd(),
      lookAt(client, NAMESPACES, { name: namespace, signal: this.signal }),
    ]);
    const departure = departureOf({
      crd: { name: crdNameOf(type), seen: crd },
      namespace: { name: namespace, seen: surrounding },
      onNamespaceDeletion,
    });
    if (departure.means === "Delete") await this.#readLive();
    if (departure.means === "Hold") {
      this.awaits({ type: CRDS, ref: { name: crdNameOf(type) }, seen: crd, until: "Replaced" });
      this.awaits({ type: NAMESPACES, ref: { name: namespace }, seen: surrounding, until: "Changed" });
    }
    if (departure.means === "Orphan") this.#leftBecause = departure.why;
    return departure;
  }

  /** Whether the CRD is on its way out, and all resources of the kind with it. False in doubt. */
  async isKindLeaving(): Promise<boolean> {
    return isLeaving(await this.#crd());
  }

  /**
   * Writes status and conditions if they differ from what the server has. A draft that the server refuses is one no more: what
   * is concluded next adds its conditions to what the server has.
   */
  async conclude(verdict: Verdict): Promise<void> {
    await this.#write(this.#nextStatus(verdict, this.#object));
  }

  /** Paused: everything stays as it was but the phase, and a condition says why. */
  async concludePaused(): Promise<void> {
    const message = `Remove the annotation ${ANNOTATIONS.paused} to go on`;
    const paused: Statement = { type: "Paused", status: "True", reason: Reason.Paused, message };
    const previous = this.#object.status.conditions ?? [];
    const at = { generation: this.#object.metadata.generation ?? 0, now: timestamp(this.#deps.clock) };
    const kept = previous.filter((condition) => condition.type !== "Paused");
    const stated = kept.length === 0 ? [...unvisited(paused), paused] : [paused];
    const conditions = [...kept, ...nextConditions(previous, stated, at)];
    await this.#write({ ...this.status, phase: pausedPhaseOf(this.#object), conditions });
  }

  /**
   * Says in the middle of a visit that it waits, where nothing was said of this generation yet: what was said once stands while it is
   * looked at again. The draft stays a draft. Throws nothing: what is wrong, the visit will find.
   */
  async tellWaiting(verdict: Verdict): Promise<void> {
    const { status, metadata } = this.#object;
    if (status.observedGeneration === metadata.generation) return;
    const at = { generation: metadata.generation ?? 0, now: timestamp(this.#deps.clock) };
    const previous = status.conditions ?? [];
    const stated = summary(verdict);
    const conditions = [...nextConditions(previous, stated, at), ...carriedOver(previous, stated, verdict)];
    const next = { ...status, phase: phaseOf(this.#object, verdict, conditions), conditions };
    const { client, type } = this.#deps;
    try {
      const answer = await writeStatus(client, type, { object: this.#object, next, signal: this.signal });
      if (answer) this.#accept(answer);
    } catch (error) {
      this.log.debug({ err: error }, "Could not tell that it waits");
    }
  }

  #crd(): ReturnType<typeof lookAt> {
    const { client, type } = this.#deps;
    return lookAt(client, CRDS, { name: crdNameOf(type), signal: this.signal });
  }

  /** Throws ChangedError where it is no longer what this visit decides on. */
  async #readLive(): Promise<T> {
    const { client, type } = this.#deps;
    const { name, namespace } = this.#object.metadata;
    const live = await client.get<T>(type, { name, namespace }, { signal: this.signal });
    if (sameBasis(live, this.#object)) return live;
    throw this.#overtakenBy(live);
  }

  #overtakenBy(live: T): ChangedError {
    this.#deps.absorb(live);
    return changedMeanwhile();
  }

  #nextStatus(verdict: Verdict, basis: T): object {
    const generation = basis.metadata.generation ?? 0;
    const stated = [...summary(verdict), ...this.#stated.values(), ...this.#deps.beside(basis)];
    const previous = basis.status.conditions ?? [];
    const conditions = nextConditions(previous, stated, { generation, now: timestamp(this.#deps.clock) });
    return fitting({
      ...this.status,
      observedGeneration: generation,
      phase: phaseOf(basis, verdict, conditions),
      lastHandledReconcileAt: annotation(basis, ANNOTATIONS.reconcileAt),
      conditions: [...conditions, ...carriedOver(previous, stated, verdict)],
    });
  }

  async #write(next: object): Promise<void> {
    const { client, type } = this.#deps;
    try {
      const answer = await writeStatus(client, type, { object: this.#object, next, signal: this.signal });
      if (answer) this.#accept(answer);
    } catch (error) {
      if (isRefusal(error)) this.redraft(this.#object.status);
      throw error;
    }
  }

  /** Takes back what was drafted since it was like that. */
  redraft(status: object): void {
    for (const member of Object.keys(this.status)) delete (this.status as Record<string, unknown>)[member];
    Object.assign(this.status, status);
  }

  #accept(object: T): void {
    this.#object = object;
    this.#deps.absorb(object);
  }
}

/** What a failed visit did not come to look at holds as it was last seen. */
function carriedOver(previous: readonly Condition[], stated: readonly Statement[], { state }: Verdict): Condition[] {
  if (state === "Ready") return [];
  const decided = new Set(["Ready", "Reconciling", "Stalled", "Paused", ...stated.map(({ type }) => type)]);
  return previous.filter(({ type }) => !decided.has(type) && !BESIDE_TYPES.has(type));
}

/** Somebody else wrote first. */
function quietly(error: unknown): never {
  const isLate = isFailedTest(error) || isConflict(error);
  throw isLate ? new ChangedError("The resource changed while its finalizer was patched") : error;
}

/** Ready is always stated, also of a resource that was paused before its first visit. */
function unvisited({ reason, message }: Statement): Statement[] {
  return [
    { type: "Ready", status: "Unknown", reason, message },
    { type: "Reconciling", status: "True", reason, message },
  ];
}

function metadataOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata };
}
