// The facets that a session on CCE has, with all that a cloud may lack.
import type { CloudSession } from "../../../../src/cloud/contract.ts";
import type { AddonsFacet } from "../../../../src/cloud/facets/addons.ts";
import type { ClustersFacet } from "../../../../src/cloud/facets/clusters.ts";
import type { CloudPools } from "../../../../src/cloud/facets/nodepools.ts";
import type { JobsFacet } from "../../../../src/cloud/facets/jobs.ts";
import type { NodesFacet } from "../../../../src/cloud/facets/nodes.ts";

export interface HuaweiFacets {
  readonly clusters: Required<ClustersFacet>;
  readonly nodePools: Required<CloudPools>;
  readonly nodes: Required<Omit<NodesFacet, "scaleOut">>;
  readonly jobs: JobsFacet;
  readonly addons: AddonsFacet;
}

export function facetsOf(session: CloudSession): HuaweiFacets {
  const { clusters, nodePools, nodes, addons, jobs } = session;
  if (!clusters || !nodePools || !nodes || !addons || !jobs) throw new Error("A facet is missing");
  return {
    clusters: clusters as HuaweiFacets["clusters"],
    nodePools: nodePools as HuaweiFacets["nodePools"],
    nodes: nodes as HuaweiFacets["nodes"],
    addons,
    jobs,
  };
}
