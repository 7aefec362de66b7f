// A visit to a set, in order: place, finalizer, sources, contact, kinds, look, apply, prune, say. It stands for many objects and not for one
// item, so that it hangs in the frame beside the engine (docs/decisions/0017-manifest-channels.md); what changes a target goes
// through the engine's sender all the same.
import { ManifestSetCondition as Condition, ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { toldBy } from "../../cloud/blocks.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { findCondition, isTrue } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Said } from "../external/kind.ts";
import { isAskedFor } from "../external/resource.ts";
import type { Sender } from "../external/sender.ts";
import { lastTickMs } from "../lifecycle/drift-schedule.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { Outcome, Steps } from "../lifecycle/reconciler.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { isSilence } from "../targets/connection.ts";
import type { Hints } from "../targets/hints.ts";
import { Applier } from "./apply.ts";
import { contestedIn } from "./contested.ts";
import { declaredIn, type DeclaredObject } from "./declared.ts";
import { Inventory } from "./inventory.ts";
import { Memory } from "./memory.ts";
import { keyOfRef, shownKey } from "./objects.ts";
import { observe, type Observed } from "./observe.ts";
import { assertOperated, NOT_OPERATED, Operator, saidTo } from "./operations.ts";
import type { Place, Places, Turn } from "./place.ts";
import { previewed } from "./preview.ts";
import { Pruner, type Departed } from "./prune.ts";
import { Remover } from "./removal.ts";
import type { Residues } from "./residue.ts";
import type { Declaration, SourceReader } from "./source-reader.ts";
import { describe, isApplied, judged, stateConditions, type Judged } from "./status.ts";
import { soonest, verdictOf } from "./verdict.ts";
import { StrayObjects } from "./strays.ts";
import type { Usages } from "./usage.ts";
import type { Warnings } from "./warnings.ts";
import type { Outcomes, Work } from "./work.ts";

export interface SetDeps {
  readonly clock: Clock;
  readonly places: Places;
  readonly sources: SourceReader;
  readonly sender: Sender;
  readonly events: Pick<EventRecorder, "event">;
  /** How long after a send it may still take effect. */
  readonly settleWindowMs: number;
  readonly warnings: Warnings;
  readonly residues: Residues;
  readonly usages: Usages;
  readonly hints: Hints;
  /** Has a set visited. */
  readonly wake: (set: ManifestSet) => void;
  /** Sets of one group share their drift ticks. */
  readonly driftGroup: (set: ManifestSet) => string;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly recheck: (set: ManifestSet) => void;
}

const HELD_POLL_MS = 60_000;
const NONE: Departed = { going: [], refused: [] };
/** The two clocks are not read at the same instant; see external/observe.ts. */
const TICK_TOLERANCE = 0.01;

export class ManifestSetSteps implements Steps<ManifestSet> {
  readonly #deps: SetDeps;
  readonly #memory = new Memory();
  readonly #strays: StrayObjects;
  readonly #applier: Applier;
  readonly #pruner: Pruner;
  readonly #remover: Remover;
  readonly #operator: Operator;

  constructor(deps: SetDeps) {
    this.#deps = deps;
    this.#strays = new StrayObjects(deps);
    const shared = { ...deps, memory: this.#memory, strays: this.#strays };
    this.#applier = new Applier(shared);
    this.#pruner = new Pruner(shared);
    this.#operator = new Operator(shared);
    const { places, clock, residues, sources } = deps;
    this.#remover = new Remover({ places, clock, residues, sources, pruner: this.#pruner });
  }

  async apply(visit: Visit<ManifestSet>): Promise<Outcome> {
    await visit.holdFinalizer();
    const startedAt = this.#deps.clock.monotonic();
    using turn = await this.#enter(visit);
    const declaration = await this.#deps.sources.read(visit);
    const place = await this.#contact(visit, turn);
    return await this.#answering(visit, place, () =>
      this.#applyIn(this.#workIn(visit, { place, declaration, startedAt }), declaration),
    );
  }

  async finalize(visit: Visit<ManifestSet>): Promise<"Released"> {
    await this.#remover.remove(visit);
    for (const { uid } of visit.object.status.inventory ?? []) if (uid !== undefined) this.#memory.forget(uid);
    this.#deps.usages.forget(keyOf(visit.object.metadata));
    this.#deps.hints.forget(visit.object.metadata.uid);
    this.#strays.forget(visit.object.metadata.uid);
    return "Released";
  }

  /** Whatever keeps the target from being entered, TargetReachable says it too. */
  #enter(visit: Visit<ManifestSet>): Promise<Turn> {
    const { places } = this.#deps;
    return statingFailure(visit, Condition.TargetReachable, async () => Promise.resolve(places.enter(visit.object)));
  }

  /** Opens it, and makes sure that it is the one that the set began with. */
  #contact(visit: Visit<ManifestSet>, turn: Turn): Promise<Place> {
    const type = Condition.TargetReachable;
    return statingFailure(visit, type, async () => {
      const place = await turn.open(visit.signal);
      await this.#answering(visit, place, () => assertSame(visit, place));
      visit.state({ type, status: "True", reason: Reason.Reached, message: `${place.name} answers` });
      return place;
    });
  }

  /** A target that does not answer says so by the one condition, whatever was asked of it. */
  async #answering<T>(visit: Visit<ManifestSet>, place: Place, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CloudError && error.kind === "Unauthenticated") this.#deps.recheck(visit.object);
      if (!isSilence(error)) throw error;
      const failure = place.unreachable(error);
      return statingFailure(visit, Condition.TargetReachable, () => Promise.reject(failure as Error));
    }
  }

  #workIn(
    visit: Visit<ManifestSet>,
    { place, declaration: { spec }, startedAt }: { place: Place; declaration: Declaration; startedAt: number },
  ): Work {
    const { metadata } = visit.object;
    const mayRecreate = annotation(visit.object, ANNOTATIONS.recreate);
    const owner = { uid: metadata.uid, key: keyOf(metadata), existingObjects: spec.existingObjects, mayRecreate };
    const { object } = visit;
    const lastTick = this.#lastTick(object);
    const since = this.#isSteady(visit)
      ? lastTick - TICK_TOLERANCE * object.spec.driftIntervalSeconds * 1000
      : startedAt;
    const tickAt = isAskedFor(object) || isChanged(object) ? startedAt : lastTick;
    return { visit, place, owner, inventory: new Inventory(visit), since, startedAt, tickAt };
  }

  async #applyIn(work: Work, declaration: Declaration): Promise<Outcome> {
    const { spec } = declaration;
    const { visit, place } = work;
    const isObserving = spec.managementPolicy === "Observe";
    const told = place.provider === undefined ? {} : toldBy(place.provider, visit.status);
    const declared = await declaredIn(declaration, place.channel, { told, signal: visit.signal });
    const observed = await observe(work, declared);
    confirmPlace(work, observed);
    const outcomes = isObserving
      ? previewed(work, declared, observed)
      : await this.#applier.apply(work, declared, observed);
    const objects = judged(declared, outcomes, this.#deps.clock.now());
    this.#deps.residues.note(work, liveIn(objects));
    const isWhole = !isObserving && objects.every(isApplied);
    const { departed, pruneHeld } = isWhole
      ? await this.#prune(work, declared, { outcomes, spec })
      : { departed: NONE, pruneHeld: undefined };
    describe(visit, objects, spec);
    const left = await this.#deps.residues.look(work);
    const operated = isObserving ? NOT_OPERATED : await this.#operator.operate(work, objects);
    this.#follow(work, objects);
    await this.#deps.warnings.read(work, objects);
    await this.#deps.usages.read(work, spec);
    stateConditions(visit, objects, {
      pruning: pruneHeld ?? saidOf(departed),
      contested: saidTo(operated.said, "UpToDate") ?? left.said ?? contestedIn(objects, this.#memory),
      stopped: saidTo(operated.said, "Nothing"),
    });
    this.#deps.residues.tell(visit, left);
    const driftIntervalMs = spec.driftIntervalSeconds * 1000;
    const facts = { objects, driftIntervalMs, elapsedMs: this.#unreadyMs(visit), pruneHeld, departed, isObserving };
    const { usageIntervalSeconds } = spec;
    const verdict = verdictOf(facts);
    assertOperated(operated, Math.min(driftIntervalMs, HELD_POLL_MS));
    return { ...verdict, ...soonest(left.againMs, usageIntervalSeconds * 1000) };
  }

  /** Only after everything is applied: what is declared no more may still be used by what is not changed yet. */
  async #prune(
    work: Work,
    declared: readonly DeclaredObject[],
    { outcomes, spec }: { outcomes: Outcomes; spec: ManifestSet["spec"] },
  ): Promise<{ departed: Departed; pruneHeld: Said | undefined }> {
    const refs = new Set(declared.map(({ ref }) => ref));
    const surplus = work.inventory.entries.filter(({ ref }) => !refs.has(ref));
    if (surplus.length === 0) return { departed: NONE, pruneHeld: undefined };
    const spared = new Set([...outcomes.values()].flatMap(({ live }) => live?.metadata.uid ?? []));
    const looked = await this.#pruner.look(work, surplus, { spec, isSetLeaving: false, spared });
    const deletions = looked.leaving.filter(({ fate }) => fate === "Delete");
    if (deletions.length > spec.maxPrunes) {
      const names = deletions.map(({ entry }) => shownKey(keyOfRef(entry.ref)));
      return { departed: NONE, pruneHeld: tooMany(names, spec.maxPrunes) };
    }
    return { departed: await this.#pruner.send(work, looked), pruneHeld: undefined };
  }

  #follow({ visit, place: { channel, lists } }: Work, objects: readonly Judged[]): void {
    const seen = objects.flatMap(({ declared: { kind }, outcome: { live } }) => (kind && live ? [{ kind, live }] : []));
    const wake = (): void => this.#deps.wake(visit.object);
    this.#deps.hints.follow({ set: visit.object.metadata.uid, channel, lists, objects: seen, wake });
  }

  /** Nothing was asked of it since all was in order: only drift is looked for, by lists that may be as old as the tick. */
  #isSteady({ object }: Visit<ManifestSet>): boolean {
    return !isChanged(object) && isTrue(object.status.conditions, "Ready") && !isAskedFor(object);
  }

  #lastTick(set: ManifestSet): number {
    const nowMs = this.#deps.clock.now();
    const intervalMs = set.spec.driftIntervalSeconds * 1000;
    const sinceTickMs = nowMs - lastTickMs({ nowMs, intervalMs, group: this.#deps.driftGroup(set) });
    return this.#deps.clock.monotonic() - sinceTickMs;
  }

  #unreadyMs({ object }: Visit<ManifestSet>): number {
    const ready = findCondition(object.status.conditions, "Ready");
    return ready && ready.status !== "True" ? this.#deps.clock.now() - Date.parse(ready.lastTransitionTime) : 0;
  }
}

