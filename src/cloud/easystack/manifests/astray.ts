// What was made in another place than it was meant for. A session that is moved or lost between its confirmation and a create stands anywhere in
// the project; YAML then gets into the namespace of that name in another cluster, a form into any. Nothing shows where it was meant for, so that the
// other places are looked at, and what is provably ours is taken away there, by its UID.
import type { Stray, WritePermit } from "../../collection.ts";
import { CloudError } from "../../errors.ts";
import type { LiveObject, Manifest, ObjectKey } from "../../facets/manifests.ts";
import type { LostCreate, Strays } from "../../facets/object-traces.ts";
import { CLAIM_MARK } from "../../manifests/claims.ts";
import { MARKS } from "../../manifests/marks.ts";
import type { Clock } from "../../../lib/clock.ts";
import { listed } from "../../../lib/text.ts";
import type { PlacesThere } from "../clusters.ts";
import { isOutOfReach, isSessionLost, refusedElsewhere, type Place } from "../places/turn.ts";
import { isAfter } from "../times.ts";
import { formNewborns } from "./forms/newborn.ts";
import type { DeletionOptions, RawKind } from "./kinds.ts";
import { keyOf, NOT_SHOWN, shown, type Looks } from "./looks.ts";

interface AstrayDeps {
  readonly clock: Clock;
  readonly cluster: string;
  readonly product: DeletionOptions["product"];
  readonly isForced: boolean;
  /** Of a cluster of the project. */
  readonly looksIn: (cluster: string) => Looks;
  readonly addressOf: (cluster: string, signal: AbortSignal) => Promise<string>;
  readonly placesThere: (signal: AbortSignal) => Promise<PlacesThere>;
  /** Has the account's turns run one after another from then on. */
  readonly keepApart: () => void;
  /** Of the account: outlives a channel, which is opened anew with each change of its options. */
  readonly creates: Creates;
}

/** A create, as it was meant. */
export interface Made {
  readonly kind: RawKind;
  readonly manifest: Manifest;
  /** A form names no namespace, and may bear no mark. */
  readonly by: "Yaml" | "Form";
}

interface Suspect extends Made {
  readonly startedAtMs: number;
  /** Of one whose sender has died: what is known of it. */
  readonly lost?: LostCreate;
}

/** So many of the latest creates are known to be where they belong: more are not made within the tolerance of two clocks. */
const MOST_SETTLED = 256;

/** What is remembered of an account's creates, and may be lost. */
export class Creates {
  /** Those that may have gone astray and were not looked for to the end, by what names them. */
  readonly suspects = new Map<string, Suspect>();
  readonly #settled = new Set<string>();

  /** UID of an object that was made where it was meant to be. */
  settle(uid: string): void {
    this.#settled.add(uid);
    for (const oldest of this.#settled) {
      if (this.#settled.size <= MOST_SETTLED) return;
      this.#settled.delete(oldest);
    }
  }

  isSettled({ metadata: { uid } }: LiveObject): boolean {
    return this.#settled.has(uid);
  }
}

interface Found {
  readonly place: Place;
  readonly key: ObjectKey;
  readonly live: LiveObject;
}

export class Astray {
  readonly #deps: AstrayDeps;

  constructor(deps: AstrayDeps) {
    this.#deps = deps;
  }

  /**
   * Runs a create, which says when it is about to send what makes the object. Throws what it throws; CloudError PlaceNotConfirmed where the object was
   * found in another place, which says where, and what became of it. Where the other places can't be looked at, that is done before the next try.
   */
  async watching(
    made: Made,
    permit: WritePermit,
    create: (sending: () => void) => Promise<LiveObject>,
  ): Promise<LiveObject> {
    const name = this.#nameOf(made);
    const { clock, creates } = this.#deps;
    const { suspects } = creates;
    const former = suspects.get(name);
    if (former) await this.#settle(name, former, permit);
    let startedAtMs = Number.NaN;
    try {
      const live = await create(() => (startedAtMs = clock.now()));
      creates.settle(live.metadata.uid);
      return live;
    } catch (error) {
      if (Number.isNaN(startedAtMs) || !mayBeAstray(error)) throw error;
      const suspect = { ...made, startedAtMs };
      suspects.set(name, suspect);
      await this.#settle(name, suspect, permit);
      throw error;
    }
  }

