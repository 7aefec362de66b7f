// An account's budget as one of its sessions uses it: whoever still waits when the session is closed takes nobody's turn.
import type { BudgetClass, Permit, RequestBudget } from "./budget.ts";
import { CloudError } from "../errors.ts";

export class SessionBudget {
  readonly #budget: RequestBudget;
  readonly #closed: AbortSignal;

  /** `closed`: aborted with `sessionClosed`. */
  constructor(budget: RequestBudget, closed: AbortSignal) {
    this.#budget = budget;
    this.#closed = closed;
  }

  /** See `RequestBudget.acquire`; rejects too when the session is closed. */
  acquire({ class: budgetClass, signal }: { class: BudgetClass; signal: AbortSignal }): Promise<Permit> {
    return this.#budget.acquire({ class: budgetClass, signal: AbortSignal.any([signal, this.#closed]) });
  }

  /** See `RequestBudget.reserve`; rejects too when the session is closed. */
  reserveWrite(signal: AbortSignal): Promise<Disposable> {
    return this.#budget.reserve({ class: "writes", signal: AbortSignal.any([signal, this.#closed]) });
  }
}

/** That it was no trouble of the cloud's: whoever waits in another session need not end by it. */
export class SessionClosedError extends CloudError {}

/** For those who wait, for their turn or for what else a request needs: their own requests were not sent. */
export function sessionClosed(): SessionClosedError {
  const message = "The account's session was closed before the request was sent";
  return new SessionClosedError("Unreachable", { message, advice: "Trying again" });
}
