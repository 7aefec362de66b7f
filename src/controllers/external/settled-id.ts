// What a deletion is about: the id of what a resource holds, after an open create has shown what it made.
import type { Item } from "../../cloud/collection.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { HeldError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { record } from "./create.ts";
import type { Observer } from "./observe.ts";
import { openCreate, orphaning, type ExternalResource } from "./resource.ts";
import type { ItemScope } from "./scope.ts";
import type { StrayItems } from "./strays.ts";
import { assertConfirmed } from "./whereabouts.ts";

const LOOK_AGAIN_MS = 1_000;
/** For a person who deletes it in the cloud, which no watch shows. */
const HELD_POLL_MS = 20_000;

/**
 * Undefined where nothing was made. With an open journal the outcome is awaited first: a late POST would be an orphan. Throws
 * WaitingError until then, or KeysNotConfirmed; HeldError DeletionHeld where what is there shows no mark by which to tell whether the
 * create made it; TerminalError CreatedTwice; and what StrayItems.settle throws.
 */
export async function settledId<T extends Item>(
  scope: ItemScope<T>,
  { observer, strays }: { readonly observer: Observer; readonly strays: StrayItems },
): Promise<string | undefined> {
  const { visit } = scope;
  const operation = openCreate(visit.object.status);
  if (!operation) return visit.status.externalId;
  assertConfirmed(scope);
  const { marked, unmarked, settled, nameIsFree, othersAlone } = await observer.observe(scope);
  const [found, ...others] = marked;
  if (found && others.length > 0) throw severalMade(scope, marked);
  if (found) {
    record(scope, found, scope.madeAs);
    return found.id;
  }
  if (!settled || !(nameIsFree || othersAlone)) throw outcomeUnknown(visit.object);
  if (unmarked.length > 0) throw unclaimed(scope, unmarked);
  await strays.settle(scope, operation);
  delete visit.status.operation;
  return undefined;
}

function outcomeUnknown(resource: ExternalResource): WaitingError {
  const message =
    "The outcome of a create is unknown; deleting after the settle window has shown what it made. " +
    `To leave it in the cloud, ${orphaning(resource)}`;
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
}

/** Released, it would be billed for ever and nothing would say so; deleted, it may be somebody else's. */
function unclaimed(
  { noun, visit, name }: Pick<ItemScope<Item>, "noun" | "visit" | "name">,
  items: readonly Item[],
): HeldError {
  const ids = items.map(({ id }) => id).join(" and ");
  const message =
    `The outcome of a create is unknown, and ${noun} ${ids} named ${name} was made when it was sent, and shows no mark that would tell by ` +
    `whom. It is not touched. Delete it in the cloud if nobody else made it; to leave it there, ${orphaning(visit.object)}`;
  return new HeldError({ reason: Reason.DeletionHeld, message, pollAfterMs: HELD_POLL_MS });
}

function severalMade({ noun }: { noun: string }, items: readonly Item[]): TerminalError {
  const ids = items.map(({ id }) => id).join(" and ");
  const message = `One create made ${noun}s ${ids}. Delete the surplus in the cloud; then the one that is left is deleted`;
  return new TerminalError({ reason: Reason.CreatedTwice, message });
}
