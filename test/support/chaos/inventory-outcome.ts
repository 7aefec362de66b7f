// What a store must hold when all is over: one record of each resource as it is, every Event once, every alarm once and resolved. Each
// function tells in which ways it does not.
import { hashOf } from "../../../src/controllers/inventorysink/report.ts";
import type { SimulatedStore } from "../clouds/bcs/environment.ts";

/** As the API server shows it. */
interface Resource {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly generation?: number | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
  };
}

interface Recorded extends Resource {
  readonly yunfan: { readonly hash: string };
}

/** Records of types of ours whose name begins so are others'. */
export const FOREIGN = "foreign-";

/** Of the namespace class. */
export function flawsOfRecords(resources: readonly Resource[], { records }: SimulatedStore): readonly string[] {
  const ours = records.filter(({ resourceName, resourceType }) => {
    return resourceType.startsWith("Yunfan") && resourceType !== "YunfanCluster" && !resourceName.startsWith(FOREIGN);
  });
  const told = ours.map(({ resourceType, resourceName, data }) => {
    const { metadata, kind, yunfan } = data as Partial<Recorded>;
    const isWhole =
      yunfan?.hash === hashOf(data) && metadata?.name === resourceName && resourceType === `Yunfan${kind}`;
    return metadata && isWhole ? nameOf(data as Recorded) : `${resourceType}/${resourceName}, which is no report`;
  });
  return differences("record", resources.map(nameOf), told);
}

/** By UID; a later count of an Event is another entry. */
export function flawsOfEvents(there: readonly string[], { events }: SimulatedStore): readonly string[] {
  const told = events.map(({ data }) => {
    const { metadata, count, series } = data as StoredEvent;
    return { uid: metadata.uid, count: series?.count ?? count ?? 1 };
  });
  const twice = [...Map.groupBy(told, ({ uid, count }) => `${uid}-${count}`)].filter(([, each]) => each.length > 1);
  return [
    ...differences("Event", there, [...new Set(told.map(({ uid }) => uid))]),
    ...twice.map(([id, each]) => `Event ${id} ${each.length} times`),
  ];
}

interface StoredEvent {
  readonly metadata: { readonly uid: string };
  readonly count?: number;
  readonly series?: { readonly count?: number } | null;
}

/** Of each resource in turn Firing and Resolved, and Resolved in the end, since all is well then. */
export function flawsOfAlarms(store: SimulatedStore): readonly string[] {
  return [...alarmsOf(store)].flatMap(([source, states]) => {
    const expected = states.map((_, at) => (at % 2 === 0 ? "Firing" : "Resolved"));
    const isFine = states.length % 2 === 0 && states.join() === expected.join();
    return isFine ? [] : [`alarms of ${source}: ${states.join()}`];
  });
}

/** By source, what was said of it, in that order. */
export function alarmsOf({ alarms }: Pick<SimulatedStore, "alarms">): ReadonlyMap<string, readonly string[]> {
  const bySource = Map.groupBy(alarms, ({ source }) => source);
  const said = [...bySource].map(([source, each]) => {
    const states = each
      .map(({ data }) => (data as { yunfan: { state: string; at: number } }).yunfan)
      .toSorted((a, b) => a.at - b.at)
      .map(({ state }) => state);
    return [source, states] as const;
  });
  return new Map(said);
}

function nameOf({ kind, metadata: { name, uid, generation, labels } }: Resource): string {
  return `Yunfan${kind}/${name}/${uid} of generation ${generation}, ${JSON.stringify(labels ?? {})}`;
}

function differences(what: string, there: readonly string[], told: readonly string[]): readonly string[] {
  const counts = Map.groupBy(told, (key) => key);
  const expected = new Set(there);
  return [
    ...there.filter((key) => !counts.has(key)).map((key) => `missing ${what} ${key}`),
    ...[...counts].filter(([key]) => !expected.has(key)).map(([key]) => `surplus ${what} ${key}`),
    ...[...counts].filter(([, each]) => each.length > 1).map(([key, each]) => `${what} ${key} ${each.length} times`),
  ];
}
