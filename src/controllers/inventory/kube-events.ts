// Events of Yunfan's own resources as the API server keeps them: core/v1, which shows all that events.k8s.io/v1 writes.
import type { KubeObject, ResourceType } from "../../kube/types.ts";

export const EVENTS: ResourceType = { group: "", version: "v1", plural: "events", kind: "Event", namespaced: true };

/** Those that operators of Yunfan report, by whatever process. */
export const OUR_EVENTS = "reportingComponent=yunfan.dev/operator";

export interface KubeEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
  readonly eventTime?: string | null;
  readonly lastTimestamp?: string | null;
  readonly count?: number;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
}

/** How often it has happened. */
export function countOf({ series, count }: KubeEvent): number {
  return Math.max(series?.count ?? 0, count ?? 0, 1);
}

/** When it happened last, in milliseconds since the epoch. */
export function happenedAtMs({ series, eventTime, lastTimestamp, metadata }: KubeEvent): number {
  const text = series?.lastObservedTime ?? eventTime ?? lastTimestamp ?? metadata.creationTimestamp;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? Date.parse(metadata.creationTimestamp) : ms;
}
