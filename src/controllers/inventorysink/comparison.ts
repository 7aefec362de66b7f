// The store compared with the caches: one list per type tells what is there; what differs is handed on by its slot, to be looked at
// again when it is sent or taken away.
import type { Clock } from "../../lib/clock.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { NOBODYS, type Ledger } from "./ledger.ts";
import { METRIC_TYPE, metricReports } from "./metrics.ts";
import { isForbidden } from "./refusals.ts";
import { allCovered, filedUnder, type SinkScope } from "./scope.ts";
import { listOf, slotIn, slotText, type Slot } from "./shelves.ts";
import type { Slots } from "./slots.ts";
import { clusterSlot, recordType, subjectIn, wantedIn, wantedSlots } from "./wants.ts";

interface ComparisonDeps {
  readonly slots: Slots;
  readonly ledger: Ledger;
  readonly clock: Clock;
}

export interface Difference {
  /** To be put: nothing is there, or something else of ours. */
  readonly missing: readonly Slot[];
  readonly differing: readonly Slot[];
  /** To be taken away: ours, and nothing belongs there. */
  readonly surplus: readonly Slot[];
  /** Others' where something of ours belongs. */
  readonly conflicts: readonly Slot[];
  /** Told to be others', or refused by the store, and nothing of ours belongs there any more. */
  readonly unwanted: readonly Slot[];
}

type Place = Omit<Slot, "name">;

export class Comparison {
  readonly #deps: ComparisonDeps;
  /** Ids of clusters under which something of ours has been seen or put. */
  readonly #clusterIds = new Set<string>();

  constructor(deps: ComparisonDeps) {
    this.#deps = deps;
  }

  /** Under which something of the sink may be filed: those of its resources, and those that records told of before they were rewritten. */
  clusterIdsOf(scope: SinkScope): readonly string[] {
    const ids = new Set([scope.sink.spec.clusterId, ...this.#clusterIds]);
    for (const resource of allCovered(scope)) ids.add(filedUnder(scope, resource));
    return [...ids];
  }

  /** Something of ours may be under that id, though no record tells of it any more. */
  remember(clusterId: string): void {
    this.#clusterIds.add(clusterId);
  }

  /** Throws what the store says. */
  async run(scope: SinkScope, signal: AbortSignal): Promise<Difference> {
    const { ledger, clock, slots } = this.#deps;
    const sinceMs = clock.monotonic();
    const wanted = new Map([...wantedSlots(scope)].map((slot) => [slotText(slot), slot]));
    const byList = Map.groupBy(wanted.values(), listOf);
    const read = (place: Place): Promise<void> =>
      this.#read(place, byList.get(listOf(place)) ?? [], { sinceMs, signal });
    for (const place of this.#recordPlaces(scope)) await read(place);
    // What the records of clusters say of where more lies.
    for (const place of this.#otherPlaces(scope, wanted.values())) {
      await read(place).catch((error: unknown) => {
        if (!isForbidden(error) || this.#hasTrace(scope, place.clusterId)) throw error;
      });
    }
    const metrics = new Set(metricReports(scope, 0).map(({ slot }) => slotText(slot)));
    const isUnwanted = (text: string): boolean => !wanted.has(text) && !metrics.has(text);
    const surplus = [...ledger.ours()]
      .filter((text) => isUnwanted(text) && ledger.since(text, sinceMs))
      .map(slotIn)
      .filter((slot) => mayDelete(scope, slot));
    return { ...this.#classify(scope, wanted), surplus, unwanted: slots.troubled.filter(isUnwanted).map(slotIn) };
  }

  #classify(scope: SinkScope, wanted: ReadonlyMap<string, Slot>): Omit<Difference, "surplus" | "unwanted"> {
    const { ledger } = this.#deps;
    const missing: Slot[] = [];
    const differing: Slot[] = [];
    const conflicts: Slot[] = [];
    for (const [text, slot] of wanted) {
      const known = ledger.get(text);
      if (known?.whose === "Others") conflicts.push(slot);
      else if (known?.whose !== "Ours") missing.push(slot);
      else if (!ledger.isAsPut(text, known, wantedIn(scope, slot)?.hash ?? "")) differing.push(slot);
    }
    return { missing, differing, conflicts };
  }

  /** `wanted`: in that list. That something is missing from one list proves nothing: a second one has to agree. */
  async #read(
    place: Place,
    wanted: readonly Slot[],
    { sinceMs, signal }: { readonly sinceMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { slots, ledger, clock } = this.#deps;
    const here = wanted.map(slotText);
    const unseen = (): readonly string[] => here.filter((text) => !ledger.since(text, sinceMs));
    await slots.readList(place, signal);
    if (unseen().length === 0) return;
    const atMs = clock.monotonic();
    await slots.readList(place, signal);
    for (const text of unseen()) ledger.saw(text, NOBODYS, atMs);
  }

  /** No right on an id that a resource claims keeps nothing else waiting. A sink that goes leaves nothing where it may have put something. */
  #hasTrace({ sink }: SinkScope, clusterId: string): boolean {
    const { ledger } = this.#deps;
    if (!isDeleting(sink)) return false;
    return [...ledger.ours()].some((text) => {
      const known = ledger.get(text);
      return slotIn(text).clusterId === clusterId || (known?.whose === "Ours" && known.cluster === clusterId);
    });
  }

  #recordPlaces({ sink, reportable }: SinkScope): readonly Place[] {
    const { clusterId } = sink.spec;
    return [...reportable.keys()].map((kind) => ({
      shelf: "record",
      clusterId,
      namespace: "",
      type: recordType(kind),
    }));
  }

  #otherPlaces(scope: SinkScope, wanted: Iterable<Slot>): readonly Place[] {
    const { ledger } = this.#deps;
    const places = new Map<string, Place>();
    const add = (place: Place): unknown => places.set(listOf(place), place);
    for (const slot of wanted) if (slot.shelf !== "record") add(slot);
    for (const text of ledger.ours()) {
      const known = ledger.get(text);
      if (known?.whose === "Ours" && known.cluster !== undefined && slotIn(text).shelf === "record") {
        this.#clusterIds.add(known.cluster);
      }
    }
    for (const id of this.#clusterIds) add(clusterSlot(id, { kind: "", namespace: "", name: "" }));
    const ids = new Set([scope.sink.spec.clusterId, ...[...places.values()].map(({ clusterId }) => clusterId)]);
    for (const clusterId of ids) add({ shelf: "metric", clusterId, namespace: "", type: METRIC_TYPE });
    return [...places.values()];
  }
}

/**
 * With the sink's own UID as the owner all that bears it is the sink's. An owner that was taken over may have written more, in
 * namespaces that this sink does not cover: that stays.
 */
export function mayDelete(scope: SinkScope, slot: Slot): boolean {
  if (scope.sink.spec.externalId === undefined) return true;
  const { namespace } = slot.shelf === "cluster" ? subjectIn(scope, slot) : slot;
  return scope.coverage.coversNamespace(namespace);
}
