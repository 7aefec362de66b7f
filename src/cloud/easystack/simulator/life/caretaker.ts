// What happens by itself in the clusters: a loop that looks at the API server behind and does what a cloud's controllers would.
import { attempt, lookAgainAndAgain, type Looks } from "../../../simulation/kube/looks.ts";
import { tendBalancers } from "./balancers.ts";
import type { CareOptions } from "./care.ts";
import { careOf } from "./care.ts";
import { tendNamespaces } from "./namespaces.ts";
import { tendPods } from "./pods.ts";
import { tendVolumes } from "./volumes.ts";

export interface CaretakerOptions extends CareOptions {
  readonly runsPods: boolean;
}

export function startCaretaker(options: CaretakerOptions): Looks {
  const { clock, runsPods } = options;
  const care = careOf(options);
  const keepers = [tendNamespaces, tendBalancers, tendVolumes, ...(runsPods ? [tendPods] : [])];
  return lookAgainAndAgain(clock, async () => {
    care.lookAgain();
    await Promise.all(keepers.map((keeper) => attempt(keeper(care))));
  });
}
