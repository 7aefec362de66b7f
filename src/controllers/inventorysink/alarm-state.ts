// When a resource raises an alarm, and when that is over: a state that is compared with the store's last word. Pure.
import { Reason } from "../../crds/common/conditions.ts";
import { cutTo } from "../../lib/text.ts";
import { findCondition, isTrue, type Condition } from "../../runtime/conditions.ts";
import type { Managed } from "../lifecycle/resource.ts";

export type AlarmState = "Firing" | "Resolved";

/** The last that the store was told about a resource. */
export interface Word {
  readonly state: AlarmState;
  /** Milliseconds since the epoch, by who said it. */
  readonly atMs: number;
  readonly clusterId: string;
}

export type Duty =
  | { readonly do: "Nothing" }
  /** To be asked again then, milliseconds since the epoch. */
  | { readonly do: "Wait"; readonly untilMs: number }
  | { readonly do: "Say"; readonly state: AlarmState; readonly reason: string; readonly message: string };

/** A cause alarms once: these point elsewhere, and there the alarm is raised. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  Reason.AccountNotReady,
  Reason.ClusterNotReady,
  Reason.ClusterHibernated,
]);
const LONGEST_MESSAGE = 512;
const NOTHING: Duty = { do: "Nothing" };

interface Now {
  readonly nowMs: number;
  readonly notReadyAfterMs: number;
}

/**
 * Undefined resource: it is gone, or no longer reported. What fires is over when the resource is Ready or gone and not before: a retry
 * that passes through Reconciling is no end.
 */
export function dutyOf(resource: Managed | undefined, word: Word | undefined, now: Now): Duty {
  const fires = word?.state === "Firing";
  if (!resource) return fires ? resolved(Reason.Deleting, "It is gone, or no longer reported") : NOTHING;
  const ready = findCondition(resource.status.conditions, "Ready");
  if (ready?.status === "True") return fires ? resolved(ready.reason, "It is Ready again") : NOTHING;
  const isCause = ready !== undefined && !ELSEWHERE.has(ready.reason);
  return fires || !isCause ? NOTHING : dutyOfCause(resource, ready, now);
}

function dutyOfCause({ kind, metadata, status }: Managed, ready: Condition, now: Now): Duty {
  const isStalled = isTrue(status.conditions, "Stalled");
  const dueMs = Date.parse(ready.lastTransitionTime) + now.notReadyAfterMs;
  if (!isStalled && now.nowMs < dueMs) return { do: "Wait", untilMs: dueMs };
  const what = `${kind} ${metadata.namespace}/${metadata.name} is ${isStalled ? "Stalled" : "not Ready"}`;
  const message = cutTo(`${what}: ${ready.reason}: ${ready.message}`, LONGEST_MESSAGE);
  return { do: "Say", state: "Firing", reason: ready.reason, message };
}

function resolved(reason: string, message: string): Duty {
  return { do: "Say", state: "Resolved", reason, message };
}
