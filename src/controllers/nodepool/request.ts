// The request that changes a pool, whole, as far as it follows from the spec and from what is there.
import type { NodePoolChange } from "../../cloud/facets/nodepools.ts";
import { nonceOf } from "../external/resource.ts";
import { taintsOf, type Declared } from "./diff.ts";
import { autoscalingOf, nextCount, type Seen } from "./replicas.ts";

/** All that may be changed, as it is to be now. */
export function requestOf(declared: Declared, seen: Seen): NodePoolChange {
  const { spec } = declared;
  const pool = seen.item;
  return {
    name: pool.name,
    // A colleague may have taken our mark away: it comes back with the next change.
    mark: pool.mark ?? nonceOf(declared),
    replicas: nextCount(spec, seen),
    autoscaling: autoscalingOf(spec, pool),
    labels: spec.labels ?? pool.labels,
    taints: taintsOf(declared, pool),
    changes: [],
  };
}
