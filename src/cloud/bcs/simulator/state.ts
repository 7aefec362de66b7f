// What exists in the simulated bcs-storage: dynamic data, events, alarms, watch data, metrics, and the gateway before them.
import { createHash } from "node:crypto";
import type { Clock } from "../../../lib/clock.ts";
import type { Identified, StoreView } from "../../simulation/store.ts";
import { Store } from "../../simulation/store.ts";
import type { Choices } from "./dialect.ts";

/** Times are ISO 8601 with milliseconds; the wire prints them as the dialect does. */
interface Entity extends Identified {
  readonly name: string;
  readonly createdAt: string;
}

/** Dynamic data (动态数据), whatever its environment: k8s and mesos share it. Named by its resource. */
export interface DynamicRecord extends Entity {
  readonly updatedAt: string;
  readonly clusterId: string;
  /** Left out: of the cluster class. */
  readonly namespace?: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly data: unknown;
}

export interface StoredEvent extends Entity {
  /** The `id` that it was put with. */
  readonly eventId: string;
  readonly env: string;
  readonly kind: string;
  readonly level: string;
  readonly component: string;
  readonly type: string;
  readonly describe: string;
  readonly clusterId: string;
  /** Unix seconds. */
  readonly eventTime: number;
  readonly extraInfo: { readonly namespace: string; readonly name: string; readonly kind: string };
  readonly data: unknown;
}

export interface Alarm extends Entity {
  readonly clusterId: string;
  readonly namespace: string;
  readonly message: string;
  readonly source: string;
  readonly module: string;
  readonly type: string;
  /** Unix seconds. */
  readonly receivedTime: number;
  readonly data: unknown;
}

/** Watch data (Watch类数据), a node in ZooKeeper; null: an empty one. */
export interface WatchNode extends Entity {
  readonly updatedAt: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly data: unknown;
}

export interface Metric extends Entity {
  readonly updatedAt: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly type: string;
  readonly data: unknown;
}

/** A token of the gateway. */
export interface Token extends Entity {
  readonly token: string;
  /** The clusters it has rights on; null: all. */
  readonly clusterIds: readonly string[] | null;
}

export const GATEWAY_STATES = ["Up", "NoEndpoint", "Unreachable", "WebPage"] as const;

/** The one gateway, with what it finds behind it; `WebPage` answers everything with a page for browsers. */
export interface Gateway extends Entity {
  readonly state: (typeof GATEWAY_STATES)[number];
}

export type BcsTables = {
  records: DynamicRecord;
  events: StoredEvent;
  alarms: Alarm;
  watches: WatchNode;
  metrics: Metric;
  tokens: Token;
  gateways: Gateway;
};

export type BcsView = StoreView<BcsTables>;

export interface BcsRules {
  readonly choices: Choices;
  /** Minutes east of Greenwich. */
  readonly zoneMinutes: number;
  /** The most events, and alarms, that a cluster keeps: the newest. Left out: all. */
  readonly eventCap?: number | undefined;
  readonly alarmCap?: number | undefined;
  /** Older events and alarms are pruned. Left out: none. */
  readonly maxAgeDays?: number | undefined;
  /** How far the replica lags that lists of events are read from. */
  readonly readLagMs: number;
  /** A proxy on the way loses the bodies of DELETE requests. */
  readonly dropDeleteBodies: boolean;
  /** The store does not look at `extra`. */
  readonly ignoreExtra: boolean;
  /** The direct path wants a client certificate. */
  readonly directWantsCertificate: boolean;
}

/** Everything a handler works with. */
export interface Bcs {
  readonly store: Store<BcsTables>;
  readonly rules: BcsRules;
  readonly clock: Clock;
}

export const GATEWAY_ID = "gateway";

export function createBcs(rules: BcsRules, token: string, clock: Clock): Bcs {
  const collections = ["records", "events", "alarms", "watches", "metrics", "tokens", "gateways"] as const;
  const bcs: Bcs = { store: new Store<BcsTables>(collections, clock), rules, clock };
  const createdAt = isoNow(bcs);
  bcs.store.put("tokens", { id: bcs.store.nextId("tokens"), name: "flag", createdAt, token, clusterIds: null });
  bcs.store.put("gateways", { id: GATEWAY_ID, name: GATEWAY_ID, createdAt, state: "Up" });
  return bcs;
}

export function isoNow({ clock }: Pick<Bcs, "clock">): string {
  return new Date(clock.now()).toISOString();
}

/**
 * The id of what has this key: 24 hexadecimal digits, as MongoDB's. In order of ids, things are in no order at all, and
 * in the same one as long as they exist.
 */
export function idOf(...key: readonly (string | null)[]): string {
  return createHash("sha1").update(JSON.stringify(key)).digest("hex").slice(0, 24);
}

/** The key of one piece of dynamic or watch data. */
export interface ResourceKey {
  readonly clusterId: string;
  readonly namespace?: string | undefined;
  readonly resourceType: string;
  readonly resourceName: string;
}

export function resourceId({ clusterId, namespace, resourceType, resourceName }: ResourceKey): string {
  return idOf(clusterId, namespace ?? null, resourceType, resourceName);
}

export interface MetricKey {
  readonly clusterId: string;
  readonly namespace: string;
  readonly type: string;
  readonly name: string;
}

export function metricId({ clusterId, namespace, type, name }: MetricKey): string {
  return idOf(clusterId, namespace, type, name);
}
