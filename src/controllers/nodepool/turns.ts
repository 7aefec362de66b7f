// One request at a time adds servers to a cluster, over all of its pools: what the cloud makes of two at once could not be told apart.
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { PoolScope } from "./scope.ts";

/** Within it a journal is in the cache, or has failed. */
const HELD_MS = 10_000;
const POLL_MS = 2_000;

interface Turn {
  readonly uid: string;
  readonly takenAt: number;
}

export class Turns {
  readonly #clock: Clock;
  /** By cluster: whose journal is on its way to the API server, and not yet in the cache. */
  readonly #taken = new Map<string, Turn>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** As `assertFree`. */
  take(scope: PoolScope, other: string | undefined): void {
    this.assertFree(scope, other);
    const { uid } = scope.visit.object.metadata;
    this.#taken.set(scope.place.key, { uid, takenAt: this.#clock.monotonic() });
  }

  /** `other`: the pool that the cache shows at it. Throws WaitingError where another one is first. */
  assertFree({ visit, place }: PoolScope, other: string | undefined): void {
    const turn = this.#taken.get(place.key);
    const isOthers = turn !== undefined && turn.uid !== visit.object.metadata.uid;
    const isHeld = isOthers && this.#clock.monotonic() - turn.takenAt < HELD_MS;
    if (other === undefined && !isHeld) return;
    const message = "Another pool of the cluster adds servers first";
    throw new WaitingError({ reason: Reason.Scaling, message, pollAfterMs: POLL_MS });
  }
}
