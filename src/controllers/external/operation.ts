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
  begin({ object, status }: Visit<ExternalResource>, verb: Operation["verb"], jobId?: string): void {
    const now = timestamp(this.#clock);
    const { operation } = object.status;
    const goesOn = operation?.verb === verb && object.status.externalId === status.externalId;
    const nonce = goesOn ? operation.nonce : `${object.metadata.uid}-${status.createAttempts ?? 0}`;
    const id = jobId ?? (goesOn ? operation.id : undefined);
    const startedAt = goesOn ? operation.startedAt : now;
    status.operation = { verb, nonce, startedAt, lastSentAt: now, ...(id !== undefined && { id }) };
  }

  /** Of a change that is journaled: with a nonce of its own, other than those of creates, or in the place of one before. */
  journaled({ object, status }: Visit<ExternalResource>, verb: Operation["verb"], inPlaceOf?: string): Operation {
    const now = timestamp(this.#clock);
    const before = status.operation;
    if (before && before.nonce === inPlaceOf) {
      return { verb, nonce: before.nonce, startedAt: before.startedAt, lastSentAt: now };
    }
    const changes = (status.journaledChanges ?? 0) + 1;
    status.journaledChanges = changes;
    const nonce = `${object.metadata.uid}-${status.createAttempts ?? 0}-${changes}`;
    return { verb, nonce, startedAt: now, lastSentAt: now };
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

  /** Since the request of the operation in the draft was last about to be sent. */
  sinceSentMs({ status }: Visit<ExternalResource>): number {
    const { lastSentAt } = status.operation ?? {};
    return lastSentAt === undefined ? Number.POSITIVE_INFINITY : this.#clock.now() - Date.parse(lastSentAt);
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
