// Applying: wave by wave, each object by one request at most. A refused object holds the next wave and not its neighbours.
import { mayStillAct, outcomeIsUnknown } from "../../cloud/errors.ts";
import type { KindAbility, LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { mergePatchOf } from "../../runtime/status.ts";
import { isTrue } from "../../runtime/conditions.ts";
import type { Difference } from "../external/change.ts";
import type { Sender } from "../external/sender.ts";
import { kindOf, type DeclaredObject } from "./declared.ts";
import { differencesOf } from "./differences.ts";
import { settersOf } from "./fields.ts";
import { healthOf } from "./health.ts";
import type { Newborn } from "./inventory.ts";
import type { Memory } from "./memory.ts";
import { mergedWith } from "./merge.ts";
import { holdsData, isSecret, OBJECT_ANNOTATIONS, shownKey } from "./objects.ts";
import type { Observed } from "./observe.ts";
import { awaited, mayCome, moving, pending } from "./outcomes.ts";
import { decide, type Decision } from "./plan.ts";
import { endsVisit, hasMoved, isImmutability, isTaken, kindNotFound, refusalOf } from "./refusals.ts";
import { stepsOf } from "./waves.ts";
import type { StrayObjects } from "./strays.ts";
import type { Outcome, Outcomes, Work } from "./work.ts";

interface ApplierDeps {
  readonly sender: Sender;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly strays: StrayObjects;
}

/** Who was quiet for so long, and for a drift interval, changes it no more. */
const QUIET_MS = 60_000;
/** Somebody else may change it just when we do. */
const MOST_TRIES = 3;
/** Of the fields of one change, in events. */
const MOST_FIELDS = 5;

type Change = Extract<Decision, { do: "Change" }>;
type Create = Extract<Decision, { do: "Create" }>;

interface Target {
  readonly work: Work;
  readonly declared: DeclaredObject;
  readonly kind: KindAbility;
}

export class Applier {
  readonly #deps: ApplierDeps;

  constructor(deps: ApplierDeps) {
    this.#deps = deps;
  }

  /** Throws what ends the visit: a target that does not answer, credentials that are refused, a lost lease. */
  async apply(work: Work, declared: readonly DeclaredObject[], observed: Observed): Promise<Outcomes> {
    const outcomes = new Map<string, Outcome>();
    const names = this.#namesOf(work, declared, observed);
    const nowMs = this.#deps.clock.now();
    let heldAfter = Number.POSITIVE_INFINITY;
    let isFounded = true;
    for (const { wave, objects, isFoundation } of stepsOf(declared)) {
      const isHeld = wave > heldAfter || !isFounded;
      for (const object of objects) {
        const seen = observed.get(object.ref);
        const outcome = isHeld ? pending(seen) : await this.#applyOne(work, object, { seen, names });
        outcomes.set(object.ref, outcome);
        const isSettled = outcome.state === "Applied" && healthOf(outcome.live, nowMs).status === "Current";
        if (!isSettled) heldAfter = Math.min(heldAfter, wave);
        // What is refused does not come by waiting: its neighbours go on.
        if (isFoundation && !isSettled && outcome.state !== "Refused") isFounded = false;
      }
    }
    return outcomes;
  }

  /** What is, or may become, this set's: not what is seen to be somebody else's. */
  #namesOf(work: Work, declared: readonly DeclaredObject[], observed: Observed): readonly string[] {
    const ours = declared.filter((object) => {
      const { kind } = object;
      const seen = observed.get(object.ref);
      if (!kind || seen === undefined) return true;
      const decision = this.#decide({ work, declared: object, kind }, seen);
      return decision.do !== "Refuse" || !decision.isStrangers;
    });
    return ours.map(({ ref }) => ref);
  }

  async #applyOne(
    work: Work,
    declared: DeclaredObject,
    { seen, names }: { seen: LiveObject | "Absent" | undefined; names: readonly string[] },
  ): Promise<Outcome> {
    const kind = await placedKindOf(work, declared);
    if (!kind) return kindNotFound(declared);
    const target = { work, declared, kind };
    let live = await this.#freshEnough(target, seen);
    for (let tries = 1; ; tries++) {
      const decision = this.#decide(target, live);
      if (decision.do !== "Create" && decision.do !== "Change") return this.#unsent(target, decision, live);
      const { memory } = this.#deps;
      // What somebody sets back each time is healed once for each tick.
      const isLeft = decision.do === "Change" && memory.isHealedSince(work.tickAt, decision.live, decision);
      if (isLeft) return { state: "Applied", live: decision.live };
      try {
        return await this.#send(target, decision, names);
      } catch (error) {
        const outcome = await this.#failed(target, decision, error);
        if (outcome !== "LookAgain") return outcome;
        if (tries === MOST_TRIES) return moving(declared);
        live = await this.#read(target);
      }
    }
  }

  #unsent(target: Target, decision: Exclude<Decision, Create | Change>, live: LiveObject | "Absent"): Outcome {
    if (decision.do === "Keep") return this.#kept(target, decision);
    return decision.do === "Await" ? awaited(target.declared, decision.live) : this.#refused(target, decision, live);
  }

  /** Throws what ends the visit. */
  async #failed(target: Target, decision: Create | Change, error: unknown): Promise<Outcome | "LookAgain"> {
    const isFixed = decision.do === "Change" && isImmutability(error) && mayRecreate(target);
    if (isFixed) return this.#recreate(target, decision.live);
    return hasMoved(error) || isTaken(error) ? "LookAgain" : refusalOf(error, target.declared);
  }

  /** A list may be older than this visit: nothing is written on its word. */
  async #freshEnough(target: Target, seen: LiveObject | "Absent" | undefined): Promise<LiveObject | "Absent"> {
    const { work } = target;
    if (seen === undefined) return this.#read(target);
    if (work.since >= work.startedAt || this.#decide(target, seen).do === "Keep") return seen;
    return this.#read(target);
  }

  #send(target: Target, decision: Create | Change, names: readonly string[]): Promise<Outcome> {
    target.work.place.assertWritable();
    return decision.do === "Create" ? this.#create(target, decision, names) : this.#change(target, decision, names);
  }

  #decide({ work, declared, kind }: Target, live: LiveObject | "Absent"): Decision {
    const entry = work.inventory.get(declared.ref);
    const { memory } = this.#deps;
    const isNormalised = (object: LiveObject, left: readonly Difference[]): boolean =>
      memory.isNormalised(object, left);
    const { newborns } = work.place.channel;
    return decide(declared, { kind, live, entry, owner: work.owner, newborns, isNormalised });
  }

  #read({ work, declared, kind }: Target): Promise<LiveObject | "Absent"> {
    return work.place.channel.read(kind, declared.key, work.visit.signal);
  }

  #kept({ work, declared }: Target, { live, origin }: Extract<Decision, { do: "Keep" }>): Outcome {
    work.inventory.record(declared.ref, live.metadata.uid, origin);
    const { memory, clock } = this.#deps;
    memory.noteInOrder(
      live,
      clock.monotonic() - Math.max(work.visit.object.spec.driftIntervalSeconds * 1000, QUIET_MS),
    );
    return { state: "Applied", live };
  }

  /** What is somebody else's was never ours, whatever was persisted before it was looked at. */
  #refused(
    { work, declared }: Target,
    decision: Extract<Decision, { do: "Refuse" }>,
    live: LiveObject | "Absent",
  ): Outcome {
    const { reason, message } = decision;
    if (decision.isStrangers && work.inventory.get(declared.ref)?.uid === undefined) work.inventory.drop(declared.ref);
    return { state: "Refused", retry: false, reason, message, live: live === "Absent" ? undefined : live };
  }

  async #create(target: Target, { sent }: Create, names: readonly string[]): Promise<Outcome> {
    const { work, declared, kind } = target;
    const { strays } = this.#deps;
    const entry = work.inventory.get(declared.ref);
    const isFirst = entry?.making === undefined;
    const againMs = entry && strays.awaitedMs(work, kind, entry);
    if (againMs !== undefined) return mayCome(declared, againMs);
    if (entry) await strays.settle(work, { kind, entry, manifest: sent });
    const newborn = this.#newbornOf(target, sent);
    await persistBefore(work, names, newborn);
    const change = { verb: "Create", target: shownKey(declared.key), fields: [] } as const;
    const live = await this.#deps.sender
      .send(work.visit, change, (permit) => work.place.channel.create(kind, sent, permit))
      .catch(async (error: unknown) => {
        if (newborn) strays.noteFailed(work, newborn, mayStillAct(error));
        if (await this.#isUnmade(target, error, isFirst)) work.inventory.unmade(declared.ref);
        throw error;
      });
    this.#written({ work, declared, kind }, { live, sent, origin: "Created" });
    work.visit.log.info({ object: declared.ref, uid: live.metadata.uid }, "Created object");
    return { state: "Applied", live };
  }

  /** Whether a create that failed is known to have made nothing. `isFirst`: no other one of the same object may be on its way. */
  async #isUnmade(target: Target, error: unknown, isFirst: boolean): Promise<boolean> {
    // What ends a visit may come from a look at other places, too.
    if (endsVisit(error) || outcomeIsUnknown(error)) return false;
    if (target.work.place.channel.newborns?.are(target.kind) !== true) return true;
    // Of ours there is nothing under way but what was refused just now: whatever has the name is somebody else's.
    if (!isFirst || isTaken(error)) return isFirst;
    // Made, and its marks were refused.
    return (await this.#read(target).catch(() => undefined)) === "Absent";
  }

  /** Undefined where it is made with its marks, and where it is meant to be. */
  #newbornOf({ work, declared, kind }: Target, sent: Manifest): Newborn | undefined {
    const { newborns, strays } = work.place.channel;
    const isUnmarked = newborns?.are(kind) === true;
    if (!isUnmarked && strays?.mayBe(kind) !== true) return undefined;
    const print = isUnmarked ? newborns.printOf(sent) : undefined;
    const making = { since: timestamp(this.#deps.clock), ...(print !== undefined && { print }) };
    return { ref: declared.ref, making };
  }

  async #change({ work, declared, kind }: Target, decision: Change, names: readonly string[]): Promise<Outcome> {
    const { live: before, sent, differences, isForVersion, origin } = decision;
    await persistBefore(work, names);
    const merged = mergedWith(sent, before, declared.shape);
    const patch = mergePatchOf({ ...before }, { ...merged, metadata: withBooks(merged, before) }) ?? {};
    const change = {
      verb: "Update",
      target: shownKey(declared.key),
      fields: shownFields(declared, differences),
    } as const;
    const request = { live: before, declared: sent, merged, patch, isForVersion };
    const live = await this.#deps.sender.send(work.visit, change, (permit) =>
      work.place.channel.change(kind, request, permit),
    );
    const { memory, clock } = this.#deps;
    const by = settersOf(
      before,
      differences.map(({ field }) => field),
    );
    memory.noteHealed(live, { sent, differences, by, atMs: clock.monotonic(), isDrift: isSteady(work) });
    this.#written({ work, declared, kind }, { live, sent, origin });
    return { state: "Applied", live };
  }

  #written(
    { work, declared }: Target,
    { live, sent, origin }: { live: LiveObject; sent: Manifest; origin: "Created" | "Adopted" },
  ): void {
    work.inventory.record(declared.ref, live.metadata.uid, origin);
    this.#deps.memory.noteWritten(live, differencesOf(sent, live, declared.shape));
  }

  /** Deleted now, made when it has gone. */
  async #recreate({ work, declared, kind }: Target, live: LiveObject): Promise<Outcome> {
    const change = { verb: "Delete", target: shownKey(declared.key), fields: [] } as const;
    await this.#deps.sender.send(work.visit, change, (permit) => work.place.channel.remove(kind, live, permit));
    const message = `${shownKey(declared.key)} has a field that can't be changed: it is deleted and made anew`;
    return { state: "Waiting", reason: Reason.Applying, message, live };
  }
}

