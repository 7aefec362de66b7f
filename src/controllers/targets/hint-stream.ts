// One stream of hints, opened anew when it ends, for as long as a set follows it; given up where it can't be had.
import { CloudError } from "../../cloud/errors.ts";
import type { ChangeHint, KindAbility, ManifestChannel } from "../../cloud/facets/manifests.ts";
import { type Clock, sleep } from "../../lib/clock.ts";
import { messageOf } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";

interface HintStreamOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
  readonly channel: ManifestChannel;
  readonly kind: KindAbility;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  readonly on: (hint: ChangeHint) => void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** One that ends sooner is as good as none, whatever it began with. */
const SHORTEST_MS = 5_000;
/** One after the other; the next visit of a set that follows it tries again. */
const MOST_FAILURES = 5;

export class HintStream {
  readonly kind: KindAbility;
  /** Resolves when nobody follows it any more, or it was given up. */
  readonly ended: Promise<void>;
  readonly #options: HintStreamOptions;
  readonly #followers = new Set<string>();
  readonly #left = new AbortController();

  constructor(options: HintStreamOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.ended = this.#run(AbortSignal.any([options.stop, this.#left.signal]));
  }

  join(set: string): void {
    this.#followers.add(set);
  }

  leave(set: string): void {
    this.#followers.delete(set);
    if (this.#followers.size === 0) this.#left.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, log, channel, kind, namespace, on } = this.#options;
    for (let failures = 0; !signal.aborted && failures < MOST_FAILURES;) {
      const begunMs = clock.monotonic();
      let isOfUse = false;
      const told = (hint: ChangeHint): void => {
        isOfUse = true;
        on(hint);
      };
      try {
        await channel.changes?.(kind, namespace, { on: told, signal });
        isOfUse = true;
      } catch (error) {
        if (signal.aborted || isNotServed(error)) return;
        log.debug(
          { kind: kind.kind, namespace, failures, reason: messageOf(error) },
          "No hints of changes from a target",
        );
      }
      failures = isOfUse && clock.monotonic() - begunMs >= SHORTEST_MS ? 0 : failures + 1;
      await sleep(clock, Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS), signal).catch(() => undefined);
    }
  }
}

function isNotServed(error: unknown): boolean {
  return error instanceof CloudError && error.kind === "NotServed";
}
