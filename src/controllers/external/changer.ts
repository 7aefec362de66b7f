// Sending what a plan wants to change of an item that is there, in the turn that is held: at once, or stored before it leaves.
import type { Item } from "../../cloud/collection.ts";
import { CloudError, outcomeIsUnknown } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";
import { capitalized } from "../../lib/text.ts";
import type { Changed, ExternalKind, Plan } from "./kind.ts";
import type { Observer } from "./observe.ts";
import type { Operations } from "./operation.ts";
import type { Scope, Shape } from "./scope.ts";
import type { Sender } from "./sender.ts";

interface ChangerDeps {
  readonly observer: Observer;
  readonly operations: Operations;
  readonly sender: Sender;
}

type ChangePlan<S extends Shape> = Extract<Plan<S["change"]>, { do: "Change" }>;

/** A list or a read that lags is looked at again soon. */
const DOUBT_POLL_MS = 1_000;

export class Changer<S extends Shape> {
  readonly #kind: ExternalKind<S>;
  readonly #deps: ChangerDeps;

  constructor(kind: ExternalKind<S>, deps: ChangerDeps) {
    this.#kind = kind;
    this.#deps = deps;
  }

  /** Returns what came of the last request. Throws what the cloud says, and WaitingError where it does not know the item. */
  send(scope: Scope<S>, seen: S["seen"], plan: ChangePlan<S>): Promise<Changed<S["seen"]>> {
    return plan.isJournaled ? this.#journaled(scope, seen, plan) : this.#sendAll(scope, seen, plan);
  }

  /** What is under way is stored first. Where the cloud has certainly taken nothing, nothing is. */
  async #journaled(scope: Scope<S>, seen: S["seen"], plan: ChangePlan<S>): Promise<Changed<S["seen"]>> {
    const { visit, noun } = scope;
    const before = { ...visit.status };
    this.#kind.reserve?.(scope, { seen, change: plan.change });
    const message = `The ${noun} is about to be changed: ${plan.verb.toLowerCase()}`;
    await visit.journal(this.#deps.operations.next(visit, plan.verb), {
      state: "Reconciling",
      reason: Reason.Changed,
      message,
    });
    try {
      return await this.#send(scope, seen, plan);
    } catch (error) {
      if (outcomeIsUnknown(error)) throw error;
      visit.redraft(before);
      throw error;
    }
  }

  /** In the turn that is held, and what comes after it each in one of its own. Returns what came of the last. */
  async #sendAll(scope: Scope<S>, seen: S["seen"], plan: ChangePlan<S>): Promise<Changed<S["seen"]>> {
    const { further = [], ...first } = plan;
    let changed = await this.#send(scope, seen, first);
    for (const next of further) {
      using _turn = await scope.place.session.reserveWrite(scope.visit.signal);
      changed = await this.#send(scope, seen, { ...first, ...next });
    }
    return changed;
  }

  async #send(scope: Scope<S>, seen: S["seen"], plan: ChangePlan<S>): Promise<Changed<S["seen"]>> {
    const { visit, place, noun } = scope;
    const { verb, change, fields } = plan;
    try {
      const target = `${noun} ${seen.item.name}`;
      return await this.#deps.sender.send(visit, { verb, target, fields }, (permit) =>
        this.#kind.change(scope, { seen, change }, permit),
      );
    } catch (error) {
      const isLost = error instanceof CloudError && error.kind === "NotFound";
      if (!isLost || (await this.#kind.parent.isGone(place, error, visit.signal))) throw error;
      throw notTrusted(noun, seen.item, error);
    } finally {
      this.#deps.observer.noteWrite(scope);
    }
  }
}

/** What a list shows and a read does not. */
export function notTrusted(noun: string, { id }: Item, cause?: unknown): WaitingError {
  const message = `${capitalized(noun)} ${id} was in the list, but is not found by its id; looking again`;
  return new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS, cause });
}