/** All that may be made, once, before the first of it is made; what can't be marked at once each time. */
async function persistBefore({ inventory }: Work, names: readonly string[], newborn?: Newborn): Promise<void> {
  const message = "Objects are on their way into the target";
  await inventory.persistWith(names, newborn, { state: "Reconciling", reason: Reason.Applying, message });
}

function mayRecreate({ declared }: Target): boolean {
  const { annotations = {} } = declared.manifest.metadata;
  return annotations[OBJECT_ANNOTATIONS.onImmutable] === "Recreate" && !holdsData(declared.key);
}

/** Nobody has changed the spec since all was in order. */
function isSteady({ visit: { found } }: Work): boolean {
  return found.status.observedGeneration === found.metadata.generation && isTrue(found.status.conditions, "Ready");
}

/** A patch says nothing of who owns what. */
function withBooks(merged: LiveObject, { metadata }: LiveObject): LiveObject["metadata"] {
  const { managedFields } = metadata;
  return { ...merged.metadata, ...(managedFields && { managedFields }) };
}

const HIDDEN = "(hidden)";

/** Of a Secret no value, whatever its keys are called. */
function shownFields({ key }: DeclaredObject, differences: readonly Difference[]): readonly Difference[] {
  const shown = differences.slice(0, MOST_FIELDS);
  return isSecret(key) ? shown.map(({ field }) => ({ field, before: HIDDEN, after: HIDDEN })) : shown;
}

/** Undefined where the target has none, or has one with namespaces since a moment: where the object goes is decided at the next visit. */
async function placedKindOf({ place, visit }: Work, declared: DeclaredObject): Promise<KindAbility | undefined> {
  const kind = declared.kind ?? (await kindOf(declared.manifest, place.channel, visit.signal));
  return kind?.namespaced && declared.key.namespace === "" ? undefined : kind;
}
