// Deleting a set: what stays by policy loses our marks, what goes is deleted in reverse order, until the target proves that it is gone.
// A cluster that is gone has taken all along; one that can't be reached holds the set.
import { ManifestSetCondition as Condition, ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { toldBy } from "../../cloud/blocks.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import {
  HeldError,
  ReconcileError,
  RetryableError,
  TerminalError,
  UnsaidError,
  WaitingError,
} from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { heldFor } from "../external/removal.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import { pollMs } from "../lifecycle/polling.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { isSilence } from "../targets/connection.ts";
import { declaredIn, type DeclaredObject } from "./declared.ts";
import { Inventory } from "./inventory.ts";
import type { Place, Places } from "./place.ts";
import type { Departed, Leaving, Pruner } from "./prune.ts";
import { assertNothingLeft, type Left, type Residues } from "./residue.ts";
import type { SourceReader } from "./source-reader.ts";
import type { Work } from "./work.ts";

interface RemoverDeps {
  readonly places: Places;
  readonly pruner: Pruner;
  readonly residues: Residues;
  readonly sources: SourceReader;
  readonly clock: Clock;
}

const HELD_POLL_MS = 30_000;
const PASSING_POLL_MS = 3_000;

/** Nothing is its, or all of it stays without the target being asked. */
function leavesTargetAlone({ spec, status, metadata }: ManifestSet): boolean {
  const isNothings = (status.inventory ?? []).length === 0 && (status.residue ?? []).length === 0;
  if (isNothings || spec.managementPolicy === "Observe") return true;
  return metadata.annotations?.[ANNOTATIONS.forceOrphan] === metadata.uid;
}

export class Remover {
  readonly #deps: RemoverDeps;

  constructor(deps: RemoverDeps) {
    this.#deps = deps;
  }

  /** Returns when nothing of ours is there, or what is there is left on purpose; else throws what it waits for. */
  async remove(visit: Visit<ManifestSet>): Promise<void> {
    const set = visit.object;
    if (leavesTargetAlone(set) || this.#deps.places.isGone(set)) return;
    const departure = await visit.departure();
    if (departure.means === "Orphan") return;
    if (departure.means === "Hold") {
      throw heldFor(departure.why, { ...set, status: { ...set.status, externalId: set.metadata.uid } });
    }
    const left = await this.#withWayOut(visit, () => this.#removeIn(visit));
    assertNothingLeft(left, `To let go of it, ${wayOutOf(set.metadata)}`);
  }

  async #removeIn(visit: Visit<ManifestSet>): Promise<Left> {
    const startedAt = this.#deps.clock.monotonic();
    using turn = this.#deps.places.enter(visit.object);
    const place = await turn.open(visit.signal);
    await this.#assertSame(visit, place);
    const { metadata, spec } = visit.object;
    const owner = {
      uid: metadata.uid,
      key: keyOf(metadata),
      existingObjects: spec.existingObjects,
      mayRecreate: undefined,
    };
    const inventory = new Inventory(visit);
    const work: Work = { visit, place, owner, inventory, since: startedAt, startedAt, tickAt: startedAt };
    const { pruner } = this.#deps;
    const declared = await this.#declaredOf(work);
    const looked = await pruner.look(work, inventory.entries, {
      spec,
      isSetLeaving: true,
      spared: new Set(),
      declared,
    });
    await this.#noteResidue(work, looked.leaving);
    const departed = await pruner.send(work, looked);
    if (inventory.entries.length > 0) throw this.#waitingFor(visit, departed, inventory.entries.length);
    return await this.#deps.residues.look(work);
  }

  /** Read where the inventory does not tell what was about to be made, which is secret; empty where the sources are not all there any more. */
  async #declaredOf({ visit, place, inventory }: Work): Promise<ReadonlyMap<string, DeclaredObject>> {
    if (inventory.entries.every(({ uid, making }) => uid !== undefined || making === undefined)) return new Map();
    const told = place.provider === undefined ? {} : toldBy(place.provider, visit.status);
    try {
      const { signal } = visit;
      const declared = await declaredIn(await this.#deps.sources.read(visit), place.channel, { told, signal });
      return new Map(declared.map((object) => [object.ref, object]));
    } catch (error) {
      if (error instanceof HeldError || error instanceof TerminalError) return new Map();
      throw error;
    }
  }

  /** Of what goes; kept before it does. */
  async #noteResidue(work: Work, leaving: readonly Leaving[]): Promise<void> {
    const going = leaving.filter(({ fate }) => fate === "Delete").map(({ entry, live }) => [entry.ref, live] as const);
    if (this.#deps.residues.note(work, new Map(going)) === "Known") return;
    await work.visit.persist({
      state: "Reconciling",
      reason: Reason.Deleting,
      message: "Objects are about to be deleted",
    });
  }

  async #assertSame({ object, signal }: Visit<ManifestSet>, place: Place): Promise<void> {
    const { clusterUid, location, targetId } = object.status;
    const isElsewhere =
      (location !== undefined && !place.isHere(location)) || (targetId !== undefined && targetId !== place.id);
    const uid = await place.identity?.(signal);
    if (!isElsewhere && (clusterUid === undefined || clusterUid === uid)) return;
    const message = `${place.name} leads to another target than the one that the objects are in. Nothing is deleted there`;
    throw new HeldError({ reason: Reason.TargetChanged, message, pollAfterMs: HELD_POLL_MS });
  }

  #waitingFor({ object }: Visit<ManifestSet>, { going, refused }: Departed, left: number): WaitingError {
    const [first] = refused;
    if (first !== undefined) {
      return new HeldError({ reason: Reason.DeletionHeld, message: first, pollAfterMs: HELD_POLL_MS });
    }
    const shown = going.slice(0, 3).join(", ");
    const message = `${left} objects are left${shown === "" ? "" : `; waiting for ${shown}`}`;
    const elapsedMs = this.#deps.clock.now() - Date.parse(object.metadata.deletionTimestamp ?? "");
    return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: pollMs(elapsedMs) });
  }

  /** What keeps it from the target holds it, and the message says how to let go all the same. */
  #withWayOut<T>(visit: Visit<ManifestSet>, work: () => Promise<T>): Promise<T> {
    return statingFailure(visit, Condition.TargetReachable, async () => {
      try {
        return await work();
      } catch (error) {
        throw heldBy(error, visit.object);
      }
    });
  }
}

function wayOutOf({ uid }: ManifestSet["metadata"]): string {
  return `annotate ${ANNOTATIONS.forceOrphan}: "${uid}"`;
}

function heldBy(error: unknown, { metadata }: ManifestSet): unknown {
  if (error instanceof UnsaidError) return error;
  const isProgress = error instanceof WaitingError && error.reason === Reason.Deleting;
  const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
  if (isProgress || !(failure instanceof ReconcileError)) return error;
  const why = isSilence(error) ? "The target does not answer" : failure.message;
  const message = `${why}. What is in the target stays until it can be deleted; to leave it there, ${wayOutOf(metadata)}`;
  // What passes by itself is over soon; a target that does not answer has a pace of its own.
  const isPassing = failure instanceof RetryableError && !isSilence(error);
  const pollAfterMs = isPassing ? PASSING_POLL_MS : HELD_POLL_MS;
  return new HeldError({ reason: Reason.DeletionHeld, message, pollAfterMs, cause: error });
}

/** Whether its parent has to stay for it. */
export function needsTarget(set: ManifestSet, mayUse: boolean): boolean {
  const isLeaving = set.metadata.deletionTimestamp !== undefined;
  return isLeaving ? !leavesTargetAlone(set) : mayUse || (set.status.inventory ?? []).length > 0;
}
