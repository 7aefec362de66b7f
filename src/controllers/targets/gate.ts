// Who may work in a target now: a few visits at once; after it did not answer, one at a time tries it, more and more seldom, and the
// others don't wait for it.
import type { Clock } from "../../lib/clock.ts";
import { RetryableError, UnsaidError } from "../../lib/errors.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";

export type Stay = "Visit" | "Request";

const MOST_VISITS = 2;
/** Until a visit that was not let in comes again. */
const TURN_MS = 200;
const FIRST_PROBE_MS = 1_000;
const LONGEST_PROBE_MS = 60_000;

export class Gate {
  readonly #clock: Clock;
  /** In messages, such as: ManagedCluster shop/production does not answer at https://…. */
  readonly #silent: string;
  #inside = 0;
  #failures = 0;
  #probeAt = 0;

  constructor({ clock, silent }: { clock: Clock; silent: string }) {
    this.#clock = clock;
    this.#silent = silent;
  }

  get isEmpty(): boolean {
    return this.#inside === 0;
  }

  /**
   * A turn, to be given back; `stay`: for a whole visit, or for one request. Throws UnsaidError where enough are inside for a visit,
   * RetryableError ClusterUnreachable where it was silent and is not to be tried yet, or somebody is trying it.
   */
  enter(stay: Stay = "Visit"): Disposable {
    if (this.#failures > 0) this.#assertProbe();
    else if (stay === "Visit" && this.#inside >= MOST_VISITS) throw waitingForTurn();
    this.#inside += 1;
    return { [Symbol.dispose]: () => void (this.#inside -= 1) };
  }

  #assertProbe(): void {
    const waitMs = this.#probeAt - this.#clock.monotonic();
    if (waitMs > 0 || this.#inside > 0) throw this.unreachable(Math.max(waitMs, FIRST_PROBE_MS));
  }

  answered(): void {
    this.#failures = 0;
  }

  silent(): void {
    this.#probeAt = this.#clock.monotonic() + Math.min(FIRST_PROBE_MS * 2 ** this.#failures, LONGEST_PROBE_MS);
    this.#failures += 1;
  }

  /** What to throw while it is silent. */
  unreachable(retryAfterMs?: number, cause?: unknown): RetryableError {
    const message = `${this.#silent}. What is there stays as it is; trying again`;
    return new RetryableError({ reason: Reason.ClusterUnreachable, message, retryAfterMs, cause });
  }
}

function waitingForTurn(): UnsaidError {
  return new UnsaidError({
    reason: Reason.Changed,
    message: "Waiting for its turn in the target",
    pollAfterMs: TURN_MS,
  });
}
