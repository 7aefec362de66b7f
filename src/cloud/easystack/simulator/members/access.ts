// What services, pods and their surroundings show (1.16, 1.18, 1.19, 1.21).
import type { Members, Shape } from "./shape.ts";

export const texts: Shape = { "*": "string" };

export const image: Members = {
  "harbor_project_name?": "string",
  image: "string",
  image_version: "string",
  "image_auth?": "boolean",
  "image_secret?": "string",
  "image_pull_policy?": "string",
};

// 1.16's list of pods; `pod_status` itself is not defined.
export const pod: Members = {
  name: "string",
  creation_time: "string",
  pod_ip: "string",
  host_ip: "string",
  images: [image],
  labels: texts,
  restart_count: "string",
  status: "string",
};

export const condition: Members = {
  status: "string",
  type: "string",
  "reason?": "string",
  "message?": "string",
  update_time: "string",
};

export const event: Members = { type: "string", "reason?": "string", "message?": "string", update_time: "string" };

export const revision: Members = { version: "integer", "image?": [image], "creation_time?": "string" };

export const router: Members = {
  "domain?": "string",
  "path?": "string",
  "target_service?": "string",
  "service_port?": "integer",
};

export const access: Members = {
  "port?": "integer",
  "protocol?": "string",
  "node_port?": "integer",
  "target_port?": "integer",
  "routers?": [router],
};

// `external-responce`.
const balancer: Members = {
  admin_state_up: "boolean",
  "availability_zone?": "any",
  created_at: "string",
  描述: "string",
  "flavor_id?": "string",
  id: "string",
  listeners: ["any"],
  loadbalancers: ["any"],
  name: "string",
  operating_status: "string",
  pools: ["any"],
  project_id: "string",
  provider: "string",
  provisioning_status: "string",
  tags: ["any"],
  updated_at: "string",
  vip_address: "string",
  vip_network_id: "string",
  vip_port_id: "string",
  "vip_qos_policy_id?": "string",
  vip_subnet_id: "string",
};

export const accessMode: Members = {
  "name?": "string",
  type: "string",
  "external_name?": "string",
  "cluster_ip?": "string",
  "public_ips?": ["string"],
  "private_ips?": ["string"],
  access: [access],
  annotations: texts,
  "external?": balancer,
  "subnet?": "string",
};
