// Turns in places. The server-side session that most calls act in may hang on a cookie, on the token or on the user, and the reference does not
// say on which: turns run one at a time for the whole account until one of them has shown that those of other places leave it alone.
import { sleep, type Clock } from "../../../lib/clock.ts";
import { CloudError } from "../../errors.ts";
import type { SessionBudget } from "../../budget/session-budget.ts";
import { Requests, type Authenticator, type Client, type Proof, type Service } from "../../kit/requests.ts";
import { errorOf, type Operation } from "../errors.ts";
import { Apart } from "./apart.ts";
import { Lane } from "./lane.ts";
import { ANOTHER_PLACE, notConfirmed, Turn, type Place } from "./turn.ts";
import { TurnOrder, type Company } from "./turn-order.ts";

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
  /** Exclusive: turns never run beside each other. */
  readonly sessions: "Auto" | "Exclusive";
}

/** A place that has had a turn. */
interface Visited {
  readonly place: Place;
  readonly lane: Lane;
}

/** Two looks at an absence are so far apart: a session that was lost is found to be by then. */
const BETWEEN_LOOKS_MS = 1_000;

export class Places {
  readonly #deps: PlacesDeps;
  readonly #visited = new Map<string, Visited>();
  readonly #order = new TurnOrder();
  readonly #apart: Apart;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
    this.#apart = new Apart(deps.sessions);
  }

  /** Runs `work` in the place, once the server has confirmed it. Throws CloudError PlaceNotConfirmed, and what `work` throws. */
  async within<T>(place: Place, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    const { company } = this.#apart;
    const key = keyOf(place);
    const done = await this.#order.run(key, company, signal, async () => {
      // It may have become clear meanwhile that lanes do touch each other.
      if (company === "Beside" && this.#apart.company === "Alone") return "NotBeside";
      return { value: await this.#turn({ place, key, company }, signal, work) };
    });
    return done === "NotBeside" ? this.within(place, signal, work) : done.value;
  }

  /**
   * Whether something is not there: two turns have to find nothing. A switch hides that a session was lost, so that one 404 may come from
   * another namespace.
   */
  async isAbsent(place: Place, signal: AbortSignal, isMissing: (turn: Turn) => Promise<boolean>): Promise<boolean> {
    if (!(await this.within(place, signal, isMissing))) return false;
    await this.beforeSecondLook(place, signal);
    return this.within(place, signal, isMissing);
  }

  /** Turns run one after another from now on: something was done elsewhere than where a session was confirmed to stand. */
  keepApart(): void {
    this.#apart.deny();
  }

  /** Until a session that was lost is found to be, and with a confirmation to come. */
  async beforeSecondLook(place: Place, signal: AbortSignal): Promise<void> {
    await sleep(this.#deps.clock, BETWEEN_LOOKS_MS, signal);
    this.#visited.get(keyOf(place))?.lane.distrust();
  }

  async #turn<T>(
    { place, key, company }: { place: Place; key: string; company: Company },
    signal: AbortSignal,
    work: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const visited = this.#visited.get(key) ?? { place, lane: new Lane() };
    this.#visited.set(key, visited);
    const turn = this.#turnIn(visited, signal);
    try {
      // Lanes that are apart stay where they are; else another turn has just been elsewhere.
      await (company === "Beside" ? turn.begin() : turn.confirm());
      if (company === "Beside" && !visited.lane.hasSession) {
        throw notConfirmed(place, "it was given no session of its own", { codes: [ANOTHER_PLACE] });
      }
      if (this.#apart.isUnknown) await this.#prove(visited, turn);
      return await work(turn);
    } catch (error) {
      if (error instanceof CloudError && error.codes.includes(ANOTHER_PLACE)) this.#apart.deny();
      throw error;
    }
  }

  /** Looks into another lane, if one has something to be known by, while this one stands in its place. */
  async #prove({ place, lane }: Visited, turn: Turn): Promise<void> {
    if (!lane.hasSession) return;
    const other = [...this.#visited.values()].find(
      (each) => each.lane.witness !== undefined && !isSame(each.place, place),
    );
    if (other === undefined) return;
    this.#apart.learn(await turn.lookInto(other.lane));
    // That look may have moved this one.
    await turn.confirm();
  }

  #turnIn({ place, lane }: Visited, signal: AbortSignal): Turn {
    const { authenticator, projectId, clientOf, clock } = this.#deps;
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

function keyOf({ product, cluster, namespace }: Place): string {
  return [product, cluster, namespace].join("/");
}

/** Whatever product is asked for. */
function isSame(one: Place, other: Place): boolean {
  return one.cluster === other.cluster && one.namespace === other.namespace;
}
