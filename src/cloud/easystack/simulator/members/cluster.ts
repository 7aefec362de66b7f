// What the registry, namespaces, nodes, storage, configuration and services show (1.3 to 1.20).
import type { Members, Shape } from "./shape.ts";
import { accessMode, pod, router, texts } from "./access.ts";

const domainProject: Members = { domain_name: "string", openstack_project_name: "string" };

export const workspace: Members = {
  harbor_project_name: "string",
  public: "string",
  creation_time: "string",
  image_count: "integer",
  domain_project_info: domainProject,
};

export const imageBase: Members = {
  name: "string",
  harbor_project_name: "string",
  creation_time: "string",
  tags_count: "integer",
  domain_project_info: domainProject,
  id: "string",
  description: "string",
  public: "string",
};

export const quota: Members = Object.fromEntries(
  [
    "pods",
    "cpu",
    "memory",
    "statefulsets",
    "deployments",
    "jobs",
    "cronjobs",
    "storage",
    "persistentvolumeclaims",
    "configmaps",
    "services",
    "loadbalancers",
    "secrets",
    "ingress",
  ].map((field) => [`${field}?`, "integer"]),
);

export const namespace: Members = {
  namespace_base: {
    name: "string",
    cluster_name: "string",
    cluster_type: "string",
    "business_type?": "string",
    domain: "string",
    project: "string",
    project_id: "string",
    "role?": ["string"],
    "user_ids?": [{ id: "string", "name?": "string", "email?": "string" }],
  },
  "psp?": "string",
  "quota?": quota,
  "namespace_status?": { status: "string", creation_time: "string" },
};

export const node: Members = {
  name: "string",
  "addresses?": [{ "address?": "string", "type?": "string" }],
  "allocatable?": texts,
  "capacity?": texts,
  "phase?": "string",
};

export const instances: Members = { type: "string", status: "string", count: "integer", names: ["string"] };

export const placed: Members = {
  "domain?": "string",
  "project?": "string",
  "cluster?": "string",
  "cluster_addr?": "string",
};

export const claim: Members = {
  name: "string",
  ...placed,
  storage_class_name: "string",
  "capacity?": "string",
  "access_modes?": ["string"],
  "attached_workloads?": [{ "name?": "string", "type?": "string", "attached_time?": "string" }],
  "status?": "string",
  "creation_time?": "string",
};

export const claims: Members = { "count?": "integer", "pvcs?": [claim] };

export const pods: readonly [Shape] = [{ "count?": "integer", "pods?": [pod] }];

export const secretInfo: Members = { name: "string", type: "string", keys: ["string"], "creation_time?": "string" };

export const secret: Members = {
  name: "string",
  type: "string",
  "opaque?": texts,
  "tls?": { cert: "string", key: "string", "ca?": "string" },
  "dockerconfigjson?": { URI: "string", username: "string", password: "string", "mail?": "string" },
};

export const ingress: Members = {
  name: "string",
  routers: [router],
  "annotations?": texts,
  "labels?": texts,
  "creation_time?": "string",
};

export const service: Members = {
  access_mode: accessMode,
  target_workload: "string",
  workload_type: "string",
  "labels?": texts,
  "creation_time?": "string",
};

const yamlItem: Members = { name: "string", kind: "string", yaml: "string", reason: "string" };

export const written: Members = { succeed: [yamlItem], failed: [yamlItem] };

export const project: Members = { project_name: "string", project_id: "string" };
