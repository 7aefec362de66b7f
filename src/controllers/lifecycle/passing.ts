// Ends of a visit that nobody is told of: nothing is wrong, and another one follows by itself.
import { Reason } from "../../crds/common/conditions.ts";
import { WaitingError } from "../../lib/errors.ts";

/** What a visit decided on has changed: it ends without a word, and the next one follows at once. The frame counts them. */
export class ChangedError extends WaitingError {
  constructor(message: string) {
    super({ reason: Reason.Changed, message, pollAfterMs: 100 });
  }
}

export function changedMeanwhile(): ChangedError {
  return new ChangedError("The resource changed while it was being worked on");
}
