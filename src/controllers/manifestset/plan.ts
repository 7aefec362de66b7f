// What to do about one declared object (pure): make it, take it over, change it, or leave it alone and say why.
import type { KindAbility, LiveObject, Manifest } from "../../cloud/facets/manifests.ts";
import type { Newborns } from "../../cloud/facets/object-traces.ts";
import { MARKS } from "../../cloud/manifests/marks.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";
import type { Difference } from "../external/change.ts";
import type { Said } from "../external/kind.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { spelledFor, type DeclaredObject } from "./declared.ts";
import { differencesOf } from "./differences.ts";
import { fieldsOf } from "./fields.ts";
import { withLiveValues } from "./merge.ts";
import { holdsData, shownKey } from "./objects.ts";

export type InventoryEntry = NonNullable<ManifestSet["status"]["inventory"]>[number];
export type Origin = InventoryEntry["origin"];

/** Whose sets act here. */
export interface Owner {
  /** UID of the set. */
  readonly uid: string;
  /** "namespace/name". */
  readonly key: string;
  readonly existingObjects: "Refuse" | "Adopt";
  /** UID of an object whose loss a person has confirmed. */
  readonly mayRecreate: string | undefined;
}

export type Decision =
  | { readonly do: "Create"; readonly sent: Manifest }
  | {
      readonly do: "Change";
      readonly live: LiveObject;
      readonly sent: Manifest;
      readonly differences: readonly Difference[];
      readonly isForVersion: boolean;
      readonly origin: Origin;
    }
  | { readonly do: "Keep"; readonly live: LiveObject; readonly origin: Origin }
  /** Somebody deletes it: it is made anew when it has gone. */
  | { readonly do: "Await"; readonly live: LiveObject }
  | ({ readonly do: "Refuse"; readonly isStrangers: boolean } & Said);

interface Known {
  readonly kind: KindAbility;
  readonly live: LiveObject | "Absent";
  readonly entry: InventoryEntry | undefined;
  readonly owner: Owner;
  /** Of its channel. */
  readonly newborns?: Newborns | undefined;
  /** Whether what differs is how the target writes what it was sent. */
  readonly isNormalised: (live: LiveObject, differences: readonly Difference[]) => boolean;
}

export function decide(declared: DeclaredObject, known: Known): Decision {
  const { kind, live, entry, owner, isNormalised } = known;
  if (live === "Absent") return absent(declared, { kind, entry, owner });
  const whose = isNewborn(declared, live, known) ? "Ours" : whoseIs(live, entry, owner);
  if (whose === "AnotherSets") return refused(Reason.NameConflict, anotherSets(declared, live));
  const isRefused = whose === "Strangers" && owner.existingObjects === "Refuse";
  if (isRefused) return refused(Reason.AlreadyExists, strangers(declared));
  if (live.metadata.deletionTimestamp !== undefined) return { do: "Await", live };
  return present(declared, live, {
    kind,
    owner,
    isNormalised,
    origin: whose === "Strangers" ? "Adopted" : (entry?.origin ?? "Created"),
  });
}

/** Ours, or to be. */
function present(
  declared: DeclaredObject,
  live: LiveObject,
  { kind, owner, isNormalised, origin }: Pick<Known, "kind" | "owner" | "isNormalised"> & { readonly origin: Origin },
): Decision {
  const whole = markedFor(declared, kind, owner);
  const sent = withLiveValues(whole, { live, pointers: declared.ignored, shape: declared.shape });
  const differences = differencesOf(sent, live, declared.shape);
  if (differences.length === 0 || isNormalised(live, differences)) return { do: "Keep", live, origin };
  const isForVersion = declared.ignored.length > 0;
  return { do: "Change", live, sent, differences, isForVersion, origin };
}

function absent(declared: DeclaredObject, { kind, entry, owner }: Pick<Known, "kind" | "entry" | "owner">): Decision {
  const isLost = entry?.uid !== undefined && holdsData(declared.key) && owner.mayRecreate !== entry.uid;
  if (!isLost) return { do: "Create", sent: markedFor(declared, kind, owner) };
  const message =
    `${shownKey(declared.key)} was there with UID ${entry.uid} and is gone, and what it held with it. To have it made anew and empty, ` +
    `annotate the set ${ANNOTATIONS.recreate}: "${entry.uid}"`;
  return { do: "Refuse", isStrangers: false, reason: Reason.ExternalResourceMissing, message };
}

