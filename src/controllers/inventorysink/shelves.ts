// Where a sink keeps what it overwrites: records, watch data and metrics are shelves alike, each with its keys, of which some are
// others'. The names of keys begin with the shelf's: "record/…", "cluster/…", "watch/…", "metric/…".
import type { InventoryFacet, MetricKey, RecordKey, WatchKey } from "../../cloud/facets/inventory.ts";
import type { WritePermit } from "../../cloud/collection.ts";
import type { WriteClass } from "./sender.ts";

export type ShelfName = "record" | "cluster" | "watch" | "metric";

/** One place on a shelf. */
export interface Slot {
  readonly shelf: ShelfName;
  readonly clusterId: string;
  /** Empty for the cluster class. */
  readonly namespace: string;
  readonly type: string;
  readonly name: string;
}

export interface Shelf {
  readonly write: WriteClass;
  readonly get: (facet: InventoryFacet, slot: Slot, signal: AbortSignal) => Promise<unknown>;
  readonly put: (facet: InventoryFacet, slot: Slot, data: object, permit: WritePermit) => Promise<void>;
  readonly remove: (facet: InventoryFacet, slot: Slot, permit: WritePermit) => Promise<void>;
  /** All that lies in the same list, whoever put it there. */
  readonly list: (
    facet: InventoryFacet,
    slot: Omit<Slot, "name">,
    see: (slot: Slot, data: unknown) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

export const ABSENT = "Absent";

/** None of its parts may hold a slash: admission and the names of Kubernetes see to that. */
export function slotText({ shelf, clusterId, namespace, type, name }: Slot): string {
  return [shelf, clusterId, namespace, type, name].join("/");
}

export function slotIn(text: string): Slot {
  const [shelf = "", clusterId = "", namespace = "", type = "", name = ""] = text.split("/");
  return { shelf: shelf as ShelfName, clusterId, namespace, type, name };
}

/** What one list shows: records of a type lie in one whatever their namespace, watch data in one of each. */
export function listOf(slot: Omit<Slot, "name">): string {
  const namespace = slot.shelf === "watch" ? slot.namespace : "";
  return [slot.shelf, slot.clusterId, namespace, slot.type].join("/");
}

const records: Shelf = {
  write: "records",
  get: async ({ records: facet }, slot, signal) => {
    const found = await facet.get(recordKey(slot), signal);
    return found === ABSENT ? ABSENT : found.data;
  },
  put: ({ records: facet }, slot, data, permit) => facet.put(recordKey(slot), data, permit),
  remove: ({ records: facet }, slot, permit) => facet.remove(recordKey(slot), permit),
  async list({ records: facet }, { shelf, clusterId, type }, see, signal) {
    const of = shelf === "cluster" ? "Cluster" : "All";
    const show = ({ namespace = "", name, data }: RecordKey & { data: unknown }): void =>
      see({ shelf, clusterId, namespace, type, name }, data);
    await facet.list({ clusterId, type, of }, { see: show }, signal);
  },
};

const watch: Shelf = {
  write: "watch",
  /** Only what a list shows is read. */
  async get(facet, slot, signal) {
    let found: unknown = ABSENT;
    const see = ({ name }: Slot, data: unknown): void => {
      if (name === slot.name) found = data;
    };
    await watch.list(facet, slot, see, signal);
    return found;
  },
  put: ({ watchData }, slot, data, permit) => watchData.put(watchKey(slot), data, permit),
  remove: ({ watchData }, slot, permit) => watchData.remove(watchKey(slot), permit),
  async list({ watchData }, slot, see, signal) {
    for (const entry of await watchData.list(watchKey({ ...slot, name: "" }), signal)) {
      const name = entry.name ?? nameIn(entry.data);
      if (name === undefined) continue;
      const found = { ...slot, name };
      // An empty node is nobody's, and fails to be read.
      const data =
        entry.name === undefined ? entry.data : await watchData.get(watchKey(found), signal).catch(orNothing);
      see(found, data);
    }
  },
};

const metrics: Shelf = {
  write: "metrics",
  get: async ({ metrics: facet }, slot, signal) => {
    const found = await facet.get(metricKey(slot), signal);
    return found === ABSENT ? ABSENT : found.data;
  },
  put: ({ metrics: facet }, slot, data, permit) => facet.put(metricKey(slot), data, permit),
  remove: ({ metrics: facet }, slot, permit) => facet.remove(metricKey(slot), permit),
  async list({ metrics: facet }, { shelf, clusterId, type }, see, signal) {
    const { items } = await facet.list({ clusterId, type }, signal);
    for (const { namespace, name, data } of items) see({ shelf, clusterId, namespace, type, name }, data);
  },
};

export const SHELVES: Readonly<Record<ShelfName, Shelf>> = {
  record: records,
  cluster: records,
  watch,
  metric: metrics,
};

function recordKey({ clusterId, namespace, type, name }: Slot): RecordKey {
  return { clusterId, ...(namespace !== "" && { namespace }), type, name };
}

function watchKey({ clusterId, namespace, type, name }: Slot): WatchKey {
  return { clusterId, namespace, type, name };
}

function metricKey({ clusterId, namespace, type, name }: Slot): MetricKey {
  return { clusterId, namespace, type, name };
}

function nameIn(data: unknown): string | undefined {
  const { metadata } = (data ?? {}) as { readonly metadata?: { readonly name?: unknown } };
  return typeof metadata?.name === "string" ? metadata.name : undefined;
}

function orNothing(): undefined {
  return undefined;
}
