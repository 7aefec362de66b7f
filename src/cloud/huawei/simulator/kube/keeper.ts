// `--kubeconfig`: what happens in the clusters by itself, seen to again and again on the API server that stands for all of them.
import type { Clock } from "../../../../lib/clock.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { attempt, lookAgainAndAgain, type Looks } from "../../../simulation/kube/looks.ts";
import type { Cce } from "../state.ts";
import { openNodeObjects } from "./node-objects.ts";
import type { ServedClaims } from "./served-claims.ts";

interface KeeperOptions {
  readonly cce: Cce;
  readonly api: ApiServer;
  readonly claims: ServedClaims;
  readonly clock: Clock;
}

export function keepClusters({ cce, api, claims, clock }: KeeperOptions): Looks {
  const nodes = openNodeObjects(cce, api);
  return lookAgainAndAgain(clock, async () => {
    cce.timeline.advance();
    await attempt(nodes.catchUp());
    await attempt(claims.tend());
  });
}
