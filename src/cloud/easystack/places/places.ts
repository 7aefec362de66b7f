// Turns in places, one at a time for the whole account: the server-side session that most calls act in may hang on a cookie, on the token or
// on the user, and the reference does not say on which.
import { sleep, type Clock } from "../../../lib/clock.ts";
import { untilAborted } from "../../../lib/abort.ts";
import type { SessionBudget } from "../../budget/session-budget.ts";
import { Requests, type Authenticator, type Client, type Proof, type Service } from "../../kit/requests.ts";
import { errorOf, type Operation } from "../errors.ts";
import { Lane } from "./lane.ts";
import { Turn, type Place } from "./turn.ts";

/** Requests that carry one proof and no other; answers come back as they are, but for 429, of which the budget learns. */
export function clientsBy(budget: SessionBudget, service: Service): (proof: Proof) => Client<Operation> {
  return (proof) =>
    new Requests<Operation>({
      authenticator: { prove: () => Promise.resolve(proof) },
      budget,
      errorOf,
      isSuccess: ({ status }) => status !== 429,
    }).to(service);
}

interface PlacesDeps {
  readonly authenticator: Authenticator;
  readonly projectId: (signal: AbortSignal) => Promise<string | undefined>;
  /** As TurnDeps has it. */
  readonly clientOf: (proof: Proof) => Client<Operation>;
  readonly clock: Clock;
}

/** Two looks at an absence are so far apart: a session that was lost is found to be by then. */
export const BETWEEN_LOOKS_MS = 1_000;

export class Places {
  readonly #deps: PlacesDeps;
  readonly #lanes = new Map<string, Lane>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
  }

  /** Runs `work` in the place, once the server has confirmed it. Throws CloudError PlaceNotConfirmed, and what `work` throws. */
  async within<T>(place: Place, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    const before = this.#last;
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    this.#last = before.then(() => over);
    try {
      await untilAborted(before, signal);
      const turn = this.#turnIn(place, signal);
      await turn.confirm();
      return await work(turn);
    } finally {
      end();
    }
  }

  /**
   * Whether something is not there: two turns have to find nothing. A switch hides that a session was lost, so that one 404 may come from
   * another namespace.
   */
  async isAbsent(place: Place, signal: AbortSignal, isMissing: (turn: Turn) => Promise<boolean>): Promise<boolean> {
    if (!(await this.within(place, signal, isMissing))) return false;
    await sleep(this.#deps.clock, BETWEEN_LOOKS_MS, signal);
    return this.within(place, signal, isMissing);
  }

  #turnIn(place: Place, signal: AbortSignal): Turn {
    const { authenticator, projectId, clientOf, clock } = this.#deps;
    const key = [place.product, place.cluster, place.namespace].join("/");
    const lane = this.#lanes.get(key) ?? new Lane();
    this.#lanes.set(key, lane);
    lane.renew(clock.monotonic());
    return new Turn({
      place,
      lane,
      authenticator,
      clientOf,
      signal,
      projectId: () => projectId(signal),
      nowMs: () => clock.monotonic(),
    });
  }
}
