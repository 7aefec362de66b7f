// What workloads show (1.21), and the parts of their forms.
import type { Members } from "./shape.ts";
import { access, accessMode, image, pod, texts } from "./access.ts";

const resource: Members = { "cpu?": "number", "memory?": "integer" };

export const container: Members = {
  name: "string",
  type: "string",
  image,
  "image_source?": "string",
  "resources?": { "requests?": resource, "limits?": resource },
  "env?": [{ type: "string", name: "string", value: "string", key: "string" }],
  "volume_mounts?": [{ volume_name: "string", mount_path: "string", read_only: "boolean", "sub_path?": "string" }],
  "logsidecar_injector?": ["string"],
  "health?": [
    {
      type: "string",
      protocol: "string",
      "host?": "string",
      "path?": "string",
      "cmd?": "string",
      "port?": "integer",
      "initial_delay?": "integer",
      "period?": "integer",
      "timeout?": "integer",
      "success_threshold?": "integer",
      "failure_threshold?": "integer",
    },
  ],
  "security?": {
    "run_as_nonroot?": "boolean",
    "rootfs_readonly?": "boolean",
    "host_pid?": "boolean",
    "host_ipc?": "boolean",
    "run_as_user?": "integer",
    "run_as_group?": "integer",
    "privileged?": "boolean",
    "capabilities?": { action: "string", caps: ["string"] },
  },
  "commands?": { "cmd?": ["string"], "args?": ["string"] },
  "hooks?": [{ "type?": "string", "cmd?": ["string"] }],
  "container_statuses?": "string",
};

const config: Members = {
  type: "string",
  name: "string",
  path: "string",
  "items?": [{ key: "string", path: "string" }],
};

export const volume: Members = {
  name: "string",
  type: "string",
  "storage_class?": { class_name: "string", capacity: "string" },
  // Of the type `pvc`, of which a volume needs the name alone.
  "pvc?": { name: "string" },
  "local_storage?": "string",
  "emptydir?": "string",
  "configmap?": config,
  "secret?": config,
};

const expression: Members = { "key?": "string", "operator?": "string", "values?": "string", "weight?": "integer" };

const terms: Members = { "topology_key?": "string", "expression?": [expression] };

export const schedulerStrategy: Members = {
  type: "string",
  "node_selector?": terms,
  "pod_affinity?": terms,
  "pod_anti_affinity?": terms,
  "node_terms?": terms,
};

export const scaleStrategy: Members = { "min_replicas?": "integer", "max_replicas?": "integer", "resource?": resource };

export const network: Members = {
  "host_network?": "boolean",
  "dns_policy?": "string",
  "host_aliases?": [{ ip: "string", hostnames: "string" }],
};

const workloadBase: Members = { name: "string", type: "string", "replicas?": "integer" };

export const workloadStatus: Members = {
  "workload_base?": workloadBase,
  owner: "string",
  status: "string",
  images: [image],
  access_mode: [accessMode],
  ready_replicas: "integer",
  "available_replicas?": "integer",
  unavailable_replicas: "integer",
  creation_time: "string",
};

export const machineNetwork: Members = {
  network_name: "string",
  network_id: "string",
  subnet_name: "string",
  subnet_id: "string",
};

export const machineBalancer: Members = {
  "name?": "string",
  internal_ip: "string",
  "status?": "string",
  access: [access],
};

export const workload: Members = {
  "application_name?": "string",
  "application_type?": "string",
  workload_base: workloadBase,
  "security_groups?": ["string"],
  "labels?": texts,
  "access_mode?": [accessMode],
  "vm_access?": machineBalancer,
  "vm_network?": machineNetwork,
  "runtime_class_name?": "string",
  containers: [container],
  "volumes?": [volume],
  "update_strategy?": {
    "type?": "string",
    "batch_size?": "any",
    "max_surge?": "any",
    "max_unavailable?": "any",
    "period?": "integer",
  },
  "scale_strategy?": scaleStrategy,
  "scheduler_strategy?": [schedulerStrategy],
  "network?": network,
  "Pods_status?": [pod],
  "workload_status?": workloadStatus,
};
