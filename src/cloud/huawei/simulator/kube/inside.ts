// What lies inside clusters: with `--kubeconfig` on that API server, which stands for all of them and where what a cluster does by
// itself is seen to again and again; without one, claims alone, in the simulator's own records.
import type { Clock } from "../../../../lib/clock.ts";
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { apiServerOf } from "../../../simulation/kube/api-server.ts";
import { duesAt } from "../../../simulation/kube/dues.ts";
import { attempt, lookAgainAndAgain, type Looks } from "../../../simulation/kube/looks.ts";
import { startPodRunner } from "../../../simulation/kube/pod-runner.ts";
import type { Cce } from "../state.ts";
import { memoryClaims, type ClaimObjects } from "./claim-objects.ts";
import { openNodeObjects } from "./node-objects.ts";
import { serveClaims } from "./served-claims.ts";

interface InsideOptions {
  readonly clock: Clock;
  readonly speed: number;
  /** Plays scheduler and kubelet too. */
  readonly runPods: boolean;
}

export interface Inside {
  /** Undefined where nothing lies there. */
  readonly api: ApiServer | undefined;
  readonly claims: ClaimObjects;
  /** From now on things happen by themselves. Closing it closes the API server's connections too. */
  begin(): Looks;
}

export function openInside(cce: Cce, options: InsideOptions): Inside {
  const { kubeconfig } = cce.rules;
  if (kubeconfig === undefined) {
    return { api: undefined, claims: memoryClaims(cce), begin: () => ({ close: () => Promise.resolve() }) };
  }
  const { clock, speed, runPods } = options;
  const api = apiServerOf(kubeconfig);
  const claims = serveClaims(cce, api, duesAt(clock, speed));
  const nodes = openNodeObjects(cce, api);
  const look = async (): Promise<void> => {
    cce.timeline.advance();
    await attempt(nodes.catchUp());
    await attempt(claims.tend());
  };
  return {
    api,
    claims,
    begin() {
      const looks = [lookAgainAndAgain(clock, look), ...(runPods ? [startPodRunner({ api, clock, speed })] : [])];
      return {
        async close() {
          await Promise.all(looks.map((one) => one.close()));
          await api.close();
        },
      };
    },
  };
}