  /** Throws where it was found, and where it is not known whether it is there. */
  async #settle(name: string, suspect: Suspect, permit: WritePermit): Promise<void> {
    const found = await this.#find(suspect, permit.signal);
    const [first, ...others] = found;
    if (first && others.length === 0) await this.#takeAway(suspect, first, permit);
    this.#deps.creates.suspects.delete(name);
    if (first) this.#deps.keepApart();
    if (first) throw saying(keyOf(suspect.manifest, suspect.kind), first, others);
  }

  /**
   * What a create has made whose sender has died, as Strays has it. Our mark alone tells then: nobody has seen that a session was moved, so that
   * what merely says the same may be a stranger's.
   */
  async find(made: Made, lost: LostCreate, signal: AbortSignal): Promise<readonly Stray[]> {
    // What this operator has sent itself it knows more of, and looks for before it sends it again.
    if (this.#deps.creates.suspects.has(this.#nameOf(made))) return [];
    const suspect = { ...made, startedAtMs: lost.sinceMs, lost };
    const found = await this.#candidates(suspect, signal);
    if (found.some(({ live }) => isMarked(live, made))) this.#deps.keepApart();
    return found.map((each) => ({
      where: `${each.place.cluster}/${each.place.namespace}`,
      takeAway: isMarked(each.live, made) ? (permit) => this.#takeAway(made, each, permit) : undefined,
    }));
  }

  async #find(suspect: Suspect, signal: AbortSignal): Promise<readonly Found[]> {
    const found = await this.#candidates(suspect, signal);
    if (found.some(({ live }) => isMarked(live, suspect))) return found;
    // Without a mark it is ours only if it is nowhere else, and not late where it was meant for.
    const own = this.#placeOf(this.#deps.cluster, keyOf(suspect.manifest, suspect.kind));
    if (found.length === 0 || (await this.#isIn(own, suspect, signal))) return [];
    return found;
  }

  /** The one that bears the mark, or all that may be it. */
  async #candidates(suspect: Suspect, signal: AbortSignal): Promise<readonly Found[]> {
    const { clusters, clockSkewMs } = await this.#deps.placesThere(signal);
    const found: Found[] = [];
    for (const place of this.#placesFor(suspect, clusters)) {
      if (this.#isKnown(place, suspect)) continue;
      const at = await this.#lookIn(place, suspect, signal);
      if (!at || this.#deps.creates.isSettled(at.live)) continue;
      if (!isAfter(at.live.metadata.creationTimestamp ?? "", suspect, clockSkewMs)) continue;
      // There is one at most.
      if (isMarked(at.live, suspect)) return [at];
      found.push(at);
    }
    return found;
  }

  /** What the set has there under that name is no stray. */
  #isKnown({ cluster, namespace }: Place, { kind, manifest, lost }: Suspect): boolean {
    return cluster === this.#deps.cluster && lost?.isKnown({ ...keyOf(manifest, kind), namespace }) === true;
  }

  /** The likeliest first: where a session that has just begun stands, nobody knows. */
  #placesFor({ kind, manifest, by }: Suspect, clusters: PlacesThere["clusters"]): readonly Place[] {
    const { cluster: own, product } = this.#deps;
    // The form of what lies in no namespace names its cluster.
    if (by === "Form" && !kind.namespaced) return [];
    const { namespace } = this.#placeOf(own, keyOf(manifest, kind));
    const all = clusters.flatMap(({ name: cluster, namespaces }) =>
      namespaces.map((each) => ({ cluster, namespace: each, product })),
    );
    const others = all.filter((place) => place.cluster !== own || place.namespace !== namespace);
    const likely = others.filter((place) => place.cluster !== own && place.namespace === namespace);
    return by === "Yaml" ? likely : [...likely, ...others.filter((place) => !likely.includes(place))];
  }

  /** Undefined where there is nothing that may be it. What our user may not enter, no session of ours has stood in. */
  async #lookIn(place: Place, suspect: Suspect, signal: AbortSignal): Promise<Found | undefined> {
    const { kind, manifest } = suspect;
    const key = { ...keyOf(manifest, kind), namespace: kind.namespaced ? place.namespace : "" };
    try {
      const looks = this.#deps.looksIn(place.cluster);
      const live = await looks.inTurn(key, signal, async (turn) => {
        // Whoever has moved one session may have moved them all.
        await turn.confirm();
        return looks.look(turn, kind, { key, signal });
      });
      if (live === "Absent") return undefined;
      return isMarked(live, suspect) || saysTheSame(live, suspect) ? { place, key, live } : undefined;
    } catch (error) {
      if (isOutOfReach(error)) return undefined;
      throw error;
    }
  }

