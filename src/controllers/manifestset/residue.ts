// What the cloud has made for objects of a set and what may outlive them, such as load balancers: kept in the status by name while the object is there,
// looked for once it has gone, and named where it is still there ten minutes later, because it costs on.
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { ManifestSetCondition as Condition, ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { MOST_RESIDUE } from "../../crds/manifestset/limits.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { HeldError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Said } from "../external/kind.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { keyOfRef } from "./objects.ts";
import type { Work } from "./work.ts";

type Entry = NonNullable<ManifestSet["status"]["residue"]>[number];

interface ResidueDeps {
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
}

/** So long a cloud may take its time. */
const LINGERING_MS = 600_000;
/** A visit reads every object. */
const POLL_MS = 60_000;
/** Of a set of which nothing else is left. */
const SOON_MS = 5_000;

/** What outlives its object; empty where nothing does. */
export interface Left {
  /** Of those that have been left for ten minutes. */
  readonly said: Said | undefined;
  /** Of all, in words. */
  readonly names: readonly string[];
  /** When it is looked for again. */
  readonly againMs?: number;
}

const NOTHING: Left = { said: undefined, names: [] };

export class Residues {
  readonly #deps: ResidueDeps;

  constructor(deps: ResidueDeps) {
    this.#deps = deps;
  }

  /** Drafts what these objects, which are there, would leave. Returns whether the status did not name all of it before. */
  note({ visit, place: { channel }, inventory }: Work, found: ReadonlyMap<string, LiveObject>): "New" | "Known" {
    const { residue } = channel;
    if (!residue) return "Known";
    const before = visit.status.residue ?? [];
    // A stranger's are the stranger's affair.
    const there = new Map([...found].filter(([ref, { metadata }]) => inventory.mayBe(ref, metadata.uid)));
    const wanted = [...there].flatMap(([ref, live]) => residue.namesOf(live).map((name): Entry => ({ ref, name })));
    const isWanted = (entry: Entry): boolean => wanted.some((each) => isSame(each, entry));
    const since = timestamp(this.#deps.clock);
    const others = before
      .filter((entry) => !isWanted(entry))
      // The object is there, and has another one now.
      .map((entry) => (there.has(entry.ref) ? goneSince(entry, since) : entry));
    draft(visit, [...others, ...wanted]);
    return wanted.every((entry) => before.some((each) => isSame(each, entry))) ? "Known" : "New";
  }

  /** Looks for what may be left of objects that have gone. Throws CloudError. */
  async look(work: Work): Promise<Left> {
    const { visit, place } = work;
    const { residue } = place.channel;
    if (!residue || visit.status.residue === undefined) return NOTHING;
    const entries = await this.#aged(work, visit.status.residue);
    const gone = entries.filter(({ since }) => since !== undefined);
    const names = gone.map(({ name }) => name);
    const left = new Set(names.length === 0 ? [] : await residue.left(names, visit.signal));
    draft(
      visit,
      entries.filter(({ since, name }) => since === undefined || left.has(name)),
    );
    const shown = gone.filter(({ name }) => left.has(name));
    if (shown.length === 0) return NOTHING;
    const nowMs = this.#deps.clock.now();
    const late = shown.filter(({ since = "" }) => nowMs - Date.parse(since) >= LINGERING_MS);
    return {
      said: late.length === 0 ? undefined : saidOf(late, residue.noun),
      names: shown.map(({ name }) => `${residue.noun} ${name}`),
      againMs: POLL_MS,
    };
  }

  /** An event where the condition does not say the same already. */
  tell({ object }: Visit<ManifestSet>, { said }: Left): void {
    const before = findCondition(object.status.conditions, Condition.UpToDate);
    if (!said || (before?.reason === said.reason && before.message === said.message)) return;
    this.#deps.events.event(object, { type: "Warning", reason: said.reason, action: "Reconcile", note: said.message });
  }

  /** With the time since when their objects are gone. What is there and no longer the set's was left on purpose, with all of its own. */
  async #aged({ visit, place: { channel }, inventory }: Work, entries: readonly Entry[]): Promise<readonly Entry[]> {
    const aged: Entry[] = [];
    for (const entry of entries) {
      if (entry.since !== undefined || inventory.get(entry.ref)) {
        aged.push(entry);
        continue;
      }
      const key = keyOfRef(entry.ref);
      const kind = await channel.kindOf({ group: key.group, kind: key.kind, version: undefined }, visit.signal);
      const isThere = kind && (await channel.read(kind, key, visit.signal)) !== "Absent";
      if (!isThere) aged.push({ ...entry, since: timestamp(this.#deps.clock) });
    }
    return aged;
  }
}

/** Throws what a set that is being deleted waits for. `wayOut`: how to let go of it all the same. */
export function assertNothingLeft({ said, names }: Left, wayOut: string): void {
  if (said) throw new HeldError({ ...said, message: `${said.message}. ${wayOut}`, pollAfterMs: POLL_MS });
  if (names.length === 0) return;
  const message = `The objects are gone; waiting for ${listed(names)}`;
  throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: SOON_MS });
}

function saidOf(late: readonly Entry[], noun: string): Said {
  const names = listed(late.map(({ name, ref }) => `${name} of ${keyOfRef(ref).namespace}/${keyOfRef(ref).name}`));
  const message = `What it was made for is gone, and ${noun} ${names} is there still and costs on. Delete it in the cloud`;
  return { reason: Reason.ResidueLeft, message };
}

/** Since then, unless it was before. */
function goneSince(entry: Entry, since: string): Entry {
  return { since, ...entry };
}

function isSame(one: Entry, other: Entry): boolean {
  return one.ref === other.ref && one.name === other.name;
}

function draft({ status }: Visit<ManifestSet>, entries: readonly Entry[]): void {
  const ordered = entries
    .toSorted((a, b) => (`${a.ref} ${a.name}` < `${b.ref} ${b.name}` ? -1 : 1))
    .slice(0, MOST_RESIDUE);
  if (ordered.length === 0) delete status.residue;
  else status.residue = ordered;
}
