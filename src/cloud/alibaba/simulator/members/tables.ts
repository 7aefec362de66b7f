// Objects in answers: those of the API reference's response tables, and those of the vendor's published client.
import { sometimes, table } from "./notation.ts";

/** No chapter shows an error; gateway and service spell it in these two ways. */
export const error = table("errors", {
  code: "string",
  message: "string",
  requestId: "string",
  Code: "string",
  Message: "string",
  RequestId: "string",
});

const tag = table("tags of 2.1", { key: "string", value: "string" });
const tags = sometimes([tag], "unless no answer shows tags");

export const accepted = table("2.1, 2.3", { cluster_id: "string", request_id: "string", task_id: "string" });
export const poolAccepted = table("today, change of a pool", {
  nodepool_id: "string",
  request_id: "string",
  task_id: "string",
});

/** The table calls size a string; its example has a number. */
export const documented = {
  agent_version: "string",
  cluster_id: "string",
  created: "string",
  external_loadbalancer_id: "string",
  master_url: "string",
  name: "string",
  network_mode: "string",
  region_id: "string",
  security_group_id: "string",
  size: "integer",
  state: "string",
  updated: "string",
  vpc_id: "string",
  vswitch_id: "string",
} as const;

export const todaysCluster = {
  cluster_id: "string",
  name: "string",
  cluster_type: "string",
  cluster_spec: "string",
  profile: "string",
  state: "string",
  region_id: "string",
  created: "string",
  updated: "string",
  current_version: "string",
  init_version: "string",
  next_version: "string",
  deletion_protection: "boolean",
  container_cidr: "string",
  service_cidr: "string",
  cluster_domain: "string",
  ip_stack: "string",
  proxy_mode: "string",
  resource_group_id: "string",
  security_group_id: "string",
  size: "integer",
  timezone: "string",
  vpc_id: "string",
  vswitch_ids: ["string"],
  tags,
} as const;

const oneCluster = {
  ...documented,
  ...todaysCluster,
  docker_version: "string",
  meta_data: "string",
  node_cidr_mask: "string",
  parameters: "object",
  private_zone: "boolean",
  subnet_cidr: "string",
  worker_ram_role_name: "string",
  zone_id: "string",
} as const;

/** 2.9, and what the public cloud adds to it. */
export const cluster = table("2.9", oneCluster);

export const clusterOfToday = table("2.9, today", {
  ...oneCluster,
  control_plane_config: sometimes("object", "of a dedicated cluster"),
});

export const page = table("today, a page", { page_number: "integer", page_size: "integer", total_count: "integer" });

export const node = table("today, a node", {
  instance_id: "string",
  instance_name: "string",
  instance_role: "string",
  instance_status: "string",
  instance_type: "string",
  instance_type_family: "string",
  instance_charge_type: "string",
  node_name: "string",
  node_status: "string",
  nodepool_id: "string",
  state: "string",
  source: "string",
  is_aliyun_node: "boolean",
  ip_address: ["string"],
  host_name: "string",
  image_id: "string",
  spot_strategy: "string",
  creation_time: "string",
  expired_time: "string",
  error_message: "string",
  tags,
});

const taint = table("today, a taint", { key: "string", value: "string", effect: "string" });

export const pool = table("today, a pool", {
  nodepool_info: table("today, nodepool_info", {
    nodepool_id: "string",
    name: "string",
    type: "string",
    is_default: "boolean",
    region_id: "string",
    resource_group_id: "string",
    created: "string",
    updated: "string",
  }),
  scaling_group: table("today, scaling_group", {
    scaling_group_id: "string",
    desired_size: sometimes("integer", "where somebody says how many there should be"),
    vswitch_ids: ["string"],
    instance_types: ["string"],
    instance_charge_type: "string",
    image_id: "string",
    image_type: "string",
    key_pair: sometimes("string", "where one was named"),
    multi_az_policy: "string",
    security_group_id: "string",
    security_group_ids: ["string"],
    scaling_policy: "string",
    spot_strategy: "string",
    system_disk_category: "string",
    system_disk_size: "integer",
    data_disks: ["object"],
    tags,
  }),
  kubernetes_config: table("today, kubernetes_config", { labels: [tag], taints: [taint] }),
  auto_scaling: table("today, auto_scaling", {
    enable: "boolean",
    min_instances: "integer",
    max_instances: "integer",
    type: "string",
  }),
  management: table("today, management", { enable: "boolean" }),
  status: table("today, status of a pool", {
    state: "string",
    total_nodes: "integer",
    healthy_nodes: "integer",
    initial_nodes: "integer",
    removing_nodes: "integer",
    serving_nodes: "integer",
    failed_nodes: "integer",
    offline_nodes: "integer",
  }),
});

const taskError = sometimes(table("today, error of a task", { code: "string", message: "string" }), "where it failed");

export const task = table("today, a task", {
  task_id: "string",
  cluster_id: "string",
  task_type: "string",
  state: "string",
  created: "string",
  updated: "string",
  current_stage: "string",
  stages: [table("today, a stage", { state: "string" })],
  target: table("today, target of a task", { id: "string", type: "string" }),
  parameters: "object",
  task_result: [table("today, result of a task", { data: "string", status: "string" })],
  events: ["object"],
  error: taskError,
});

export const listedTask = table("today, a task in a list", {
  task_id: "string",
  task_type: "string",
  state: "string",
  created: "string",
  updated: "string",
  error: taskError,
});

export const attached = {
  list: [table("2.6", { code: "string", instanceId: "string", message: "string" })],
  task_id: "string",
} as const;

export const resource = table("today, a resource", {
  cluster_id: "string",
  created: "string",
  instance_id: "string",
  resource_type: "string",
  resource_info: "string",
  state: "string",
  auto_create: "integer",
  creator_type: "string",
  dependencies: ["object"],
  delete_behavior: table("today, delete_behavior", { delete_by_default: "boolean", changeable: "boolean" }),
});

export const version = table("today, a version", {
  version: "string",
  creatable: "boolean",
  upgradable_versions: ["string"],
  capabilities: "object",
  images: ["object"],
  meta_data: "object",
  runtimes: ["object"],
  release_date: "string",
  expiration_date: "string",
});

export const quota = table("today, quotas", {
  cluster_quota: "integer",
  amk_cluster_quota: "integer",
  ask_cluster_quota: "integer",
  cluster_nodepool_quota: "integer",
  node_quota: "integer",
  edge_improved_nodepool_quota: "object",
  quotas: "object",
});
