// Wire formats of node pools (CCE API Reference 4.1.19 to 4.1.23), read leniently.
import * as z from "zod";
import type { NodePool, NodePoolChange, NodePoolPhase, PoolAutoscaling } from "../facets/nodepools.ts";
import { MARK_LABEL } from "./marks.ts";
import { count, flag, lenientObject, listOf, optionalText, text } from "../kit/wire.ts";

/** Labels that the cloud adds by itself, such as cce.cloud.com/cce-nodepool (table 4-89). */
const LABELS_OF_CLOUD = "cce.cloud.com/";

/** Table 4-232: no word at all is the normal state. `Synchronized` too is on its way to it. */
const POOL_PHASES: Readonly<Record<string, NodePoolPhase>> = {
  "": "Normal",
  Synchronizing: "Synchronizing",
  Synchronized: "Synchronizing",
  SoldOut: "SoldOut",
  Error: "Failed",
  Deleting: "Deleting",
};

const taint = z.object({
  key: z.string(),
  value: text,
  effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
});

/** Members with a value of zero are left out of the reference's examples, as Go does it. */
const wirePool = z.object({
  metadata: z.object({ uid: z.string().min(1), name: z.string().min(1) }),
  spec: lenientObject({
    initialNodeCount: count,
    autoscaling: lenientObject({
      enable: flag,
      minNodeCount: count,
      maxNodeCount: count,
      scaleDownCooldownTime: count,
      priority: z.int().optional().catch(undefined),
    }),
    nodeTemplate: lenientObject({
      flavor: text,
      az: optionalText,
      os: optionalText,
      k8sTags: z.record(z.string(), z.string()).catch({}),
      taints: z.array(taint).optional().catch(undefined),
    }),
  }),
  status: lenientObject({ phase: optionalText, currentNode: count }),
});

/** 4.1.20. Its state is normal where it tells none: the word for it is empty. */
export const nodePool = wirePool.transform((wire) => poolOf(wire, "Normal"));

/** 4.1.21, whose table has no state: where it tells none, it is not known. */
export const nodePoolList = z.object({ items: listOf(wirePool.transform((wire) => poolOf(wire, "Unknown"))) });

function poolOf({ metadata, spec, status }: z.output<typeof wirePool>, untold: NodePoolPhase): NodePool {
  const { autoscaling, nodeTemplate } = spec;
  return {
    id: metadata.uid,
    name: metadata.name,
    phase: status.phase === undefined ? untold : (POOL_PHASES[status.phase] ?? "Unknown"),
    cloudPhase: status.phase ?? "",
    // What it has stands in where it is left out: a 0 that is only untold would come back to the cloud in the next PUT.
    desired: spec.initialNodeCount ?? status.currentNode ?? 0,
    current: status.currentNode,
    autoscaling: {
      enabled: autoscaling.enable,
      minReplicas: autoscaling.minNodeCount ?? 0,
      maxReplicas: autoscaling.maxNodeCount ?? 0,
      cooldownMinutes: autoscaling.scaleDownCooldownTime,
      priority: autoscaling.priority,
    },
    labels: usersLabels(nodeTemplate.k8sTags),
    // In no table of a read, so it is unusual that they are told.
    taints: nodeTemplate.taints,
    mark: nodeTemplate.k8sTags[MARK_LABEL],
    instanceType: nodeTemplate.flavor,
    zone: nodeTemplate.az,
    os: nodeTemplate.os,
  };
}

function usersLabels(k8sTags: Readonly<Record<string, string>>): Record<string, string> {
  const isTheirs = (key: string): boolean => key !== MARK_LABEL && !key.startsWith(LABELS_OF_CLOUD);
  return Object.fromEntries(Object.entries(k8sTags).filter(([key]) => isTheirs(key)));
}

/**
 * The body of PUT (4.1.22): whole, with kind and metadata, which its table requires and its example lacks. A count that is left
 * out means none to the cloud, labels that are left out mean that they are to go, and taints that are left out stay.
 */
export function updateBody(change: NodePoolChange): object {
  return {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: change.name },
    spec: {
      initialNodeCount: change.replicas,
      autoscaling: autoscalingBody(change.autoscaling),
      nodeTemplate: { k8sTags: markedLabels(change.labels, change.mark), taints: change.taints },
    },
  };
}

/** What is undefined is not in the body. */
export function autoscalingBody(autoscaling: PoolAutoscaling): object {
  const { enabled, minReplicas, maxReplicas, cooldownMinutes, priority } = autoscaling;
  return {
    enable: enabled,
    minNodeCount: minReplicas,
    maxNodeCount: maxReplicas,
    scaleDownCooldownTime: cooldownMinutes,
    priority,
  };
}

export function markedLabels(
  labels: Readonly<Record<string, string>>,
  mark: string | undefined,
): Record<string, string> {
  return mark === undefined ? { ...labels } : { ...labels, [MARK_LABEL]: mark };
}
