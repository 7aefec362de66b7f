// Deleting, in the one order that exists: what stays in the cloud, the outcome of an open create, whose the item is, what has to go
// before it, one request, and the proof by its id that it is gone (docs/protocol.md#deleting).
import type { Item } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import { capitalized } from "../../lib/text.ts";
import { HeldError, ReconcileError, TerminalError, UnsaidError, WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differenceOf, isAnother, subjectOf } from "./identity.ts";
import type { ExternalKind, Said, SendFirst } from "./kind.ts";
import type { Shape } from "./scope.ts";
import type { Observer } from "./observe.ts";
import type { Operations } from "./operation.ts";
import type { Follower } from "./progress.ts";
import { isReplacedBy, leavesCloudAlone, openCreate, orphaning, type ExternalResource } from "./resource.ts";
import type { Scope } from "./scope.ts";
import type { Scopes } from "./scopes.ts";
import type { Sender } from "./sender.ts";
import { settledId } from "./settled-id.ts";
import type { StrayItems } from "./strays.ts";
import type { Successors } from "./successor.ts";
import { assertConfirmed, assertHere, recognise } from "./whereabouts.ts";

interface RemoverDeps<S extends Shape> {
  readonly scopes: Scopes<S>;
  readonly observer: Observer;
  readonly operations: Operations;
  readonly follower: Follower<S>;
  readonly sender: Sender;
  readonly successors: Successors<S>;
  readonly strays: StrayItems;
}

const LOOK_AGAIN_MS = 1_000;
/** A change of the parent wakes its children at once; this is the fall-back. */
const PARENT_POLL_MS = 30_000;
/** A namespace's annotation and a right are looked out for; this is the fall-back. */
const HELD_POLL_MS = 20_000;
/** A person who asks for another try does not do so at once; whatever else wakes a resource may. */
const TRY_AGAIN_MS = 4_000;
/** Within it the cloud has begun to delete what it was asked to delete. */
const BEGIN_MS = 60_000;

export class Remover<S extends Shape> {
  readonly #kind: ExternalKind<S>;
  readonly #deps: RemoverDeps<S>;

  constructor(kind: ExternalKind<S>, deps: RemoverDeps<S>) {
    this.#kind = kind;
    this.#deps = deps;
  }

  /** Returns when nothing of ours is left in the cloud, or what is left is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<S["resource"]>): Promise<void> {
    if (await (this.#kind.staysInCloud ?? staysInCloud)(visit)) return;
    const { scopes } = this.#deps;
    const scope = entering(visit.object, this.#kind.noun, () => scopes.enter(visit));
    await assertHere(scope);
    const id = await this.#settledId(scope);
    if (id === undefined || scopes.isAnothers(scope, id)) return;
    await this.#kind.parent.within(scope.place, visit.signal, async () => {
      await this.#removeIn(scope, id);
      await this.#deps.successors.assertNone(scope);
      await this.#kind.afterRemoval?.(scope);
    });
  }

  async #removeIn(scope: Scope<S>, id: string): Promise<void> {
    const item = await this.#locate(scope, id);
    if (item === "Replaced") return;
    if (item !== "Absent") recognise(scope, item);
    assertConfirmed(scope);
    if (item === "Absent" && isProved(scope)) return;
    if (item !== "Absent") await this.#assertNotUnderWay(scope, item);
    await this.#kind.beforeRemoval?.(scope, item, this.#sendFirst(scope));
    await this.#requestAndLook(scope, id);
  }

  /** Throws what to wait for where the cloud is deleting it, or was asked to, or has failed at it. */
  async #assertNotUnderWay(scope: Scope<S>, item: S["item"]): Promise<void> {
    if (scope.items.isLeaving(item)) throw await this.#deleting(scope, item);
    if (this.#kind.removal === "Once" && wasAsked(scope)) throw await this.#asked(scope, item);
    await this.#assertNotFailed(scope, item);
  }

