// What is declared no more, or by a set that goes: deleted in reverse order by its UID, until each has gone; or left, and only our
// marks taken off. The deletion of a set and its prunes go the same way.
import type { KindAbility, LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { MARKS, FIELD_MANAGER } from "../../cloud/manifests/marks.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { mergePatchOf } from "../../runtime/status.ts";
import type { Sender } from "../external/sender.ts";
import type { DeclaredObject } from "./declared.ts";
import type { Memory } from "./memory.ts";
import { holdsData, isKeptFromPruning, keyOfRef, shownKey } from "./objects.ts";
import { inTurns } from "./observe.ts";
import { isMadeOf, isMarkedBy, isNewborn, mayBeMadeOf, type InventoryEntry } from "./plan.ts";
import { endsVisit, hasMoved } from "./refusals.ts";
import type { StrayObjects } from "./strays.ts";
import { stepsOf } from "./waves.ts";
import type { Work } from "./work.ts";

type Spec = ManifestSet["spec"];

/** An object of the inventory that is to go, as it is now. */
export interface Leaving {
  readonly entry: InventoryEntry;
  readonly kind: KindAbility;
  readonly live: LiveObject;
  /** For the order. */
  readonly manifest: Manifest;
  readonly fate: "Delete" | "Leave";
}

/** What a look has found of what is to go. */
export interface Looked {
  readonly leaving: readonly Leaving[];
  /** What may still be made by a request that nobody has seen the end of, in words. */
  readonly mayCome: readonly string[];
}

/** What became of those that were to go. */
export interface Departed {
  /** Are on their way, in words. */
  readonly going: readonly string[];
  /** The target refuses to let them go, in words. */
  readonly refused: readonly string[];
}

interface PrunerDeps {
  readonly sender: Sender;
  readonly memory: Memory;
  readonly strays: StrayObjects;
}

interface Asked {
  readonly spec: Spec;
  readonly isSetLeaving: boolean;
  /** UIDs that are declared under another name of their kind. */
  readonly spared: ReadonlySet<string>;
  /** What is declared of these still, by ref, as far as it is known. */
  readonly declared?: ReadonlyMap<string, DeclaredObject>;
}

/** What stays by the set's policy: `isSetLeaving` where the whole set is deleted. */
function fateOf(
  entry: InventoryEntry,
  live: LiveObject,
  { spec, isSetLeaving }: { spec: Spec; isSetLeaving: boolean },
): "Delete" | "Leave" {
  const policy = spec.deletionPolicy ?? (entry.origin === "Created" ? "Delete" : "Orphan");
  const isKept = isSetLeaving ? policy === "Orphan" : spec.prune === "Keep" || policy === "Orphan";
  if (isKept || isKeptFromPruning(live)) return "Leave";
  return holdsData(keyOfRef(entry.ref)) && spec.dataOnDelete === "Keep" ? "Leave" : "Delete";
}

export class Pruner {
  readonly #deps: PrunerDeps;

  constructor(deps: PrunerDeps) {
    this.#deps = deps;
  }

  /** What of these is there still and is ours. Entries of what has gone, and of what is somebody else's by now, leave the inventory. */
  async look(
    work: Work,
    entries: readonly InventoryEntry[],
    { spec, isSetLeaving, spared, declared = new Map() }: Asked,
  ): Promise<Looked> {
    const found = await inTurns(entries, async (entry): Promise<Leaving | "MayCome" | undefined> => {
      const seen = await this.#seen(work, entry, declared.get(entry.ref));
      const { kind, live, isIts } = seen;
      if (kind && live !== "Absent" && isIts && !spared.has(live.metadata.uid)) {
        return { entry, kind, live, manifest: live, fate: fateOf(entry, live, { spec, isSetLeaving }) };
      }
      const isAwaited = kind && live === "Absent" && this.#deps.strays.awaitedMs(work, kind, entry) !== undefined;
      if (isAwaited) return "MayCome";
      if (kind && !isIts) await this.#settle(work, { entry, kind, live, declared: declared.get(entry.ref) });
      this.#left(work, entry);
      return undefined;
    });
    return {
      leaving: found.filter((each) => typeof each === "object"),
      mayCome: entries
        .filter((_, index) => found[index] === "MayCome")
        .map(({ ref }) => `${shownKey(keyOfRef(ref))}, which may still be made`),
    };
  }

  async #seen(work: Work, entry: InventoryEntry, declared: DeclaredObject | undefined): Promise<Seen> {
    const { place, visit } = work;
    const key = keyOfRef(entry.ref);
    const kind = await place.channel.kindOf({ group: key.group, kind: key.kind, version: undefined }, visit.signal);
    // With the kind all of it has gone; and what was named before its kind was known to have namespaces was never made.
    if (!kind || (kind.namespaced && key.namespace === "")) return { kind, live: "Absent", isIts: false };
    const live = await place.channel.read(kind, key, visit.signal);
    return { kind, live, isIts: live !== "Absent" && isItsOwn(work, { entry, live, kind, declared }) };
  }

  /** What nobody has seen the end of, before the inventory forgets it. */
  async #settle(work: Work, { entry, kind, live, declared }: Found<LiveObject | "Absent">): Promise<void> {
    const { strays } = this.#deps;
    if (live === "Absent") return strays.settle(work, { kind, entry, manifest: declared?.manifest });
    const isUnmarked = work.place.channel.newborns?.are(kind) === true;
    if (isUnmarked && mayBeMadeOf(live, entry)) strays.leave(work, live);
  }

  /** Each step waits for the one after it in the order of applying. */
  async send(work: Work, { leaving, mayCome }: Looked): Promise<Departed> {
    for (const { objects } of stepsOf(leaving).toReversed()) {
      const ends = await Promise.all(objects.toReversed().map((each) => this.#endOf(work, each)));
      const going = ends.flatMap((end) => end.going ?? []);
      const refused = ends.flatMap((end) => end.refused ?? []);
      if (going.length + refused.length > 0) return { going: [...going, ...mayCome], refused };
    }
    return { going: mayCome, refused: [] };
  }

  async #endOf(work: Work, leaving: Leaving): Promise<{ readonly going?: string; readonly refused?: string }> {
    const { entry, live } = leaving;
    try {
      if (leaving.fate === "Delete") return await this.#delete(work, leaving);
      await this.#release(work, leaving);
      this.#left(work, entry);
      return {};
    } catch (error) {
      // Gone, or another one: the next look says which.
      if (hasMoved(error)) return { going: shownEntry(entry, live) };
      if (endsVisit(error) || !(error instanceof CloudError)) throw error;
      return { refused: error.message };
    }
  }

  async #delete(work: Work, { entry, kind, live }: Leaving): Promise<{ readonly going?: string }> {
    const { channel } = work.place;
    const isGoing = live.metadata.deletionTimestamp !== undefined;
    if (isGoing && channel.hastens?.(live) !== true) return { going: shownEntry(entry, live) };
    const change = { verb: "Delete", target: shownKey(keyOfRef(entry.ref)), fields: [] } as const;
    try {
      await this.#deps.sender.send(work.visit, change, (permit) => channel.remove(kind, live, permit));
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    }
    const after = await channel.read(kind, keyOfRef(entry.ref), work.visit.signal);
    if (after !== "Absent" && after.metadata.uid === live.metadata.uid) return { going: shownEntry(entry, after) };
    this.#left(work, entry);
    return {};
  }

  #left({ inventory }: Work, { ref, uid }: InventoryEntry): void {
    inventory.drop(ref);
    if (uid !== undefined) this.#deps.memory.forget(uid);
  }

  /** Nothing changes but our marks and our part in the target's books. */
  async #release(work: Work, { kind, live, entry }: Leaving): Promise<void> {
    const released = withoutMarks(live);
    const patch = mergePatchOf({ ...live }, { ...released });
    if (!patch || kind.change === "None") return;
    const fields = [{ field: `metadata.labels[${MARKS.set}]`, before: work.owner.uid, after: undefined }];
    const change = { verb: "Update", target: shownKey(keyOfRef(entry.ref)), fields } as const;
    const request = { live, declared: undefined, merged: released, patch, isForVersion: true };
    await this.#deps.sender.send(work.visit, change, (permit) => work.place.channel.change(kind, request, permit));
  }
}

