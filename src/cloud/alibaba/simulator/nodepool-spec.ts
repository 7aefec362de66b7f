// What a create and a change of a node pool may say. No chapter of the reference has pools: the members are the public cloud's.
import * as z from "zod";
import { flag, labels, password, resourceName, tags, taints, textList, whole } from "./fields.ts";
import { invalid } from "./refusals.ts";
import type { AutoScaling, NodePool } from "./state.ts";

const MOST_NODES = 2_000;
const MOST_VSWITCHES = 20;

const count = whole.refine((number) => number <= MOST_NODES, `must be from 0 to ${MOST_NODES}`);

const scalingGroup = z.looseObject({
  desired_size: count.nullable().optional(),
  vswitch_ids: textList
    .refine((ids) => ids.length <= MOST_VSWITCHES, `must have from 1 to ${MOST_VSWITCHES} vswitches`)
    .optional(),
  instance_types: textList.optional(),
  key_pair: z.string().optional(),
  login_password: password.optional(),
  system_disk_size: whole.optional(),
  multi_az_policy: z.enum(["PRIORITY", "COST_OPTIMIZED", "BALANCE"]).optional(),
  spot_strategy: z.enum(["NoSpot", "SpotAsPriceGo", "SpotWithPriceLimit"]).optional(),
  instance_charge_type: z.enum(["PostPaid", "PrePaid"]).optional(),
  tags: tags.optional(),
});

const kubernetesConfig = z.looseObject({
  labels: labels.optional(),
  taints: taints.optional(),
  cpu_policy: z.enum(["none", "static"]).optional(),
  cms_enabled: flag.optional(),
});

/** A block that is sent is whole: what it leaves out has its default, `enable` false among it. */
const autoScaling = z.looseObject({
  enable: flag.default(false),
  min_instances: count.default(0),
  max_instances: count.default(0),
  type: z.string().default("cpu"),
});

export const poolBody = z.looseObject({
  nodepool_info: z.looseObject({
    name: resourceName,
    type: z.string().default("ess"),
    resource_group_id: z.string().optional(),
  }),
  scaling_group: scalingGroup,
  kubernetes_config: kubernetesConfig.default({}),
  auto_scaling: autoScaling.prefault({}),
  management: z.looseObject({ enable: flag.default(false) }).prefault({}),
  count: count.optional(),
});

export type PoolBody = z.output<typeof poolBody>;

/** A change is partial: a block that is left out stays as it was. */
export const poolChange = z.looseObject({
  nodepool_info: z.looseObject({ name: resourceName.optional() }).optional(),
  scaling_group: scalingGroup.optional(),
  kubernetes_config: kubernetesConfig.optional(),
  auto_scaling: autoScaling.optional(),
  management: z.looseObject({}).optional(),
  update_nodes: flag.default(false),
});

export type PoolChange = z.output<typeof poolChange>;

/** Throws a `Refusal` (400) for what the fields' own rules do not catch. */
export function checkPool({ scaling_group: group, auto_scaling: scaling }: PoolBody): void {
  if (group.vswitch_ids === undefined) throw invalid("scaling_group.vswitch_ids", "is required");
  if (group.instance_types === undefined) throw invalid("scaling_group.instance_types", "is required");
  if (group.key_pair !== undefined && group.login_password !== undefined) {
    throw invalid("scaling_group.login_password", "give either it or key_pair");
  }
  checkBounds(autoScalingOf(scaling));
}

export function autoScalingOf(block: PoolBody["auto_scaling"]): AutoScaling {
  const { enable, min_instances: minInstances, max_instances: maxInstances, type } = block;
  return { enable, minInstances, maxInstances, type };
}

/** Throws a `Refusal` (400). */
export function checkBounds({ enable, minInstances, maxInstances }: AutoScaling): void {
  if (enable && minInstances > maxInstances) throw invalid("auto_scaling.max_instances", "is less than min_instances");
}

/** How many nodes the pool wants, once the change is in it: with auto scaling as many as its bounds allow. */
export function desiredAfter(
  current: number | null,
  wanted: number | null | undefined,
  { enable, minInstances, maxInstances }: AutoScaling,
): number | null {
  if (!enable) return wanted === undefined ? current : wanted;
  return Math.min(Math.max(current ?? 0, minInstances), maxInstances);
}

/** The blocks of a pool as they are kept: what has a member of its own, and every password, is taken out. */
export function keptBlocks(
  group: z.output<typeof scalingGroup>,
  config: z.output<typeof kubernetesConfig>,
): Pick<NodePool, "scalingGroup" | "kubernetesConfig"> {
  const { desired_size: _size, tags: _tags, login_password: _password, ...scalingRest } = group;
  const { labels: _labels, taints: _taints, ...configRest } = config;
  return { scalingGroup: scalingRest, kubernetesConfig: configRest };
}