  /**
   * A deletion that has failed is not sent again at once: what it hangs on is for a person to remove. It is tried again when a resource
   * that has said so is visited again, at the drift interval or because somebody asks.
   */
  async #assertNotFailed(scope: Scope<S>, item: S["item"]): Promise<void> {
    const { visit, noun } = scope;
    const words = this.#kind.removalFailed?.(item);
    if (words === undefined || !wasAsked(scope)) return;
    const isTold = findCondition(visit.found.status.conditions, "Stalled")?.reason === Reason.DeletionFailed;
    if (isTold && this.#deps.operations.sinceSentMs(visit) >= TRY_AGAIN_MS) return;
    const seen = await this.#kind.see(scope, item, this.#deps.observer.since(scope));
    this.#kind.describe(visit, seen, undefined);
    const { failed } = (await this.#kind.progress?.(scope, seen)) ?? {};
    throw deletionFailed({ noun, visit, item }, failed ?? words);
  }

  /** A place that is gone has taken along whatever an open create has made in it. */
  async #settledId(scope: Scope<S>): Promise<string | undefined> {
    try {
      return await settledId(scope, this.#deps);
    } catch (error) {
      if (!(await this.#kind.parent.isGone(scope.place, error, scope.visit.signal))) throw error;
      assertConfirmed(scope);
      return undefined;
    }
  }

  /**
   * The item that the id means. Where only a list shows one, the list may lack it, which proves nothing. "Replaced": it is gone, and
   * somebody else's has its name.
   */
  async #locate(scope: Scope<S>, id: string): Promise<S["item"] | "Absent" | "Replaced"> {
    const { items, visit, noun } = scope;
    const item = items.get ? await items.get(id, visit.signal) : await this.#listed(scope, id);
    if (item !== undefined && item !== "Absent" && isReplacedBy(visit.object.status, item)) return "Replaced";
    if (item !== undefined && item !== "Absent" && isAnother(subjectOf(scope), item)) {
      throw notTheSame(visit.object, noun, item);
    }
    if (item !== undefined) return item;
    if ((await items.look(id, visit.signal)) === "Absent") return "Absent";
    const message = `What the cloud listed can't be right: ${noun} ${id} is not in the list, but found by its id. Looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: LOOK_AGAIN_MS });
  }

  async #listed(scope: Scope<S>, id: string): Promise<S["item"] | undefined> {
    const { byId } = await scope.lists.observe(this.#deps.observer.since(scope), scope.visit.signal);
    return byId.get(id);
  }

  #sendFirst(scope: Scope<S>): SendFirst {
    const { sender, observer } = this.#deps;
    return async (change, request) => {
      using _turn = await scope.place.session.reserveWrite(scope.visit.signal);
      return await sender.send(scope.visit, change, request).finally(() => observer.noteWrite(scope));
    };
  }

  /** Returns where it is gone: a write is answered by the cloud as it is, so its 404 is the proof. Throws what is waited for. */
  async #requestAndLook(scope: Scope<S>, id: string): Promise<void> {
    if ((await this.#request(scope, id)) === "Gone") return;
    const { items, visit } = scope;
    const item = items.get ? await items.get(id, visit.signal) : await items.look(id, visit.signal);
    if (item === "Absent" || (typeof item !== "string" && isReplacedBy(visit.object.status, item))) return;
    throw typeof item === "string" ? this.#waiting(scope) : await this.#deleting(scope, item);
  }

  async #request(scope: Scope<S>, id: string): Promise<"Asked" | "Gone"> {
    const { visit, items, noun, place } = scope;
    const options = place.optionsOf(visit.object.spec);
    const { verb = "Delete" } = this.#kind.leaving?.(visit.object) ?? {};
    const change = { verb, target: `${noun} ${visit.status.cloudName ?? id}`, fields: [] };
    using _turn = await place.session.reserveWrite(visit.signal);
    try {
      const { jobId } = await this.#deps.sender.send(visit, change, (permit) => items.remove(id, permit, options));
      this.#deps.operations.begin(visit, verb, jobId);
      return "Asked";
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
      // Where the API server does not let the resource go, the next visit knows that a read is proof enough.
      this.#deps.operations.begin(visit, "Delete", undefined);
      return "Gone";
    } finally {
      this.#deps.observer.noteWrite(scope);
    }
  }

  /** What to throw while the cloud deletes it. */
  async #deleting(scope: Scope<S>, item: S["item"]): Promise<Error> {
    const seen = await this.#kind.see(scope, item, this.#deps.observer.since(scope));
    this.#kind.describe(scope.visit, seen, undefined);
    return this.#deps.follower.awaited(scope, seen, this.#leaving(scope));
  }

  #waiting(scope: Scope<S>): WaitingError {
    return this.#deps.operations.waiting(scope.visit, { ...this.#leaving(scope), pollAfterMs: LOOK_AGAIN_MS });
  }

  #leaving({ noun, visit }: Scope<S>): Said {
    const { reason, message } = this.#kind.leaving?.(visit.object) ?? deletingOf(noun);
    return { reason, message };
  }

  /** It was asked for once. When that has come to nothing, the operation is forgotten, so that the next visit asks again. */
  async #asked(scope: Scope<S>, item: S["item"]): Promise<Error> {
    const { visit, noun } = scope;
    if (this.#deps.operations.elapsedMs(visit) < BEGIN_MS) return this.#deleting(scope, item);
    delete visit.status.operation;
    const message =
      `The cloud was asked to delete ${noun} ${item.id} and has not begun. Delete it in the cloud; ` +
      `or, to leave it there, ${orphaning(visit.object)}`;
    return new TerminalError({ reason: Reason.DeletionNotBegun, message });
  }
}

/**
 * Whether nothing is to be done in the cloud: nothing was made, it stays by policy, or its departure leaves it there. Throws HeldError
 * DeletionHeld.
 */
async function staysInCloud(visit: Visit<ExternalResource>): Promise<boolean> {
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

/** Without its parent nothing can be deleted: the message says how to let go all the same. */
function entering<W>(resource: ExternalResource, noun: string, enter: () => W): W {
  try {
    return enter();
  } catch (error) {
    throw withWayOut(error, resource, noun);
  }
}

function withWayOut(error: unknown, resource: ExternalResource, noun: string): unknown {
  const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
  if (!(failure instanceof ReconcileError) || failure instanceof UnsaidError) return error;
  const message = `${failure.message}. To leave the ${noun} in the cloud, ${orphaning(resource)}`;
  return new WaitingError({ reason: failure.reason, message, pollAfterMs: PARENT_POLL_MS, cause: error });
}

/**
 * Whether a read that shows nothing is enough: it may be older than the item, unless the cloud has accepted the deletion before. Where ids
 * are names, a deletion could hit what was made meanwhile.
 */
function isProved<S extends Shape>(scope: Scope<S>): boolean {
  return wasAsked(scope) || scope.items.idsAreNames === true;
}

function wasAsked({ visit }: { visit: Visit<ExternalResource> }): boolean {
  const { verb } = visit.object.status.operation ?? {};
  return openCreate(visit.object.status) === undefined && (verb === "Delete" || verb === "Detach");
}

function deletionFailed(
  { noun, visit, item }: { noun: string; visit: { readonly object: ExternalResource }; item: Item },
  words: string,
): TerminalError {
  const why = words === "" ? "" : `: ${words}`;
  const message =
    `The cloud has failed to delete ${noun} ${item.id}${why}. What is left costs on. Remove what it hangs on in the cloud; the deletion is ` +
    `sent again at the drift interval; or, to leave it there, ${orphaning(visit.object)}`;
  return new TerminalError({ reason: Reason.DeletionFailed, message });
}

function deletingOf(noun: string): { reason: string; message: string } {
  return { reason: Reason.Deleting, message: `The cloud is deleting the ${noun}` };
}

/** An account that was pointed elsewhere may know another by that id. */
function notTheSame(resource: ExternalResource, noun: string, item: Item): TerminalError {
  const message =
    `${capitalized(noun)} ${item.id} ${differenceOf(resource, item)}. It is not deleted. ` +
    `Correct spec.endpoint or the keys of the account, or ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
