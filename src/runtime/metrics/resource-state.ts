// What metrics say about one resource: which of its conditions, for how long, and what changed. Pure.
import type { KubeObject } from "../../kube/types.ts";
import { findCondition, type Condition } from "../conditions.ts";
import type { Change } from "../cache/store.ts";

/** A resource whose status has conditions. */
export interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] | undefined } | undefined;
}

type StatedCondition = Pick<Condition, "type" | "status" | "reason" | "lastTransitionTime">;

export interface Transition {
  readonly type: string;
  /** The one that ended. */
  readonly status: string;
  /** How long that had been so. */
  readonly seconds: number;
}

/** Its conditions; one that no reconcile has visited yet is not Ready either, since its creation. */
export function conditionsOf({ metadata, status }: Conditioned): readonly StatedCondition[] {
  const conditions = status?.conditions ?? [];
  if (findCondition(conditions, "Ready")) return conditions;
  const since = metadata.creationTimestamp;
  return [{ type: "Ready", status: "Unknown", reason: "NotVisited", lastTransitionTime: since }, ...conditions];
}

/** What is worth a series of its own: that it is not Ready, Stalled, or Paused. A healthy resource has none. */
export function noteworthyOf(object: Conditioned): readonly StatedCondition[] {
  return conditionsOf(object).filter(({ type, status }) =>
    type === "Ready" ? status !== "True" : (type === "Stalled" || type === "Paused") && status === "True",
  );
}

/** Seconds since the time stamp, never below 0: clocks differ, and time stamps have whole seconds. */
export function secondsSince(timestamp: string, nowMs: number): number {
  const sinceMs = Date.parse(timestamp);
  return Number.isNaN(sinceMs) ? 0 : Math.max(0, nowMs - sinceMs) / 1000;
}

/** The conditions whose status another one has followed. */
export function transitionsOf({ old, new: next }: Change<Conditioned>): readonly Transition[] {
  if (!old || !next) return [];
  const after = conditionsOf(next);
  return conditionsOf(old).flatMap(({ type, status, lastTransitionTime }) => {
    const now = after.find((condition) => condition.type === type);
    if (!now || now.status === status) return [];
    return [{ type, status, seconds: secondsSince(lastTransitionTime, Date.parse(now.lastTransitionTime)) }];
  });
}
