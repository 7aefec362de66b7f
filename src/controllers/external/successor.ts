// What the cloud does not know by its id any more may go on under another one, where something else than the id tells what it is.
import { Reason } from "../../crds/common/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { follow } from "./create.ts";
import type { ExternalKind } from "./kind.ts";
import type { Observer } from "./observe.ts";
import type { Scope, Shape } from "./scope.ts";
import { assertConfirmed } from "./whereabouts.ts";

const LOOK_AGAIN_MS = 1_000;

interface SuccessorDeps {
  readonly observer: Observer;
  readonly events: Pick<EventRecorder, "event">;
}

export class Successors<S extends Shape> {
  readonly #kind: Pick<ExternalKind<S>, "outlives" | "assertGone">;
  readonly #deps: SuccessorDeps;

  constructor(kind: Pick<ExternalKind<S>, "outlives" | "assertGone">, deps: SuccessorDeps) {
    this.#kind = kind;
    this.#deps = deps;
  }

  /**
   * Of what is gone by its recorded id: the item under the id that it has now, which is drafted, and an event says so. Undefined where there
   * is none. Throws WaitingError where that can't be told yet.
   */
  async follow(scope: Scope<S>): Promise<S["item"] | undefined> {
    const { visit, noun } = scope;
    if (visit.object.status.externalId === undefined) return undefined;
    const { observer, events } = this.#deps;
    const item = await this.#find(scope, observer.since(scope));
    if (!item) return undefined;
    assertConfirmed(scope);
    follow(scope, item);
    const note = `The cloud shows the ${noun} under the id ${item.id} now`;
    events.event(visit.object, { type: "Normal", reason: Reason.Changed, action: "Reconcile", note });
    return item;
  }

  /** Of what was deleted by its id. Throws WaitingError Deleting where it goes on under another, which is drafted. */
  async assertNone(scope: Scope<S>): Promise<void> {
    const item = await this.#find(scope, this.#deps.observer.now());
    if (!item) return;
    follow(scope, item);
    const message = `The cloud shows the ${scope.noun} under another id now; it is deleted by that`;
    throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  /** `since`: monotonic; lists from before it are too old. */
  async #find(scope: Scope<S>, since: number): Promise<S["item"] | undefined> {
    const name = this.#kind.outlives?.(scope.visit);
    if (name === undefined) return undefined;
    const { observer } = this.#deps;
    const found = await observer.shown(scope, name, since);
    if (found) return found;
    await this.#kind.assertGone?.(scope);
    await observer.assertAbsent(scope, name, since);
    return undefined;
  }
}
