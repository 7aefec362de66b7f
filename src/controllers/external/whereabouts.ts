// Whether what a resource holds is where its account reaches now. Where it is not, nothing is read as absence and nothing is written;
// the same goes for keys of which nobody knows yet whose they are.
import type { Item, Presence } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { timestampOf } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { capitalized } from "../../lib/text.ts";
import { holdsSomething, isReplacedBy, orphaning } from "./resource.ts";
import type { ItemScope } from "./scope.ts";

/** The first that finds something with the new keys wakes all; this is the fall-back. */
const CONFIRMATION_POLL_MS = 30_000;

/**
 * Returns where the resource's location is that of its account, in the draft too, or where it holds nothing. An id that is given
 * once over all the cloud, and is found, tells that only the address has changed; so does a name in one and the same project. Throws
 * TerminalError AccountMoved.
 */
export async function assertHere<T extends Item>(scope: ItemScope<T>): Promise<void> {
  const { visit, place } = scope;
  const { location, externalId } = visit.object.status;
  if (location === undefined || location === place.location || !holdsSomething(visit.object)) return;
  if (!place.isHere(location) && !(await isFound(scope, location))) throw moved(scope);
  visit.status.location = place.location;
  visit.log.info({ from: location, to: place.location, externalId }, "Took the account's new location");
}

async function isFound<T extends Item>({ visit, place, items }: ItemScope<T>, location: string): Promise<boolean> {
  const { object, signal } = visit;
  const { externalId } = object.status;
  if (externalId === undefined) return false;
  if (items.idsAreUniversal) return isThere(() => items.look(externalId, signal));
  if (!items.idsAreNames || !items.get || !place.isOfSameProject(location)) return false;
  if ((await items.look(externalId, signal)) !== "There") return false;
  const item = await items.get(externalId, signal);
  return item !== "Absent" && !isReplacedBy(object.status, item);
}

/** A project that has not even the cluster in which the thing is can't be entered there. */
async function isThere(look: () => Promise<Presence>): Promise<boolean> {
  try {
    return (await look()) === "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "PlaceNotConfirmed") return false;
    throw error;
  }
}

/** Throws WaitingError KeysNotConfirmed. To be called before anything is written, and before absence is believed. */
export function assertConfirmed({ visit, place, noun }: Pick<ItemScope<Item>, "visit" | "place" | "noun">): void {
  if (!place.isConfirmed()) throw notConfirmed(`to leave the ${noun} in the cloud, ${orphaning(visit.object)}`);
}

/** What to throw where nobody knows whose the present keys are. `wayOut`: how to go on without them. */
export function notConfirmed(wayOut: string): WaitingError {
  const message =
    "The account's Secret has changed, and its cloud does not tell whose keys these are: until something that Yunfan manages is found " +
    `with them, an absence proves nothing and nothing is written. If they are of another tenant, put the former ones back; ${wayOut}`;
  return new WaitingError({ reason: Reason.KeysNotConfirmed, message, pollAfterMs: CONFIRMATION_POLL_MS });
}

/**
 * The item was found by its id: what the draft lacks of its identity is added, and where it was known before, so are the keys.
 * Throws WaitingError KeysNotConfirmed where nobody knows yet whose the keys are: another tenant may have one of that id.
 */
export function recognise<T extends Item>({ visit, place, items, noun }: ItemScope<T>, item: T): void {
  const known = visit.object.status.createdAt;
  const shown = createdAtOf(item);
  const isItself = known === undefined || shown === undefined ? items.idsAreUniversal : known === shown;
  if (isItself) place.confirm();
  assertConfirmed({ visit, place, noun });
  visit.status.location = place.location;
  visit.status.createdAt = shown ?? known;
  visit.status.incarnation ??= item.incarnation;
}

/** As a status has it; undefined where the cloud does not tell. */
export function createdAtOf({ createdAtMs }: Item): string | undefined {
  return createdAtMs === undefined || Number.isNaN(createdAtMs) ? undefined : timestampOf(createdAtMs);
}

function moved({ visit, place, noun }: Pick<ItemScope<Item>, "visit" | "place" | "noun">): TerminalError {
  const message =
    `${capitalized(noun)} ${visit.object.status.externalId ?? "of an open create"} is in ${visit.object.status.location}, but the account reaches ` +
    `${place.location} now. Point the account back, or make another CloudAccount; to leave the ${noun} in the cloud, ${orphaning(visit.object)}`;
  return new TerminalError({ reason: Reason.AccountMoved, message });
}
