// `--run-pods` where a cloud keeps no nodes of its own: all pods of the API server run on one.
import type { Clock } from "../../../lib/clock.ts";
import type { ApiServer } from "./api-server.ts";
import { duesAt } from "./dues.ts";
import { runPods, type Pod } from "./kubelet.ts";
import { attempt, lookAgainAndAgain, type Looks } from "./looks.ts";

const NODE = { name: "simulated-node", internalIp: "10.0.0.10" };

interface PodRunnerOptions {
  readonly api: ApiServer;
  readonly clock: Clock;
  /** How many times faster than a cloud. */
  readonly speed: number;
}

export function startPodRunner({ api, clock, speed }: PodRunnerOptions): Looks {
  const kubelet = {
    api,
    due: duesAt(clock, speed),
    now: () => clock.now(),
    nodeFor: () => NODE,
    nodeNamed: () => NODE,
    addressOf: (number: number) => `10.244.${number >> 8}.${number & 0xff}`,
  };
  const look = async (): Promise<void> => {
    const pods = await listed(api, "/api/v1/pods");
    const claims = await listed(api, "/api/v1/persistentvolumeclaims");
    const bound = claims.filter(({ status }) => status?.phase === "Bound");
    const names = bound.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    await runPods(kubelet, pods, new Set(names));
  };
  return lookAgainAndAgain(clock, () => attempt(look()));
}

/** Items of lists leave out what they are, and a write has to say it. */
async function listed(api: ApiServer, path: string): Promise<readonly Pod[]> {
  const { items } = (await api.send({ method: "GET", path })) as { items: readonly Pod[] };
  return items.map((item) => Object.assign(item, { apiVersion: "v1", kind: "Pod" }));
}
