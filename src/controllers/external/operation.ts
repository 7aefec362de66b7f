// What is under way in the cloud: noted in the draft of the status, so that the next visit knows since when, and polled accordingly.
import type { Operation } from "../../crds/common/status.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { pollMs } from "../lifecycle/polling.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Said } from "./kind.ts";
import type { ExternalResource } from "./resource.ts";

export class Operations {
  readonly #clock: Clock;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /**
   * Notes what the cloud has taken; `jobId` where it told one. What was asked before and goes on keeps its start; `lastSentAt` is
   * that of the last request.
   */
  begin(visit: Visit<ExternalResource>, verb: Operation["verb"], jobId?: string): void {
    const next = this.next(visit, verb);
    visit.status.operation = jobId === undefined ? next : { ...next, id: jobId };
  }

  /** As `begin` notes it, before anything is sent. */
  next({ object, status }: Visit<ExternalResource>, verb: Operation["verb"]): Operation {
    const now = timestamp(this.#clock);
    const { operation } = object.status;
    const goesOn = operation?.verb === verb && object.status.externalId === status.externalId;
    const nonce = `${object.metadata.uid}-${status.createAttempts ?? 0}`;
    const startedAt = goesOn ? operation.startedAt : now;
    const id = goesOn ? operation.id : undefined;
    return { verb, nonce, startedAt, lastSentAt: now, ...(id !== undefined && { id }) };
  }

  /** Notes how far the operation in the draft is, if there is one. */
  note({ status }: Visit<ExternalResource>, progress: string): void {
    if (status.operation) status.operation = { ...status.operation, progress };
  }

  /** What to throw while the cloud is at it. */
  waiting(visit: Visit<ExternalResource>, said: Said & { readonly pollAfterMs?: number }): WaitingError {
    const { reason, message, pollAfterMs = pollMs(this.elapsedMs(visit)) } = said;
    return new WaitingError({ reason, message, pollAfterMs });
  }

  /** For how long it has been under way: since we asked for it; where others did, since the resource is no longer ready. */
  elapsedMs({ object, status }: Visit<ExternalResource>): number {
    const since = status.operation?.startedAt ?? object.metadata.deletionTimestamp ?? unreadySince(object);
    return since === undefined ? 0 : this.#clock.now() - Date.parse(since);
  }
}

function unreadySince({ status }: ExternalResource): string | undefined {
  const ready = findCondition(status.conditions, "Ready");
  return ready?.status === "True" ? undefined : ready?.lastTransitionTime;
}
