// All nodes of a cluster, as what is decided about one of them has to see them.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Clock } from "../../lib/clock.ts";
import type { NodeLists } from "../managedcluster/node-lists.ts";
import { isRepairDue } from "./repair.ts";
import type { NodeScope } from "./scope.ts";

interface Deps {
  readonly nodeLists: Pick<NodeLists, "all">;
  readonly clock: Pick<Clock, "now">;
}

type Sight = Pick<NodeScope, "visit" | "place" | "facet" | "lists">;

/**
 * From a list that was started at `since` (monotonic) or later. Of a repair, which erases disks, no single list decides: it may lack others that do
 * not work, and the one before it may be from when they did.
 */
export async function inCluster(
  { nodeLists, clock }: Deps,
  { visit, place, facet, lists }: Sight,
  since: number,
): Promise<readonly ClusterNode[]> {
  const isDue = isRepairDue({ spec: visit.object.spec, status: visit.status }, clock.now());
  if (isDue) return nodeLists.all(place, facet, visit.signal);
  const { byId } = await lists.observe(since, visit.signal);
  return [...byId.values()];
}
