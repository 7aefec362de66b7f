// What a create has made elsewhere than it was meant for, where nobody has seen how it ended: looked for before the object is made again, and before
// the set forgets it, and not before the settle window has passed: until then it may still be on its way. What bears our mark is taken away; of what
// may be a stranger's people are told.
import type { KindAbility, LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import { MARKS } from "../../cloud/manifests/marks.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { listed } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Sender } from "../external/sender.ts";
import { takeAwayStray } from "../external/strays.ts";
import { keyOfObject, keyOfRef, refOfKey, shownKey } from "./objects.ts";
import type { Newborn } from "./inventory.ts";
import { ON_THE_WAY_MS, type InventoryEntry } from "./plan.ts";
import type { Work } from "./work.ts";

interface StrayDeps {
  readonly clock: Clock;
  /** How long after a send it may still take effect. */
  readonly settleWindowMs: number;
  readonly sender: Sender;
  readonly events: Pick<EventRecorder, "event">;
}

/** Of an object that is not where it was to be. */
interface Sought {
  readonly kind: KindAbility;
  readonly entry: InventoryEntry;
  /** As it is declared; undefined where it is declared no more. */
  readonly manifest: Manifest | undefined;
}

/** A create whose end nobody has seen. */
interface Met {
  readonly since: string;
  /**
   * From when on the settle window counts, milliseconds since the epoch: since it has failed; of one whose sender has died, since this process has
   * met it, which was later than the last request of that. What is lost of it costs a wait.
   */
  readonly fromMs: number;
}

/** It may show where it was to be. */
const LONGEST_LOOK_MS = 5_000;

export class StrayObjects {
  readonly #deps: StrayDeps;
  /** By UID of the set, then by object: one for each, whose newest create it is. */
  readonly #met = new Map<string, Map<string, Met>>();

  constructor(deps: StrayDeps) {
    this.#deps = deps;
  }

  /** `mayAct`: whether it may still take effect, by the error that it ended with. */
  noteFailed({ owner }: Work, { ref, making: { since } }: Newborn, mayAct: boolean): void {
    this.#note(owner.uid, ref, { since, fromMs: mayAct ? this.#deps.clock.now() : Number.NEGATIVE_INFINITY });
  }

  /** Of a set that has gone. */
  forget(set: string): void {
    this.#met.delete(set);
  }

  /** Within how many ms to look again for an object of which a create may still take effect; undefined where none may. */
  awaitedMs({ place, owner }: Work, kind: KindAbility, { ref, making, uid }: InventoryEntry): number | undefined {
    if (place.channel.strays?.mayBe(kind) !== true || making === undefined || uid !== undefined) return undefined;
    const { clock, settleWindowMs } = this.#deps;
    const { since } = making;
    const known = this.#met.get(owner.uid)?.get(ref);
    const lastSentMs = Date.parse(since) + ON_THE_WAY_MS;
    const fromMs = known?.since === since ? known.fromMs : Math.min(clock.now(), lastSentMs);
    this.#note(owner.uid, ref, { since, fromMs });
    const leftMs = fromMs + settleWindowMs - clock.now();
    return leftMs > 0 ? Math.min(leftMs, LONGEST_LOOK_MS) : undefined;
  }

  /** Throws CloudError where a place can't be looked at, or what is ours can't be taken away: then it is still to be done. */
  async settle(work: Work, { kind, entry, manifest }: Sought): Promise<void> {
    const { strays } = work.place.channel;
    if (!strays?.mayBe(kind) || entry.making === undefined || entry.uid !== undefined) return;
    const { since, print } = entry.making;
    const lost = {
      manifest: marked(manifest ?? named(entry, kind), work.owner.uid),
      isWhole: manifest !== undefined,
      sinceMs: Date.parse(since),
      print,
      isKnown: (key: Parameters<typeof refOfKey>[0]) => work.inventory.get(refOfKey(key)) !== undefined,
    };
    const found = await strays.find(kind, lost, work.visit.signal);
    const shown = shownKey(keyOfObject(lost.manifest));
    for (const stray of found) await takeAwayStray(this.#deps, work.visit, { shown, stray });
    const doubtful = found.filter(({ takeAway }) => takeAway === undefined).map(({ where }) => where);
    if (doubtful.length > 0) this.#tell(work, maybe(shown, doubtful));
  }

  /** What is where it was to be, and bears no mark: nothing tells whose it is any more. */
  leave({ visit: { object } }: Work, live: LiveObject): void {
    const note =
      `${shownKey(keyOfObject(live))} was made when this set was about to make it, and nothing tells by whom: it is left. ` +
      "Delete it if nobody knows it";
    this.#deps.events.event(object, { type: "Warning", reason: Reason.ResidueLeft, action: "Delete", note });
  }

  #note(set: string, ref: string, met: Met): void {
    const ofSet = this.#met.get(set) ?? new Map<string, Met>();
    this.#met.set(set, ofSet.set(ref, met));
  }

  #tell({ visit: { object } }: Work, note: string): void {
    this.#deps.events.event(object, { type: "Warning", reason: Reason.PlaceNotConfirmed, action: "Reconcile", note });
  }
}

/** All that is known of what is declared no more. */
function named({ ref }: InventoryEntry, { apiVersion }: KindAbility): Manifest {
  const { kind, namespace, name } = keyOfRef(ref);
  return { apiVersion, kind, metadata: { name, ...(namespace !== "" && { namespace }) } };
}

function marked(manifest: Manifest, uid: string): Manifest {
  const { metadata } = manifest;
  return { ...manifest, metadata: { ...metadata, labels: { ...metadata.labels, [MARKS.set]: uid } } };
}

function maybe(shown: string, places: readonly string[]): string {
  return (
    `Whether ${shown} in ${listed(places)} was made by a request of this set that nobody saw answered, or by somebody else, nothing tells: ` +
    "it is not touched. Delete it if nobody knows it"
  );
}
