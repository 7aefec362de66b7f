// The inventory facet: a store in which platforms keep what they know of their clusters. Records, watch data and metrics have keys and
// are overwritten; events and alarms pile up. A key belongs to whoever writes it: nothing in the store keeps two reporters apart.
import type { WritePermit } from "../collection.ts";
import type { InventoryResource } from "../bcs/query-kinds.ts";

/** Segments of a path in what is stored, from the row on: `["data", "yunfan", "owner"]`. A dot within one is no separator. */
export type DataPath = readonly string[];

/** A member that must have this value. What a server makes of it is checked again on what comes back. */
export interface Where {
  readonly path: DataPath;
  readonly value: string | number | boolean;
}

export interface RecordKey {
  readonly clusterId: string;
  /** Undefined: of the cluster class. A type belongs to one class: servers don't keep the two apart. */
  readonly namespace?: string | undefined;
  readonly type: string;
  readonly name: string;
}

export interface StoredRecord extends RecordKey {
  readonly data: unknown;
}

/** All records of a type in a cluster, those of one namespace, or those of the cluster class. */
export interface RecordScope {
  readonly clusterId: string;
  readonly type: string;
  readonly of: "All" | "Cluster" | { readonly namespace: string };
}

export interface Listing<T> {
  /** Each key once. */
  readonly items: readonly T[];
  /** One answer showed all of it: nothing can have slipped through between two pages. */
  readonly isOneAnswer: boolean;
  /** The store's clock less ours, milliseconds, from the Date header (whole seconds); 0 where there is none. */
  readonly clockSkewMs: number;
}

/** Which members of a row are wanted; left out: all. */
export interface Selection {
  readonly where?: readonly Where[];
  readonly fields?: readonly DataPath[];
}

/** Where a server reads the bound of a batch deletion from. Of the other place it takes none at all, or matches nothing. */
export type BoundPlace = "Body" | "Query";

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface RecordsFacet {
  /** "Absent" only where that is certain: an answer that could be a failing database is settled by a list. */
  readonly get: (key: RecordKey, signal: AbortSignal) => Promise<StoredRecord | "Absent">;
  /** Idempotent; overwrites whatever is there, whoever wrote it. */
  readonly put: (key: RecordKey, data: object, permit: WritePermit) => Promise<void>;
  /** Of what is gone it is a success; an answer that could mean both is settled by reading. */
  readonly remove: (key: RecordKey, permit: WritePermit) => Promise<void>;
  /** Read to its end. Unavailable where a server ignores paging or cuts lists off, so that the end can't be told. */
  readonly list: <T>(
    scope: RecordScope,
    /** `see`: what is kept of each record, so that those of a long list need not be there at once. */
    options: Selection & { readonly see: (record: StoredRecord) => T },
    signal: AbortSignal,
  ) => Promise<Listing<T>>;
  /**
   * Deletes what meets `where` and was last written before that instant, by the store's clock in Unix seconds. DANGEROUS: what a
   * server does with condition and bound has to be proved first.
   */
  readonly removeBatch: (
    scope: RecordScope,
    condition: { readonly where: readonly Where[]; readonly before: number; readonly boundIn: BoundPlace },
    permit: WritePermit,
  ) => Promise<void>;
}

/** Watch data; there is no cluster class. */
export interface WatchKey extends RecordKey {
  readonly namespace: string;
}

/** Servers list either names, some of which may stand for empty nodes, or values without their names. */
export type WatchEntry =
  | { readonly name: string; readonly data?: undefined }
  | { readonly name?: undefined; readonly data: unknown };

export interface WatchDataFacet {
  /** To be asked for names that a list has shown alone: some servers make a node of a name that they are asked for. */
  readonly get: (key: WatchKey, signal: AbortSignal) => Promise<unknown>;
  /** Idempotent; wakes everybody who watches it. `data` is an object. */
  readonly put: (key: WatchKey, data: object, permit: WritePermit) => Promise<void>;
  readonly remove: (key: WatchKey, permit: WritePermit) => Promise<void>;
  /** Of one namespace. */
  readonly list: (scope: Omit<WatchKey, "name">, signal: AbortSignal) => Promise<readonly WatchEntry[]>;
}

export interface MetricKey {
  readonly clusterId: string;
  readonly namespace: string;
  readonly type: string;
  readonly name: string;
}

