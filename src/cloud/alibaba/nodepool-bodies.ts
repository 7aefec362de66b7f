// The bodies of a create and of a change of a node pool. The mark is a label of its nodes and a tag of its servers.
import type { Autoscaling, NodePoolChange, NodePoolRequest } from "../facets/nodepools.ts";
import type { Volume } from "../facets/servers.ts";
import { MARK, pairsOf } from "./marks.ts";
import { knownOptions, loginBody, poolOptions, systemDiskBody, vswitchesOf, type Body } from "./options.ts";

/** Servers in as many zones as there are, so that the loss of one is not that of all. */
const MULTI_AZ_POLICY = "BALANCE";

export function createPoolBody(request: NodePoolRequest): Body {
  const { name, nonce, labels, taints, autoscaling } = request;
  const options = poolOptions(request.options);
  return {
    nodepool_info: { name, resource_group_id: options.resourceGroupId },
    scaling_group: scalingGroup(request),
    kubernetes_config: {
      labels: pairsOf({ ...labels, [MARK]: nonce }),
      taints,
      runtime: options.runtime,
      runtime_version: options.runtimeVersion,
      cpu_policy: options.cpuPolicy,
      cms_enabled: options.cmsEnabled,
      user_data: options.userData === undefined ? undefined : Buffer.from(options.userData).toString("base64"),
    },
    auto_scaling: autoscaling.enabled ? autoscalingBody(autoscaling) : undefined,
  };
}

function scalingGroup(request: NodePoolRequest): Body {
  const { instanceType, rootVolume, dataVolumes, login, nonce } = request;
  const options = poolOptions(request.options);
  return {
    desired_size: desiredOf(request),
    vswitch_ids: poolVswitches(request),
    instance_types: [instanceType, ...(options.instanceTypes ?? [])],
    instance_charge_type: "PostPaid",
    spot_strategy: options.spotStrategy ?? "NoSpot",
    multi_az_policy: options.multiAzPolicy ?? MULTI_AZ_POLICY,
    image_type: request.os,
    image_id: options.imageId,
    security_group_ids: options.securityGroupIds,
    ram_role_name: options.ramRoleName,
    tags: pairsOf({ ...options.tags, [MARK]: nonce }),
    ...systemDiskBody(rootVolume, ""),
    data_disks: dataVolumes.length === 0 ? undefined : dataVolumes.map(diskBody),
    ...loginBody(login, "login_password"),
  };
}

/** Nobody says where the autoscaler does, nor of servers that exist: the cloud would buy a substitute for one that leaves. */
function desiredOf({ replicas, autoscaling, existingServers }: NodePoolRequest): number | undefined {
  return autoscaling.enabled || existingServers !== undefined ? undefined : replicas;
}

/** The pool's own, or those of its cluster. */
export function poolVswitches({ options, cluster }: Pick<NodePoolRequest, "options" | "cluster">): readonly string[] {
  const { vswitchIds = [] } = poolOptions(options);
  return vswitchIds.length > 0 ? vswitchIds : vswitchesOf(knownOptions(cluster.options), cluster.network);
}

function diskBody({ type, sizeGiB }: Volume): Body {
  return { category: type, size: sizeGiB };
}

/** Blocks of a pool as GET shows them. */
export interface ShownBlocks {
  readonly kubernetes_config: Body;
  readonly auto_scaling: Body;
}

/**
 * A change is partial: a block that is left out stays as it is, and what is not meant is not sent. One that is sent goes whole, with what
 * only people at the cloud's console set in it.
 */
export function changePoolBody(change: NodePoolChange, shown: ShownBlocks): Body {
  const { changes, labels, taints, mark, replicas, autoscaling } = change;
  const touchesNodes = changes.includes("labels") || changes.includes("taints");
  const marked = mark === undefined ? labels : { ...labels, [MARK]: mark };
  return {
    ...(changes.includes("replicas") && { scaling_group: { desired_size: replicas } }),
    ...(changes.includes("autoscaling") && {
      auto_scaling: { ...shown.auto_scaling, ...autoscalingBody(autoscaling) },
    }),
    ...(touchesNodes && {
      kubernetes_config: { ...shown.kubernetes_config, labels: pairsOf(marked), ...(taints && { taints }) },
      update_nodes: true,
    }),
  };
}

function autoscalingBody({ enabled, minReplicas, maxReplicas }: Autoscaling): Body {
  return { enable: enabled, min_instances: minReplicas, max_instances: maxReplicas };
}
