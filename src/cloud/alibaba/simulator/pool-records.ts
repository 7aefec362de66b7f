// Node pools as records: the default one that a cluster is born with, and those that somebody makes.
import type { Ack } from "./ack.ts";
import { newEntity, newId } from "./ack.ts";
import type { Cluster, NodePool } from "./state.ts";

export type PoolFields = Pick<NodePool, "name"> & Partial<Omit<NodePool, "id" | "clusterId">>;

export const NO_AUTOSCALING: NodePool["autoScaling"] = { enable: false, minInstances: 0, maxInstances: 0, type: "cpu" };

/** Puts a pool into the store. */
export function addPool(ack: Ack, cluster: Cluster, { name, ...fields }: PoolFields): NodePool {
  const pool: NodePool = {
    ...newEntity(ack, newId("np", 32), name),
    clusterId: cluster.id,
    state: "active",
    desiredSize: null,
    autoScaling: NO_AUTOSCALING,
    labels: {},
    taints: [],
    isDefault: false,
    tags: {},
    scalingGroup: scalingGroupOf(cluster, {}),
    kubernetesConfig: {},
    management: { enable: false },
    soldOutAbove: null,
    isUpdating: false,
    ...fields,
  };
  ack.store.put("nodepools", pool);
  return pool;
}

/** Every cluster of today has an empty one, but for serverless ones, which have no pools; those of the reference have none. */
export function addDefaultPool(ack: Ack, cluster: Cluster): void {
  if (ack.rules.dialect === "Reference" || !hasPools(cluster)) return;
  addPool(ack, cluster, { name: "default-nodepool", isDefault: true });
}

export function hasPools({ clusterType, profile }: Pick<Cluster, "clusterType" | "profile">): boolean {
  return profile !== "Serverless" && (clusterType === "Kubernetes" || clusterType === "ManagedKubernetes");
}

/** What the cloud adds to a scaling group where the request leaves it out. */
export function scalingGroupOf(
  { network, details }: Pick<Cluster, "network" | "details">,
  group: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const securityGroup = details["security_group_id"];
  return {
    scaling_group_id: newId("asg-", 20),
    vswitch_ids: network.vswitchIds,
    instance_types: [],
    image_type: "AliyunLinux3",
    image_id: "aliyun_3_x64_20G_alibase_20260120.vhd",
    instance_charge_type: "PostPaid",
    multi_az_policy: "BALANCE",
    scaling_policy: "release",
    spot_strategy: "NoSpot",
    system_disk_category: "cloud_essd",
    system_disk_size: 120,
    data_disks: [],
    security_group_id: securityGroup,
    security_group_ids: [securityGroup],
    ...group,
  };
}
