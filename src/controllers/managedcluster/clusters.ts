// The clusters of an account as things that resources stand for.
import type { Cluster, ClustersFacet } from "../../cloud/facets/clusters.ts";
import { thingsOf, type Things } from "../external/thing.ts";

export function clustersOf(clusters: ClustersFacet): Things<Cluster> {
  return thingsOf(clusters);
}
