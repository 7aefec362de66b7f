// How long a create may take: the settle window counts from its journal, so that nothing may be sent so late that its effect falls behind the
// window, be it for want of a turn in the account's budget (docs/protocol.md#creating-exactly-once).
import type { Clock } from "../../lib/clock.ts";

/** Aborts after half of the settle window, with a reason of its own. To be disposed of when the create has ended. */
export function sendLimit({
  clock,
  settleWindowMs,
}: {
  readonly clock: Clock;
  readonly settleWindowMs: number;
}): { readonly signal: AbortSignal } & Disposable {
  const late = new AbortController();
  const timer = clock.after(settleWindowMs / 2, () => late.abort(new Error("Not answered in time")));
  return { signal: late.signal, [Symbol.dispose]: () => timer.cancel() };
}
