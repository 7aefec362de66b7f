// Node pools as today's answers show them, read leniently. The reference has none.
import * as z from "zod";
import type { NodePool, NodePoolPhase, PoolAutoscaling } from "../facets/nodepools.ts";
import { count, flag, instant, lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import { MARK, markOf, pairs } from "./marks.ts";
import { someText, stateWord, texts } from "./wire.ts";

const PHASES: Readonly<Record<string, NodePoolPhase>> = {
  active: "Normal",
  initial: "Synchronizing",
  scaling: "Synchronizing",
  removing: "Synchronizing",
  removingnodes: "Synchronizing",
  updating: "Synchronizing",
  deleting: "Deleting",
  failed: "Failed",
  deletefailed: "DeleteFailed",
};

/** Labels under these the cloud puts on nodes by itself. */
const LABELS_OF_CLOUD = /^(?:[\w-]+\.)*alibabacloud\.com\/|^(?:ack|k8s)\.aliyun\.com/;

const taint = z.object({
  key: z.string(),
  value: text,
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** None where there is no such member; undefined where it can't be read, so that nobody takes them for none. */
const taints = z
  .array(taint)
  .nullish()
  .transform((list) => list ?? [])
  .or(z.unknown().transform(() => undefined));

const wirePool = z.object({
  nodepool_info: z.object({ nodepool_id: z.string().min(1), name: text, is_default: flag, created: text }),
  scaling_group: lenientObject({
    desired_size: count,
    instance_types: texts,
    image_type: optionalText,
    tags: pairs,
  }),
  kubernetes_config: lenientObject({
    labels: pairs,
    taints,
  }),
  auto_scaling: lenientObject({ enable: flag, min_instances: count, max_instances: count }),
  status: lenientObject({ state: text, total_nodes: count }),
});

export const nodePool = wirePool.transform(poolOf);

export const nodePoolList = z.object({ nodepools: listOf(nodePool) });

/** Blocks that go back to the cloud in a change, with all that is in them. */
export const poolBlocks = lenientObject({
  kubernetes_config: z.looseObject({}).catch({}),
  auto_scaling: z.looseObject({}).catch({}),
});

function poolOf(wire: z.output<typeof wirePool>): NodePool {
  const { nodepool_info: info, scaling_group: group, kubernetes_config: config, status } = wire;
  return {
    id: info.nodepool_id,
    name: info.name,
    phase: PHASES[stateWord(status.state)] ?? "Unknown",
    cloudPhase: status.state,
    desired: group.desired_size,
    current: status.total_nodes,
    autoscaling: autoscalingOf(wire.auto_scaling),
    labels: usersLabels(config.labels),
    taints: config.taints,
    mark: markOf(config.labels) ?? markOf(group.tags),
    createdAtMs: instant(info.created),
    instanceType: group.instance_types[0] ?? "",
    // It follows from the vswitches.
    zone: undefined,
    os: someText(group.image_type),
    isDefault: info.is_default,
  };
}

function autoscalingOf(wire: z.output<typeof wirePool>["auto_scaling"]): PoolAutoscaling {
  return { enabled: wire.enable, minReplicas: wire.min_instances ?? 0, maxReplicas: wire.max_instances ?? 0 };
}

function usersLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const isTheirs = (key: string): boolean => key !== MARK && !LABELS_OF_CLOUD.test(key);
  return Object.fromEntries(Object.entries(labels).filter(([key]) => isTheirs(key)));
}
