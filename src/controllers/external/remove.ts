// Deleting, as far as it is the same for every kind: what is ours to delete, and the way out where it can't be done.
import { CloudError } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { HeldError, ReconcileError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { record } from "./create.ts";
import type { Observer } from "./observe.ts";
import { leavesCloudAlone, openCreate, orphaning, type ExternalResource } from "./resource.ts";
import type { Thing } from "./thing.ts";
import type { ExternalWork } from "./work.ts";

const LOOK_AGAIN_MS = 1_000;
/** A change of the account wakes its users at once; this is the fall-back. */
const ACCOUNT_POLL_MS = 30_000;
/** Nothing tells of a namespace's new annotation or of a right that was granted. */
const HELD_POLL_MS = 20_000;

/**
 * Whether nothing is to be done in the cloud: nothing was made, it stays by policy, or its departure leaves it there. To be asked
 * first in each visit. Throws HeldError DeletionHeld.
 */
export async function staysInCloud(visit: Visit<ExternalResource>): Promise<boolean> {
  if (leavesCloudAlone(visit.object)) return true;
  const departure = await visit.departure();
  if (departure.means === "Hold") throw heldFor(departure.why, visit.object);
  return departure.means === "Orphan";
}

/** What to throw where the departure is held. */
export function heldFor(why: string, resource: ExternalResource): HeldError {
  const message = `${why}. To let go of this resource alone, ${orphaning(resource)}`;
  return new HeldError({ reason: Reason.DeletionHeld, message, pollAfterMs: HELD_POLL_MS });
}

/**
 * The id of what is to be deleted; undefined where nothing was made. With an open journal the outcome is awaited first: a late
 * POST would be an orphan.
 */
export async function settledId<T extends Thing>(
  work: ExternalWork<T>,
  observer: Observer,
): Promise<string | undefined> {
  const { visit } = work;
  if (!openCreate(visit.object.status)) return visit.status.externalId;
  const { marked, settled, nameIsFree, byName } = await observer.observe(work);
  const [found, ...others] = marked;
  if (found && others.length > 0) throw severalMade(work, marked);
  if (found) {
    record(work, found, "Created");
    return found.id;
  }
  if (!settled || !(nameIsFree || byName.length > 0)) throw outcomeUnknown(visit.object);
  delete visit.status.operation;
  return undefined;
}

/** Without account nothing can be deleted: the message says how to let go all the same. */
export function entering<W>(resource: ExternalResource, noun: string, enter: () => W): W {
  try {
    return enter();
  } catch (error) {
    throw withWayOut(error, resource, noun);
  }
}

function withWayOut(error: unknown, resource: ExternalResource, noun: string): unknown {
  const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
  if (!(failure instanceof ReconcileError)) return error;
  const message = `${failure.message}. To leave the ${noun} in the cloud, ${orphaning(resource)}`;
  return new WaitingError({ reason: failure.reason, message, pollAfterMs: ACCOUNT_POLL_MS, cause: error });
}

function outcomeUnknown(resource: ExternalResource): WaitingError {
  const message =
    "The outcome of a create is unknown; deleting after the settle window has shown what it made. " +
    `To leave it in the cloud, ${orphaning(resource)}`;
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LOOK_AGAIN_MS });
}

function severalMade({ noun }: { noun: string }, things: readonly Thing[]): TerminalError {
  const ids = things.map(({ id }) => id).join(" and ");
  const message = `One create made ${noun}s ${ids}. Delete the surplus in the cloud; then the one that is left is deleted`;
  return new TerminalError({ reason: Reason.CreatedTwice, message });
}
