// A node among all of its cluster, as what is decided about it has to see them.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Clock } from "../../lib/clock.ts";
import type { NodeLists } from "../managedcluster/node-lists.ts";
import { isRepairDue } from "./repair.ts";
import type { NodeScope } from "./scope.ts";

interface Deps {
  readonly nodeLists: Pick<NodeLists, "all">;
  readonly clock: Pick<Clock, "now">;
}

interface Sight {
  readonly scope: Pick<NodeScope, "visit" | "place" | "facet" | "lists" | "items">;
  /** As a list has shown it, or a read. */
  readonly item: ClusterNode;
}

/**
 * From a list that was started at `since` (monotonic) or later. Of a repair, which erases disks, no single list decides: it may show the node
 * as it was, and lack others that do not work.
 */
export async function inCluster(
  { nodeLists, clock }: Deps,
  { scope, item }: Sight,
  since: number,
): Promise<{ readonly item: ClusterNode; readonly all: readonly ClusterNode[] }> {
  const { visit, place, facet, lists, items } = scope;
  if (!isRepairDue({ spec: visit.object.spec, status: visit.status }, clock.now())) {
    const { byId } = await lists.observe(since, visit.signal);
    return { item, all: [...byId.values()] };
  }
  const now = await items.get?.(item.id, visit.signal);
  const all = await nodeLists.all(place, facet, visit.signal);
  return { item: now === undefined || now === "Absent" ? item : now, all };
}
