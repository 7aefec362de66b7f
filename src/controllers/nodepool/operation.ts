// The operation under way on a pool: noted in the status, with how far it is, and when it is looked at again.
import type { Operation } from "../../crds/common/status.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { pollMs } from "../lifecycle/polling.ts";
import type { Visit } from "../lifecycle/visit.ts";

interface Said {
  readonly reason: string;
  readonly message: string;
}

/** Where there is nothing that we could do. */
const SLOW_POLL_MS = 60_000;

/** Notes in the draft what was asked of the cloud; what was asked before and goes on keeps its start. */
export function begin({ object, status }: Visit<NodePool>, clock: Clock, verb: Operation["verb"]): void {
  if (status.operation?.verb === verb && status.externalId === object.status.externalId) return;
  const nonce = `${object.metadata.uid}-${status.createAttempts ?? 0}`;
  status.operation = { verb, nonce, startedAt: timestamp(clock) };
}

/** Notes how far the operation in the draft is, if there is one. */
export function note({ status }: Visit<NodePool>, progress: string): void {
  if (status.operation) status.operation = { ...status.operation, progress };
}

/** What to throw while the cloud is at it. */
export function waitingFor(
  visit: Visit<NodePool>,
  clock: Clock,
  said: Said & { pace?: "Soon" | "Slow" },
): WaitingError {
  const { reason, message, pace } = said;
  const pollAfterMs = pace === "Slow" ? SLOW_POLL_MS : pollMs(elapsedMs(visit, clock));
  return new WaitingError({ reason, message, pollAfterMs });
}

/** Since we asked for it; where others did, since the resource is no longer ready. */
function elapsedMs({ object, status }: Visit<NodePool>, clock: Clock): number {
  const ready = findCondition(object.status.conditions, "Ready");
  const unready = ready?.status === "False" ? ready.lastTransitionTime : undefined;
  const since = status.operation?.startedAt ?? object.metadata.deletionTimestamp ?? unready;
  return since === undefined ? 0 : clock.now() - Date.parse(since);
}
