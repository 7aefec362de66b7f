// The facets that a session on CCE has, with all that a cloud may lack.
import type { CloudSession } from "../../../../src/cloud/contract.ts";
import type { AddonsFacet } from "../../../../src/cloud/facets/addons.ts";
import type { ClustersFacet } from "../../../../src/cloud/facets/clusters.ts";
import type { CloudPools } from "../../../../src/cloud/facets/nodepools.ts";
import type { NodesFacet } from "../../../../src/cloud/facets/nodes.ts";

export interface HuaweiFacets {
  readonly clusters: Required<ClustersFacet>;
  readonly nodePools: Required<CloudPools>;
  readonly nodes: NodesFacet;
  readonly addons: AddonsFacet;
}

export function facetsOf(session: CloudSession): HuaweiFacets {
  const { clusters, nodePools, nodes, addons } = session;
  if (!clusters || !nodePools || !nodes || !addons) throw new Error("A facet is missing");
  return {
    clusters: clusters as HuaweiFacets["clusters"],
    nodePools: nodePools as HuaweiFacets["nodePools"],
    nodes,
    addons,
  };
}
