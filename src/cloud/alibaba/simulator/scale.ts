// Growth: so many servers are bought for a pool or a cluster, as far as there are any, and become nodes one way or the other.
import type { Ack } from "./ack.ts";
import { nodesOf, takePlan } from "./ack.ts";
import type { Joining } from "./node-lifecycle.ts";
import { becomeReady, buyNode, JOIN_MS } from "./node-lifecycle.ts";
import { quotaExceeded } from "./refusals.ts";
import { settle } from "./settle.ts";
import type { Cluster, Plan, Task, TaskError } from "./state.ts";

export interface Growth {
  readonly results: Task["results"];
  /** Why there are fewer than were wanted. */
  readonly error: TaskError | undefined;
}

export interface GrowthOrder {
  readonly count: number;
  /** The cloud has no more than these. */
  readonly available?: number;
  readonly plan?: Plan | undefined;
  readonly instanceType: string;
  readonly joining: Joining;
  /** Where they go, in turn. */
  readonly vswitchIds: readonly string[];
  /** Before the first is bought, such as while a pool is made. */
  readonly delayMs?: number;
}

/** What a task says that comes to a place where everything is sold out. */
const SOLD_OUT: TaskError = {
  code: "OperationDenied.NoStock",
  message:
    "The requested resource is sold out in the specified zone; try other types of resources or other regions and zones.",
};

/** Buys what can be had at once; each is Ready when its time has come. */
export function grow(ack: Ack, cluster: Cluster, order: GrowthOrder): Growth {
  const { count, available = Infinity, plan, instanceType, joining, vswitchIds, delayMs = 0 } = order;
  const made = Math.min(count, available, plan === undefined ? Infinity : (plan.joined ?? 0));
  const nodes = Array.from({ length: made }, (_, index) => {
    const vswitchId = vswitchIds[index % vswitchIds.length] ?? "";
    return buyNode(ack, cluster, instanceType, { ...joining, vswitchId });
  });
  ack.timeline.schedule(delayMs + JOIN_MS, () => {
    for (const { id } of nodes) becomeReady(ack, id);
    settle(ack, cluster.id);
  });
  settle(ack, cluster.id);
  const results = nodes.map(({ serverId }) => ({ data: serverId, status: "initial" as const }));
  if (plan !== undefined) return { results, error: errorOf(plan, SOLD_OUT.code) };
  return { results, error: made < count ? SOLD_OUT : undefined };
}

/** What a failed task says: the plan's words. */
export function errorOf({ code, message }: Pick<Plan, "code" | "message">, otherwise: string): TaskError {
  return { code: code ?? otherwise, message: message ?? "The operation failed: the simulator was told so." };
}

/** Takes the plan that makes the next scale-out of `name` fail. */
export function takeScalePlan(ack: Ack, concerns: "Cluster" | "NodePool", name: string): Plan | undefined {
  return takePlan(ack, concerns, name, ({ failAt }) => failAt === "ScaleOut");
}

/** Throws a refusal (400) where the cluster would have more nodes than the quota allows. */
export function checkNodeQuota(ack: Ack, clusterId: string, more: number): void {
  const limit = ack.store.get("quotas", "node")?.limit ?? 0;
  if (nodesOf(ack.store, clusterId).length + more > limit) throw quotaExceeded("Node", limit);
}