export interface StoredMetric extends MetricKey {
  readonly data: unknown;
}

export interface MetricsFacet {
  readonly get: (key: MetricKey, signal: AbortSignal) => Promise<StoredMetric | "Absent">;
  /** Idempotent; overwrites. */
  readonly put: (key: MetricKey, data: object, permit: WritePermit) => Promise<void>;
  readonly remove: (key: MetricKey, permit: WritePermit) => Promise<void>;
  /** Read to its end. */
  readonly list: (
    filter: { readonly clusterId: string; readonly namespace?: string; readonly type?: string; readonly name?: string },
    signal: AbortSignal,
  ) => Promise<Listing<StoredMetric>>;
}

export interface EventInfo {
  readonly namespace: string;
  readonly name: string;
  readonly kind: string;
}

interface StreamRow {
  readonly clusterId: string;
  /**
   * When it happened, as the store prints it, in milliseconds as if that were UTC: exact to compare two of one store. `zoned`: it had a
   * zone, and is UTC; without one it may be off by 14 hours either way.
   */
  readonly at: { readonly ms: number; readonly zoned: boolean };
  readonly type: string;
  readonly data: unknown;
}

export interface StoredEvent extends StreamRow {
  /** Empty where the store does not give it back. */
  readonly id: string;
  readonly env: string;
  readonly kind: string;
  /** In lower case. */
  readonly level: string;
  readonly component: string;
  readonly describe: string;
  readonly extraInfo: EventInfo;
}

export interface NewEvent extends Omit<StoredEvent, "at" | "env"> {
  readonly eventTimeSeconds: number;
}

export interface StoredAlarm extends StreamRow {
  readonly namespace: string;
  readonly message: string;
  readonly source: string;
  readonly module: string;
}

export interface NewAlarm extends Omit<StoredAlarm, "at"> {
  readonly receivedTimeSeconds: number;
}

interface StreamFilter {
  /** One or more. */
  readonly clusterIds: readonly string[];
  /** Unix seconds; an instant of it belongs to it or not, as the server has it. */
  readonly beginSeconds?: number | undefined;
  readonly endSeconds?: number | undefined;
  readonly types?: readonly string[] | undefined;
}

export interface EventFilter extends StreamFilter {
  readonly kinds?: readonly string[] | undefined;
  /** In lower case; both cases are found. */
  readonly levels?: readonly string[] | undefined;
  readonly components?: readonly string[] | undefined;
  readonly names?: readonly string[] | undefined;
  readonly namespaces?: readonly string[] | undefined;
}

export interface AlarmFilter extends StreamFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  readonly modules?: readonly string[] | undefined;
}

/** Rows in no order; `isWhole`: to the end, and not only as many pages as were asked for. */
export interface StreamListing<T> {
  readonly items: readonly T[];
  readonly isWhole: boolean;
  readonly clockSkewMs: number;
}

interface StreamFacet<Stored, New, Filter> {
  /** `mostPages` of 500; left out: to the end. */
  readonly list: (
    filter: Filter,
    options: { readonly mostPages?: number },
    signal: AbortSignal,
  ) => Promise<StreamListing<Stored>>;
  /** NOT idempotent: twice may be two. */
  readonly add: (entry: New, permit: WritePermit) => Promise<void>;
}

export interface InventoryQuestion extends InventoryResource {
  readonly clusterId: string;
  /** By the reference's names; several values of a text or number by comma, times in Unix seconds. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Members that are wanted of each row; no others travel where the server heeds it. */
  readonly fields: readonly DataPath[];
}

/** One row of an answer; of a list of names, the name alone. */
export interface InventoryRow {
  readonly namespace: string | undefined;
  readonly name: string;
  /** The whole row as it came, `data` in it. */
  readonly row: Readonly<Record<string, unknown>>;
}

export interface InventoryFacet {
  readonly records: RecordsFacet;
  readonly watchData: WatchDataFacet;
  readonly metrics: MetricsFacet;
  readonly events: StreamFacet<StoredEvent, NewEvent, EventFilter>;
  readonly alarms: StreamFacet<StoredAlarm, NewAlarm, AlarmFilter>;
  /** What reporters found in a cluster, read to its end. Rejected where a filter is unknown to the resource or can't be read. */
  readonly query: (question: InventoryQuestion, signal: AbortSignal) => Promise<Listing<InventoryRow>>;
}
