// What plans of pools say while nodes come and go.
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { Plan } from "../external/kind.ts";
import type { Declared } from "./diff.ts";
import { activeCount, autoscalingOf, countable, countOf, type Seen } from "./replicas.ts";
import type { PoolChange } from "./scope.ts";

export type PoolPlan = Plan<PoolChange>;

/** Where there is nothing that we could do. */
export const SLOW_POLL_MS = 60_000;

/** How far the nodes are from the count that the cloud has in its books, and on the way to which; the same for the same state. */
export function progressOf({ spec }: Pick<Declared, "spec">, seen: Seen): string {
  const desired = countOf(seen);
  const surplus = seen.nodes.length - desired;
  if (surplus <= 0) return `${activeCount(seen)} of ${desired} nodes are active`;
  const leaving = `${surplus} of ${seen.nodes.length} nodes ${surplus === 1 ? "is" : "are"} leaving`;
  const { replicas = desired } = countable(spec);
  const isStep = !autoscalingOf(spec, seen.item).enabled && replicas < desired;
  return isStep ? `${leaving}, on the way to ${replicas}` : leaving;
}

export function scaling(declared: Declared, seen: Seen): PoolPlan {
  return waiting(Reason.Scaling, progressOf(declared, seen));
}

export function soldOut({ item: pool, nodes }: Seen, words = ""): PoolPlan {
  const why = words === "" ? "" : ` (${words})`;
  const message =
    `The cloud has no more instances of type ${pool.instanceType} now${why}. The ${nodes.length} nodes that are there stay; ` +
    `${countOf({ item: pool, nodes })} were asked for. Looking again every minute; to do without the others, ask for fewer`;
  return { do: "Await", reason: Reason.SoldOut, message, pollAfterMs: SLOW_POLL_MS };
}

export function waiting(reason: string, message: string): PoolPlan {
  return { do: "Await", reason, message };
}
