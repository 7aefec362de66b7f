// What an open create has made elsewhere than it was meant for, on a cloud whose requests act where a session stands: looked for when it can't take
// effect any more and nothing of it is where it belongs, before it is sent again and before its resource forgets it.
import type { Item, Stray } from "../../cloud/collection.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { capitalized, listed } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { isDeleting, type Managed } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ItemScope } from "./scope.ts";
import type { Sender } from "./sender.ts";

interface StrayDeps {
  readonly sender: Sender;
  readonly events: Pick<EventRecorder, "event">;
}

const LOOK_AGAIN_MS = 1_000;
/** For a person who deletes it in the cloud, which no watch shows. */
const HELD_POLL_MS = 60_000;

export class StrayItems {
  readonly #deps: StrayDeps;

  constructor(deps: StrayDeps) {
    this.#deps = deps;
  }

  /**
   * Returns where nothing of it is elsewhere. Throws WaitingError where something was, and is taken away: it is looked for once more; HeldError
   * where somebody has put others' things into it.
   */
  async settle<T extends Item>(scope: ItemScope<T>, operation: Operation): Promise<void> {
    const { items, visit, place, noun, name } = scope;
    const attempt = { nonce: operation.nonce, startedAtMs: Date.parse(operation.startedAt) };
    const found = (await items.strays?.(name, attempt, visit.signal)) ?? [];
    for (const stray of found) {
      if (stray.takeAway === undefined) continue;
      using _turn = await place.session.reserveWrite(visit.signal);
      await takeAwayStray(this.#deps, visit, { shown: `${noun} ${name}`, stray });
    }
    const held = found.filter(({ takeAway }) => takeAway === undefined).map(({ where }) => where);
    if (held.length > 0) throw heldIn(scope, held);
    if (found.length === 0) return;
    // What the cloud has confirmed was that one: what is sent again makes no second.
    const { progress: _progress, ...sent } = operation;
    visit.status.operation = sent;
    throw goingFrom(
      scope,
      found.map(({ where }) => where),
    );
  }
}

/** And says so in an event. Nothing where it is nobody's to take. Throws CloudError. */
export async function takeAwayStray(
  { sender, events }: StrayDeps,
  visit: Visit<Managed>,
  { shown, stray: { where, takeAway } }: { readonly shown: string; readonly stray: Stray },
): Promise<void> {
  if (takeAway === undefined) return;
  const change = { verb: "Delete", target: `${shown} in ${where}`, fields: [] } as const;
  await sender.send(visit, change, takeAway);
  const note = `${capitalized(shown)} was made in ${where}, where it was not meant for, and was taken away there`;
  events.event(visit.object, { type: "Warning", reason: Reason.PlaceNotConfirmed, action: "Reconcile", note });
}

type Words = Pick<ItemScope<Item>, "noun" | "name" | "visit">;

function heldIn({ noun, name, visit }: Words, places: readonly string[]): HeldError {
  const message =
    `${capitalized(noun)} ${name} was made in ${listed(places)}, where it was not meant for, and somebody has put something into it since: it is ` +
    `not touched, it costs what is in it, and no other ${noun} is made meanwhile. Delete it there, or take out what is not its own`;
  const reason = isDeleting(visit.object) ? Reason.DeletionHeld : Reason.PlaceNotConfirmed;
  return new HeldError({ reason, message, pollAfterMs: HELD_POLL_MS });
}

function goingFrom({ noun, name, visit }: Words, places: readonly string[]): WaitingError {
  const message = `${capitalized(noun)} ${name} was made in ${listed(places)}, where it was not meant for, and is taken away there; looking again`;
  const reason = isDeleting(visit.object) ? Reason.Deleting : Reason.Creating;
  return new WaitingError({ reason, message, pollAfterMs: LOOK_AGAIN_MS });
}