  async #isIn(place: Place, { kind, manifest }: Suspect, signal: AbortSignal): Promise<boolean> {
    return (await this.#deps.looksIn(place.cluster).read(kind, keyOf(manifest, kind), signal)) !== "Absent";
  }

  async #takeAway({ kind }: Made, { place, key, live }: Found, permit: WritePermit): Promise<void> {
    const { product, isForced, looksIn, addressOf } = this.#deps;
    const { cluster } = place;
    if (kind.deletion === undefined) return;
    const address = kind.namespaced ? "" : await addressOf(cluster, permit.signal);
    const deletion = kind.deletion(key.name, { product, isForced, cluster, address });
    const looks = looksIn(cluster);
    const operation = `Take away ${shown(key)} in ${cluster}`;
    try {
      await looks.inTurn(key, permit.signal, async (turn) => {
        await turn.confirm();
        await looks.lookFor(turn, kind, { live, operation, permit });
        await turn.write(deletion);
      });
    } catch (error) {
      // What a deletion answers proves nothing, and what is gone or another one by now is not ours to take.
      if (!(error instanceof CloudError) || (error.kind !== "NotFound" && error.kind !== "Conflict")) throw error;
    }
  }

  #placeOf(cluster: string, key: ObjectKey): Place {
    return this.#deps.looksIn(cluster).placeOf(key);
  }

  #nameOf({ kind, manifest }: Made): string {
    const { cluster, product } = this.#deps;
    return `${product} ${cluster} ${shown(keyOf(manifest, kind))}`;
  }
}

export function straysBy(astray: Astray, by: (kind: string) => Made["by"]): Strays {
  return {
    mayBe: ({ marks }) => marks !== "None",
    find: (ability, lost, signal) => {
      const { manifest } = lost;
      return astray.find({ kind: ability as RawKind, manifest, by: by(manifest.kind) }, lost, signal);
    },
  };
}

/** The cloud took it, and it does not show; or it may have acted where another session stood. */
function mayBeAstray(error: unknown): boolean {
  if (isSessionLost(error)) return !refusedElsewhere(error);
  return error instanceof CloudError && error.codes.includes(NOT_SHOWN);
}

/** By our set's mark, or a claim's. Where it belongs in that cluster too, it was made before, or is known to be settled. */
function isMarked({ metadata }: LiveObject, { manifest }: Made): boolean {
  const { labels = {} } = manifest.metadata;
  const label = labels[MARKS.set] === undefined ? CLAIM_MARK : MARKS.set;
  return labels[label] !== undefined && metadata.labels?.[label] === labels[label];
}

/** Of what a form makes without a mark. */
function saysTheSame(live: LiveObject, { manifest, by, lost }: Suspect): boolean {
  if (by === "Yaml") return false;
  if (lost?.print !== undefined) return formNewborns.printOf(live) === lost.print;
  return lost?.isWhole !== false && formNewborns.isOf(live, manifest);
}

function saying(key: ObjectKey, first: Found, others: readonly Found[]): CloudError {
  const where = ({ place }: Found): string => `${place.cluster}/${place.namespace}`;
  const why = "the server's session was in another place than it had confirmed";
  const message =
    others.length === 0
      ? `${shown(key)} was made in ${where(first)}, because ${why}, and was taken away there. It is made anew where it belongs`
      : `${shown(key)} was made in another place, because ${why}. It is one of those in ${listed([first, ...others].map(where))}; nothing tells which, ` +
        "and none is touched. Delete the one that nobody knows";
  return new CloudError("PlaceNotConfirmed", { message, advice: "" });
}
