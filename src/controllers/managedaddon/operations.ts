// What is under way in the cloud: noted in status, so that the next visit knows since when, and polled accordingly.
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { timestamp, type Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { pollMs } from "../lifecycle/polling.ts";

/** Somebody else began it: nobody knows when. */
const FOREIGN_POLL_MS = 5_000;

export class Operations {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes in the draft that the cloud has taken it. */
  begin({ status, object }: Visit<ManagedAddon>, verb: "Create" | "Update" | "Delete"): void {
    const nonce = `${object.metadata.uid}-${status.createAttempts ?? 0}`;
    status.operation = { verb, nonce, startedAt: timestamp(this.#clock) };
  }

  /** For how long the operation in the draft has been under way, milliseconds; undefined where there is none. */
  elapsedMs({ status }: Visit<ManagedAddon>): number | undefined {
    return status.operation && this.#clock.now() - Date.parse(status.operation.startedAt);
  }

  /** What to throw while it is. */
  waiting(visit: Visit<ManagedAddon>, said: { reason: string; message: string; pollAfterMs?: number }): WaitingError {
    const elapsedMs = this.elapsedMs(visit);
    const pollAfterMs = elapsedMs === undefined ? FOREIGN_POLL_MS : pollMs(elapsedMs);
    return new WaitingError({ pollAfterMs, ...said });
  }
}
