// Who waits for whom: a turn alone has the whole account to itself; turns beside others wait for those of their own lane only.
import { untilAborted } from "../../../lib/abort.ts";

export type Company = "Alone" | "Beside";

export class TurnOrder {
  /** Over when every turn alone is that has been asked for, and with it all that were asked for before. */
  #lastAlone: Promise<unknown> = Promise.resolve();
  /** Of each lane, since then. */
  readonly #lastOf = new Map<string, Promise<unknown>>();

  /** Runs `work` when it is that turn's; in the order of asking. Rejects as `work` does, and with the signal's reason before it begins. */
  async run<T>(lane: string, company: Company, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#before(lane, company);
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    const after = before.then(() => over);
    if (company === "Alone") {
      this.#lastAlone = after;
      this.#lastOf.clear();
    } else {
      this.#lastOf.set(lane, after);
    }
    try {
      await untilAborted(before, signal);
      return await work();
    } finally {
      end();
    }
  }

  #before(lane: string, company: Company): Promise<unknown> {
    if (company === "Beside") return this.#lastOf.get(lane) ?? this.#lastAlone;
    return Promise.all([this.#lastAlone, ...this.#lastOf.values()]);
  }
}
