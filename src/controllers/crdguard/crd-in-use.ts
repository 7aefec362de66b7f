// Keeps the in-use annotation on our CRDs, and has a kind's resources visited when its CRD is deleted all the same.
import { Reason } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden, isRefusal, wordsOf, type KubeError } from "../../kube/errors.ts";
import type { KubeTransport } from "../../kube/transport.ts";
import { apiVersionOf, type KubeObject, type ResourceType } from "../../kube/types.ts";
import { sleep, type Clock } from "../../lib/clock.ts";
import { messageOf, RefusedError, WaitingError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import { Controller, type Reconciler, type ReconcileRequest, type Result } from "../../runtime/queue/controller.ts";
import { enqueueOnChange, Informer } from "../../runtime/cache/informer.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Metrics } from "../../runtime/metrics/metrics.ts";
import { keyOf, type Change, type Store } from "../../runtime/cache/store.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { CRDS, crdNameOf } from "../lifecycle/live-metadata.ts";
import { IN_USE, planFor } from "./plan.ts";

/** A kind, its resources in all namespaces, and who works on them. */
export interface GuardedKind {
  readonly type: ResourceType;
  readonly resources: { readonly store: Pick<Store<KubeObject>, "size" | "list" | "onChange"> };
  readonly controller: Pick<Controller, "enqueue">;
}

export interface CrdGuardDeps {
  readonly client: KubeClient;
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly events: Pick<EventRecorder, "event">;
  readonly kinds: readonly GuardedKind[];
}

interface Guarded {
  readonly kind: GuardedKind;
  readonly name: string;
  /** Of this one CRD, metadata alone. */
  readonly crd: Informer<KubeObject>;
}

interface Write {
  readonly crd: KubeObject;
  readonly patch: object;
  readonly signal: AbortSignal;
}

const NAME = "crdguard";
/** Nobody is told of a right that was granted. */
const FORBIDDEN_RETRY_MS = 15_000;
const FORBIDDEN =
  "The operator may not list, watch and patch its CustomResourceDefinitions: nothing keeps them from being deleted while they " +
  "are in use. Grant it the rule of manifests/rbac.yaml; it is tried again every 15 s";

/** For an operator that watches all namespaces. It works while its process leads: what it writes is fenced like all else. */
export class CrdGuard implements Reconciler {
  readonly name = NAME;
  readonly #deps: CrdGuardDeps;
  readonly #guarded: ReadonlyMap<string, Guarded>;
  readonly #controller: Controller;
  #hasWarned = false;

  constructor(deps: CrdGuardDeps) {
    const { kinds, clock, log, metrics } = deps;
    this.#deps = deps;
    this.#guarded = new Map(kinds.map((kind) => [crdNameOf(kind.type), guardedOf(kind, deps)]));
    this.#controller = new Controller({
      name: NAME,
      type: CRDS,
      reconciler: this,
      concurrency: 1,
      clock,
      log,
      metrics: metrics.controller(NAME),
      queueMetrics: metrics.queue(NAME),
    });
    for (const guarded of this.#guarded.values()) this.#wire(guarded);
  }

  /** Resolves only after the signal is aborted. To be called once, after the caches of the kinds are synced. */
  async run(signal: AbortSignal): Promise<void> {
    const follow = [...this.#guarded.values()].map((guarded) => this.#follow(guarded, signal));
    await Promise.all([this.#controller.run(signal), ...follow]);
  }

  async reconcile({ key, signal, log }: ReconcileRequest): Promise<Result> {
    const guarded = this.#guarded.get(key);
    const crd = guarded?.crd.store.get(key);
    if (!guarded || !crd) return {};
    const plan = planFor(crd, guarded.kind.resources.store.size > 0);
    if (plan === "Keep") return {};
    await this.#write(guarded, { crd, patch: plan === "Set" ? setting(crd) : clearing(crd), signal });
    log.info({ inUse: plan === "Set" }, "Annotated CRD");
    return {};
  }

  async #write(guarded: Guarded, { crd, patch, signal }: Write): Promise<void> {
    const { name } = guarded;
    try {
      const { apiVersion, kind, metadata } = await this.#deps.client.mergePatch(CRDS, { name }, patch, { signal });
      guarded.crd.store.absorb({ apiVersion, kind, metadata });
    } catch (error) {
      throw isRefusal(error) && !isOfAnother(error) ? this.#refused(crd, error) : error;
    }
  }

  /** The status of a CRD is not ours to write: an event says it. */
  #refused(crd: KubeObject, error: KubeError): WaitingError | RefusedError {
    const message =
      `The API server refuses the annotation ${IN_USE}: ${wordsOf(error)}. Without it nothing keeps this CRD from being deleted ` +
      "while it is in use; it is tried again";
    // Seen without its contents, it does not say what it is.
    const regarding = { apiVersion: apiVersionOf(CRDS), kind: CRDS.kind, metadata: crd.metadata };
    const event = { type: "Warning", reason: Reason.RequestRefused, action: "Annotate", note: message } as const;
    this.#deps.events.event(regarding, event);
    if (!isForbidden(error)) return new RefusedError({ reason: Reason.RequestRefused, message, cause: error });
    this.#warnOnce(error);
    return new WaitingError({ reason: Reason.Forbidden, message: FORBIDDEN, pollAfterMs: FORBIDDEN_RETRY_MS });
  }

  #wire({ kind, name, crd }: Guarded): void {
    const { resources, controller } = kind;
    enqueueOnChange(crd, { target: this.#controller });
    enqueueOnChange(resources, {
      target: this.#controller,
      when: ({ type }) => type !== "Updated",
      keysOf: () => [name],
    });
    // Those that were being deleted before see no change of their own.
    const leaving = (): readonly string[] =>
      resources.store
        .list()
        .filter(isDeleting)
        .map(({ metadata }) => keyOf(metadata));
    enqueueOnChange(crd, { target: controller, when: startsToLeave, keysOf: leaving });
  }

  /** Without the right it would be a watch that fails for ever. */
  async #follow({ name, crd }: Guarded, signal: AbortSignal): Promise<void> {
    while (!(await this.#mayWatch(name, signal))) {
      await sleep(this.#deps.clock, FORBIDDEN_RETRY_MS, signal).catch(() => undefined);
    }
    await crd.run(signal);
  }

  /** Any other failure is the watch's to get over. */
  async #mayWatch(name: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#deps.client.list(CRDS, { ...selectionOf(name), signal });
      return true;
    } catch (error) {
      if (signal.aborted || !isForbidden(error)) return true;
      this.#warnOnce(error);
      return false;
    }
  }

  #warnOnce(error: unknown): void {
    if (!this.#hasWarned) this.#deps.log.warn({ refusal: messageOf(error) }, FORBIDDEN);
    this.#hasWarned = true;
  }
}

function guardedOf(kind: GuardedKind, { transport, clock, log, metrics }: CrdGuardDeps): Guarded {
  const name = crdNameOf(kind.type);
  const watch = metrics.watch(CRDS.kind);
  const crd = new Informer<KubeObject>({ type: CRDS, ...selectionOf(name), transport, clock, log, metrics: watch });
  return { kind, name, crd };
}

function selectionOf(name: string): { fieldSelector: string; metadataOnly: true } {
  return { fieldSelector: `metadata.name=${name}`, metadataOnly: true };
}

function startsToLeave(change: Change<KubeObject>): boolean {
  return change.new !== undefined && isDeleting(change.new) && !(change.old && isDeleting(change.old));
}

/** Of this very CRD, whatever else has changed on it. */
function setting({ metadata }: KubeObject): object {
  return { metadata: { uid: metadata.uid, annotations: { [IN_USE]: "true" } } };
}

/** The CRD that was seen is gone, and another one has its name. */
function isOfAnother({ status }: KubeError): boolean {
  return status.details?.causes?.some(({ field }) => field === "metadata.uid") ?? false;
}

/** Only as it was seen: somebody may have written the annotation anew. */
function clearing({ metadata }: KubeObject): object {
  const { uid, resourceVersion } = metadata;
  return { metadata: { uid, resourceVersion, annotations: { [IN_USE]: null } } };
}
