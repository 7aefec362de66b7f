// Metrics of what there is: what ends after its account, cluster or set has gone, such as a request that the end of a session aborts, is
// counted no more. Its series would stay for the life of the process.
import { manifestSet } from "../crds/manifestset/kind.ts";
import type { Metrics } from "../runtime/metrics/metrics.ts";
import type { Informers } from "./informers.ts";

type OfLiving = Pick<Metrics, "cloud" | "target" | "workload">;

export function ofLiving(
  { cloud, target, workload }: OfLiving,
  { accounts, clusters, kinds }: Pick<Informers, "accounts" | "clusters" | "kinds">,
): OfLiving {
  const hasAccount = ({ account }: { readonly account: string }): boolean => accounts.store.get(account) !== undefined;
  const hasCluster = ({ target: key }: { readonly target: string }): boolean => clusters.store.get(key) !== undefined;
  const hasSet = (set: string): boolean => kinds.get(manifestSet.type.kind)?.store.get(set) !== undefined;
  return {
    cloud: {
      ...cloud,
      requested: (labels) => void (hasAccount(labels) && cloud.requested(labels)),
      observeWait: (labels, seconds) => void (hasAccount(labels) && cloud.observeWait(labels, seconds)),
      setLimit: (labels, perMinute) => void (hasAccount(labels) && cloud.setLimit(labels, perMinute)),
    },
    target: {
      ...target,
      requested: (labels) => void (hasCluster(labels) && target.requested(labels)),
    },
    workload: { used: (set, workloads) => workload.used(set, hasSet(set) ? workloads : []) },
  };
}