function isChanged({ status, metadata }: ManifestSet): boolean {
  return status.observedGeneration !== metadata.generation;
}

function liveIn(objects: readonly Judged[]): ReadonlyMap<string, LiveObject> {
  return new Map(objects.flatMap(({ declared: { ref }, outcome: { live } }) => (live ? [[ref, live] as const] : [])));
}

/** A new cluster under the same name has nothing of ours in it. Throws TerminalError TargetChanged or AccountMoved. */
async function assertSame(visit: Visit<ManifestSet>, place: Place): Promise<void> {
  const { status } = visit;
  if (status.targetId !== undefined && status.targetId !== place.id) {
    delete status.inventory;
    delete status.clusterUid;
  }
  status.targetId = place.id;
  if (status.location !== undefined && !place.isHere(status.location)) throw accountMoved(status.location, place);
  if (place.location !== undefined) status.location = place.location;
  const uid = await place.identity?.(visit.signal);
  if (status.clusterUid !== undefined && status.clusterUid !== uid) throw targetChanged(status.clusterUid, uid);
  if (uid !== undefined) status.clusterUid = uid;
}

const LET_GO = "or make a new set, and let go of this one with the annotation yunfan.dev/force-orphan";

function targetChanged(before: string, now: string | undefined): TerminalError {
  const message =
    `Another cluster is behind the address: its kube-system had UID ${before} when the set began, and has ${now} now. Nothing is ` +
    `written there. Point back to the former one; ${LET_GO}`;
  return new TerminalError({ reason: Reason.TargetChanged, message });
}

function accountMoved(before: string, { name, location }: Place): TerminalError {
  const message = `The objects are in ${before}, but ${name} reaches ${location} now. Nothing is written there. Point the account back; ${LET_GO}`;
  return new TerminalError({ reason: Reason.AccountMoved, message });
}

/** Something that is in the inventory was found by its UID. */
function confirmPlace({ inventory, place }: Work, observed: Observed): void {
  const isFound = inventory.entries.some(({ ref, uid }) => {
    const live = observed.get(ref);
    return live !== undefined && live !== "Absent" && live.metadata.uid === uid;
  });
  if (isFound) place.confirm();
}

function saidOf({ going, refused }: Departed): Said | undefined {
  const [first] = [...refused, ...going];
  return first === undefined ? undefined : { reason: Reason.Pruning, message: `Pruning: ${first}` };
}

function tooMany(names: readonly string[], most: number): Said {
  const message =
    `${names.length} objects are declared no more, and spec.maxPrunes allows ${most} to be deleted at once: ${names.toSorted().slice(0, 3).join(", ")}` +
    `${names.length > 3 ? ` and ${names.length - 3} more` : ""}. Nothing is pruned. Raise it if they are to go, or declare them again`;
  return { reason: Reason.PruneHeld, message };
}
