// What happens by itself in the clusters: a loop that looks at the API server behind and does what a cloud's controllers would.
import type { Timer } from "../../../../lib/clock.ts";
import { tendBalancers } from "./balancers.ts";
import type { CareOptions } from "./care.ts";
import { attempt, careOf } from "./care.ts";
import { runPods } from "./kubelet.ts";
import { tendNamespaces } from "./namespaces.ts";
import { tendVolumes } from "./volumes.ts";

/** Between two looks, in real time. */
const TICK_MS = 250;

export interface CaretakerOptions extends CareOptions {
  readonly runsPods: boolean;
}

export interface Caretaker {
  /** Resolves when the look that is under way has ended. */
  close(): Promise<void>;
}

export function startCaretaker(options: CaretakerOptions): Caretaker {
  const { clock, runsPods } = options;
  const care = careOf(options);
  const keepers = [tendNamespaces, tendBalancers, tendVolumes, ...(runsPods ? [runPods] : [])];
  let timer: Timer | undefined;
  let isClosed = false;
  let looking: Promise<void> = Promise.resolve();
  const look = (): void => {
    looking = (async () => {
      care.lookAgain();
      await Promise.all(keepers.map((keeper) => attempt(keeper(care))));
      if (!isClosed) timer = clock.after(TICK_MS, look);
    })();
  };
  look();
  return {
    async close() {
      isClosed = true;
      timer?.cancel();
      await looking;
    },
  };
}
