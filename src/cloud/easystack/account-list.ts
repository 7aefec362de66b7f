// What one call lists of all clusters of the account: read once for all of them that it is new enough for.
import type * as z from "zod";
import type { Clock } from "../../lib/clock.ts";
import { SharedRead } from "../../lib/shared-read.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { CallTo, ProjectClient } from "./client.ts";
import type { ProjectOperation } from "./calls.ts";

interface AccountListDeps {
  readonly client: ProjectClient;
  readonly clock: Pick<Clock, "monotonic">;
  /** Ends when the session is closed: a read outlives whoever began it, because others share it. */
  readonly closed: AbortSignal;
}

interface Dated<T extends z.ZodType> {
  readonly value: z.output<T>;
  readonly answer: HttpAnswer;
  /** Monotonic: what happened before is in it. */
  readonly startedAt: number;
}

export class AccountList<T extends z.ZodType> {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #shared: SharedRead<Dated<T>>;

  constructor({ client, clock, closed }: AccountListDeps, call: Omit<CallTo<ProjectOperation>, "signal">, schema: T) {
    this.#clock = clock;
    this.#shared = new SharedRead(async () => {
      const startedAt = clock.monotonic();
      return { ...(await client.read({ ...call, signal: closed }, schema)), startedAt };
    }, clock);
  }

  /** Begun at `since` (monotonic) or later; left out: from now on. Throws CloudError, or the signal's reason. */
  at(since: number | undefined, signal: AbortSignal): Promise<Dated<T>> {
    return this.#shared.at(since ?? this.#clock.monotonic(), signal);
  }
}
