// One source's polls: what its clusters' alarms and events say, by resource. What a flood keeps from being read stands until it is too
// old to count, and as long as it is the same store that is asked.
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import type { AlarmSource } from "../../crds/alarmsource/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Coverage } from "../inventory/coverage.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { nameOf, type Found } from "./board.ts";
import { entryOfAlarm, entryOfEvent, type Concern, type Entry } from "./entry.ts";
import { firingsOf, type Firing, type Firings } from "./firing.ts";
import { Reading, type Ask, type Window } from "./reading.ts";

interface Polled {
  readonly found: Found;
  readonly clusterCount: number;
}

interface Subject {
  readonly source: AlarmSource;
  readonly coverage: Coverage;
  readonly covered: readonly Managed[];
  readonly facet: InventoryFacet;
  /** Of the store that is asked. */
  readonly location: string;
}

/** When something was last seen to fire, monotonic. */
interface Seen {
  readonly firing: Firing;
  readonly atMs: number;
}

interface Memory {
  readonly reading: Reading;
  readonly seen: Map<string, Seen>;
}

const NONE: Firings = new Map();

export class Poll {
  readonly #clock: Clock;
  #alarms = emptyMemory();
  #events = emptyMemory();
  /** Of the store that these are of. */
  #location: string | undefined;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  /** Throws CloudError, and what ends the signal. */
  async run({ source, coverage, covered, facet, location }: Subject, signal: AbortSignal): Promise<Polled> {
    this.#remember(location);
    const concern = concernOf(coverage, covered);
    const clusterIds = [...new Set([...concern.clusters.keys(), ...claimsOf(source, coverage)])].toSorted();
    const { windowSeconds, events } = source.spec;
    const window = { clusterIds, windowSeconds, nowSeconds: Math.floor(this.#clock.now() / 1000) };
    const alarms = await this.#read(this.#alarms, { ask: askAlarms(source, facet, signal), window, concern });
    if (events.mode === "Disabled") return { found: { Alarms: alarms, Events: NONE }, clusterCount: clusterIds.length };
    const warnings = await this.#read(this.#events, { ask: askEvents(source, facet, signal), window, concern });
    return { found: { Alarms: alarms, Events: warnings }, clusterCount: clusterIds.length };
  }

  /** What another store has said, this one does not hide. */
  #remember(location: string): void {
    if (this.#location === location) return;
    this.#location = location;
    this.#alarms = emptyMemory();
    this.#events = emptyMemory();
  }

  async #read(
    { reading, seen }: Memory,
    { ask, window, concern }: { readonly ask: Ask; readonly window: Window; readonly concern: Concern },
  ): Promise<Firings> {
    const atMs = this.#clock.monotonic();
    const { entries, partial } = await reading.read(ask, window);
    const firings = new Map(firingsOf(entries, concern));
    const oldestMs = atMs - window.windowSeconds * 1000;
    for (const [name, { firing, atMs: seenAtMs }] of seen) {
      const isHidden = partial.has(firing.newest.clusterId) && seenAtMs > oldestMs;
      if (isHidden && !firings.has(name)) firings.set(name, firing);
      else seen.delete(name);
    }
    for (const [name, firing] of firings) if (!seen.has(name)) seen.set(name, { firing, atMs });
    return firings;
  }
}

function emptyMemory(): Memory {
  return { reading: new Reading(), seen: new Map() };
}

/** Ids that it may read about, whether a cluster claims them or not: what reporters file there may name resources. */
function claimsOf({ spec }: AlarmSource, coverage: Coverage): readonly string[] {
  return (spec.clusterIds ?? []).filter(({ namespace }) => coverage.coversNamespace(namespace)).map(({ id }) => id);
}

function concernOf(coverage: Coverage, covered: readonly Managed[]): Concern {
  const names = new Set(covered.map(nameOf));
  const clusters = new Map<string, readonly string[]>();
  for (const resource of covered) {
    const id = resource.kind === "ManagedCluster" ? coverage.clusterIdOf(resource) : undefined;
    if (id !== undefined) clusters.set(id, [...(clusters.get(id) ?? []), nameOf(resource)]);
  }
  return { clusters, covers: (name) => names.has(name) };
}

function askAlarms({ spec }: AlarmSource, facet: InventoryFacet, signal: AbortSignal): Ask {
  const { modules, types } = spec.alarms;
  return async ({ clusterIds, beginSeconds, mostPages }) => {
    const filter = { clusterIds, beginSeconds, modules, types };
    const { items, ...listed } = await facet.alarms.list(filter, { mostPages }, signal);
    return {
      ...listed,
      items: counted(items.map(entryOfAlarm)),
      seen: new Set(items.map(({ clusterId }) => clusterId)),
    };
  };
}

function askEvents({ spec }: AlarmSource, facet: InventoryFacet, signal: AbortSignal): Ask {
  const { levels, kinds, components } = spec.events;
  return async ({ clusterIds, beginSeconds, mostPages }) => {
    const filter = { clusterIds, beginSeconds, levels, kinds, components };
    const { items, ...listed } = await facet.events.list(filter, { mostPages }, signal);
    return {
      ...listed,
      items: counted(items.map(entryOfEvent)),
      seen: new Set(items.map(({ clusterId }) => clusterId)),
    };
  };
}

function counted(entries: readonly (Entry | undefined)[]): readonly Entry[] {
  return entries.filter((entry) => entry !== undefined);
}
