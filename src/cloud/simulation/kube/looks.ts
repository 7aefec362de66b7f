// A loop that looks again and again at an API server and does there what a cloud's own controllers would.
import type { Clock, Timer } from "../../../lib/clock.ts";

/** Between two looks, in real time. */
const TICK_MS = 250;

export interface Looks {
  /** Resolves when the look that is under way has ended. */
  close(): Promise<void>;
}

/** `look` must not reject. */
export function lookAgainAndAgain(clock: Clock, look: () => Promise<void>): Looks {
  let timer: Timer | undefined;
  let isClosed = false;
  let looking: Promise<void> = Promise.resolve();
  const next = (): void => {
    looking = (async () => {
      await look();
      if (!isClosed) timer = clock.after(TICK_MS, next);
    })();
  };
  next();
  return {
    async close() {
      isClosed = true;
      timer?.cancel();
      await looking;
    },
  };
}

/** Whatever goes wrong, such as an API server that is away, is for the next look. */
export async function attempt(work: Promise<unknown>): Promise<void> {
  await work.catch(() => {});
}