/** An object of the inventory, as it was found. */
interface Seen {
  readonly kind: KindAbility | undefined;
  readonly live: LiveObject | "Absent";
  readonly isIts: boolean;
}

interface Found<Live> {
  readonly entry: InventoryEntry;
  readonly live: Live;
  readonly kind: KindAbility;
  /** What is declared of it still, as far as it is known. */
  readonly declared: DeclaredObject | undefined;
}

function isItsOwn({ owner, place }: Work, { entry, live, kind, declared }: Found<LiveObject>): boolean {
  const { newborns } = place.channel;
  if (isOurs(live, entry, owner.uid) || isMadeOf(live, entry, newborns)) return true;
  return declared !== undefined && isNewborn(declared, live, { kind, entry, owner, newborns });
}

/** By our mark; by its UID where somebody has taken that off. Another set's mark is that set's word. */
function isOurs(live: LiveObject, { uid }: InventoryEntry, setUid: string): boolean {
  return isMarkedBy(live, setUid) || (uid === live.metadata.uid && live.metadata.labels?.[MARKS.set] === undefined);
}

function withoutMarks(live: LiveObject): LiveObject {
  const { labels = {}, annotations = {}, managedFields, ...metadata } = live.metadata;
  const { [MARKS.set]: _set, ...otherLabels } = labels;
  const { [MARKS.name]: _name, [MARKS.fields]: _fields, ...otherAnnotations } = annotations;
  const others = managedFields?.filter(({ manager }) => manager !== FIELD_MANAGER);
  return {
    ...live,
    metadata: {
      ...metadata,
      ...(Object.keys(otherLabels).length > 0 && { labels: otherLabels }),
      ...(Object.keys(otherAnnotations).length > 0 && { annotations: otherAnnotations }),
      ...(others && { managedFields: others }),
    },
  };
}

/** With what holds it. */
function shownEntry({ ref }: InventoryEntry, { metadata }: LiveObject): string {
  const { finalizers = [] } = metadata;
  const held = finalizers.length === 0 ? "" : ` (held by ${finalizers.join(", ")})`;
  return `${shownKey(keyOfRef(ref))}${held}`;
}
