// Sending what was planned of an item that is there: journaled first where it must not be forgotten (docs/protocol.md#changing).
import type { Item } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
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

  /** In the turn of the budget that is held. Returns what came of the last of its changes. */
  async send(scope: Scope<S>, seen: S["seen"], plan: ChangePlan<S>): Promise<Changed<S["seen"]>> {
    await this.#journal(scope, seen, plan);
    return this.#sendAll(scope, seen, plan);
  }

  /** Nothing that must not be forgotten is sent before the API server has it. */
  async #journal(scope: Scope<S>, seen: S["seen"], { verb, change }: ChangePlan<S>): Promise<void> {
    const { visit } = scope;
    if (!this.#kind.journal) return;
    const said = this.#kind.journal(scope, { seen, change });
    if (!said) return;
    const { reason, message, nonce } = said;
    const operation = this.#deps.operations.journaled(visit, verb, nonce);
    await visit.journal(operation, { state: "Reconciling", reason, message });
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

export function notTrusted(noun: string, { id }: Item, cause?: unknown): WaitingError {
  const message = `${capitalized(noun)} ${id} was in the list, but is not found by its id; looking again`;
  return new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS, cause });
}
