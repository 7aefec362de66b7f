// Bodies of requests, as the examples of the API reference have them and as today's cloud does, for tests to change.
import { REGION } from "./bed.ts";

export const PASSWORD = "Test@1903";

const NETWORK = { vpcid: "vpc-1", container_cidr: "172.20.0.0/16", service_cidr: "172.21.0.0/20" };
const WORKER_DISK = { worker_system_disk_category: "cloud_efficiency", worker_system_disk_size: 120 };

/** 2.1. */
export function dedicatedBody(name: string, fields: object = {}): Record<string, unknown> {
  return {
    cluster_type: "Kubernetes",
    name,
    region_id: REGION,
    snat_entry: true,
    endpoint_public_access: false,
    login_password: PASSWORD,
    master_count: 3,
    master_vswitch_ids: ["vsw-1", "vsw-2", "vsw-3"],
    master_instance_types: ["ecs.sn1.medium", "ecs.sn1.medium", "ecs.sn1.medium"],
    master_system_disk_category: "cloud_efficiency",
    master_system_disk_size: 40,
    worker_instance_types: ["ecs.sn2.3xlarge"],
    worker_vswitch_ids: ["vsw-1"],
    num_of_nodes: 0,
    ...WORKER_DISK,
    ...NETWORK,
    ...fields,
  };
}

/** 2.2. */
export function managedBody(name: string, fields: object = {}): Record<string, unknown> {
  return {
    cluster_type: "ManagedKubernetes",
    name,
    region_id: REGION,
    snat_entry: true,
    endpoint_public_access: false,
    key_pair: "common",
    num_of_nodes: 0,
    vswitch_ids: ["vsw-1"],
    ...WORKER_DISK,
    ...NETWORK,
    ...fields,
  };
}

/** 2.4. */
export function edgeBody(name: string, fields: object = {}): Record<string, unknown> {
  return managedBody(name, { profile: "Edge", endpoint_public_access: true, ...fields });
}

/** 3.4. */
export function serverlessBody(name: string, fields: object = {}): Record<string, unknown> {
  return {
    cluster_type: "Ask",
    name,
    region_id: REGION,
    nat_gateway: true,
    private_zone: true,
    vpc_id: "vpc-1",
    vswitch_id: "vsw-1",
    ...fields,
  };
}

/** As the public cloud has it. */
export function todaysBody(name: string, fields: object = {}): Record<string, unknown> {
  return {
    cluster_type: "ManagedKubernetes",
    profile: "Default",
    name,
    region_id: REGION,
    snat_entry: false,
    endpoint_public_access: false,
    vswitch_ids: ["vsw-1", "vsw-2"],
    ...NETWORK,
    ...fields,
  };
}

interface PoolBlocks {
  readonly scaling?: object;
  readonly config?: object;
  readonly rest?: object;
}

export function poolBody(name: string, { scaling = {}, config = {}, rest = {} }: PoolBlocks = {}): object {
  return {
    nodepool_info: { name },
    scaling_group: {
      vswitch_ids: ["vsw-1", "vsw-2"],
      instance_types: ["ecs.g7.large"],
      key_pair: "common",
      desired_size: 2,
      ...scaling,
    },
    kubernetes_config: { labels: [{ key: "team", value: "a" }], ...config },
    ...rest,
  };
}

/** 2.3. */
export function scaleOutBody(count: number, fields: object = {}): object {
  return {
    key_pair: "common",
    vswitch_ids: ["vsw-1", "vsw-2"],
    worker_instance_types: ["ecs.c5.xlarge"],
    worker_system_disk_category: "cloud_efficiency",
    worker_system_disk_size: 120,
    worker_data_disk: false,
    tags: [],
    count,
    ...fields,
  };
}

/** 2.6. */
export function attachBody(...instances: string[]): object {
  return { password: PASSWORD, instances, tags: [] };
}