/** The clocks of two machines. */
const CLOCKS_MS = 30_000;
/** So long a create may wait for its turn, and for its answer. */
export const ON_THE_WAY_MS = 600_000;

/** Whether it was made when what the entry tells of was about to be. That nothing was there before, a look has shown. */
function isOfTime({ metadata }: LiveObject, entry: InventoryEntry | undefined): boolean {
  const sinceMs = Date.parse(entry?.making?.since ?? "");
  const ageMs = Date.parse(metadata.creationTimestamp ?? "") - sinceMs;
  return entry?.uid === undefined && ageMs >= -CLOCKS_MS && ageMs <= ON_THE_WAY_MS + CLOCKS_MS;
}

/** What was just made of it, and bears no mark yet. */
export function isNewborn(
  declared: DeclaredObject,
  live: LiveObject,
  { kind, entry, owner, newborns }: Pick<Known, "kind" | "entry" | "owner" | "newborns">,
): boolean {
  return isOfTime(live, entry) && newborns?.isOf(live, markedFor(declared, kind, owner)) === true;
}

/** By what its entry tells of what was about to be made. Of what is secret it tells nothing. */
export function isMadeOf(live: LiveObject, entry: InventoryEntry, newborns: Newborns | undefined): boolean {
  const print = entry.making?.print;
  return print !== undefined && isOfTime(live, entry) && newborns?.printOf(live) === print;
}

/** Whether it may be what was about to be made, and nothing tells. */
export function mayBeMadeOf(live: LiveObject, entry: InventoryEntry): boolean {
  const isUnmarked = live.metadata.labels?.[MARKS.set] === undefined;
  return isUnmarked && entry.making?.print === undefined && isOfTime(live, entry);
}

/** Ours by its UID, or by its mark. A set of our name that was made anew finds its former objects as a stranger's. */
function whoseIs(
  { metadata }: LiveObject,
  entry: InventoryEntry | undefined,
  { uid, key }: Owner,
): "Ours" | "AnotherSets" | "Strangers" {
  const mark = metadata.labels?.[MARKS.set];
  if (mark === uid) return "Ours";
  const isFormerlyOurs = metadata.annotations?.[MARKS.name] === key;
  if (mark !== undefined && !isFormerlyOurs) return "AnotherSets";
  return entry?.uid === metadata.uid ? "Ours" : "Strangers";
}

export function isMarkedBy({ metadata }: LiveObject, uid: string): boolean {
  return metadata.labels?.[MARKS.set] === uid;
}

/** As it is sent: in the target's spelling, with our marks. */
function markedFor(declared: DeclaredObject, kind: KindAbility, { uid, key }: Owner): Manifest {
  const manifest = spelledFor(declared, kind);
  if (kind.marks === "None") return manifest;
  const { labels, annotations } = manifest.metadata;
  const metadata = {
    ...manifest.metadata,
    labels: { ...labels, [MARKS.set]: uid },
    annotations: { ...annotations, [MARKS.name]: key },
  };
  const marked = { ...manifest, metadata };
  if (kind.change === "ServerSide") return marked;
  // What is declared no more shows by it, where the target keeps no books.
  const fields = stringifyExactly(fieldsOf(marked, declared.shape));
  return { ...marked, metadata: { ...metadata, annotations: { ...metadata.annotations, [MARKS.fields]: fields } } };
}

function refused(reason: string, message: string): Decision {
  return { do: "Refuse", isStrangers: true, reason, message };
}

function strangers({ key }: DeclaredObject): string {
  return (
    `${shownKey(key)} is there and is not this set's; it is not touched. Set spec.existingObjects to Adopt to take it over, or delete ` +
    "it, or take it out of the sources"
  );
}

function anotherSets({ key }: DeclaredObject, { metadata }: LiveObject): string {
  const name = metadata.annotations?.[MARKS.name];
  return (
    `${shownKey(key)} is of ManifestSet ${name ?? "of another name"}, by its label ${MARKS.set}; it is not touched. Take it out of one ` +
    "of the two; where that set is no more, remove the label"
  );
}
