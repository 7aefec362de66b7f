// The cluster as a cloud has to know it when something is to be made in it.
import type { ClusterHost } from "../../cloud/facets/clusters.ts";
import type { ClusterPlace } from "./clusters.ts";

export function hostOf({ cluster, clusterId, optionsOf }: ClusterPlace): ClusterHost {
  const { spec, status } = cluster;
  const { vpcId, subnetId, podCidr, serviceCidr } = spec.network ?? {};
  return {
    id: clusterId,
    options: optionsOf(spec),
    version: status.version ?? "",
    type: status.clusterType ?? "",
    network: { vpcId, subnetId, podCidr, serviceCidr },
  };
}
