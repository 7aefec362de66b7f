// What applications, servers, jobs and cron jobs show (1.2, 1.5, 1.8, 1.10).
import type { Members } from "./shape.ts";
import { pod, texts } from "./access.ts";
import { container, machineBalancer, machineNetwork, volume, workload, workloadStatus } from "./workload.ts";

const flavor: Members = { cpu: "string", memory: "string", disk: "string" };

export const machine: Members = {
  name: "string",
  replicas: "integer",
  status: "string",
  application_name: "string",
  image: "string",
  flavor,
  vm_instances: [
    {
      name: "string",
      id: "string",
      status: "string",
      image: "string",
      internal_ip: "string",
      flavor,
      creation_time: "string",
    },
  ],
  vm_network: machineNetwork,
  "loadbalancer?": machineBalancer,
  creation_time: "string",
};

const disk: Members = { "type?": "string", size: "integer", "amount?": "integer", "cascade_deletion?": "boolean" };

export const applicationInfo: Members = {
  application: {
    name: "string",
    "description?": "string",
    "type?": "string",
    "vm_network?": machineNetwork,
    "configmaps?": [{ name: "string", config: texts }],
    "workloads?": [workload],
    "virtual_machines?": [
      {
        name: "string",
        replicas: "integer",
        availability_zone: "string",
        boot_manager: { type: "string", "image?": "string", "snapshot?": "string", "bootable_volume?": "string" },
        flavor_name: "string",
        system_disk: disk,
        "data_disk?": [disk],
        security_groups: ["string"],
        loadbalancer: machineBalancer,
        authentication: { "keypair?": "string", "password?": "string" },
        "user_data?": "string",
      },
    ],
  },
  application_status: { "creation_time?": "string", "status?": "string" },
  workloads_status: [workloadStatus],
  "vms_status?": [machine],
};

export const job: Members = {
  name: "string",
  completions: "integer",
  parallelism: "integer",
  active_deadline_seconds: "integer",
  backoff_limit: "integer",
  restart_policy: "string",
  "labels?": texts,
  "runtime_class_name?": "string",
  containers: [container],
  "volumes?": [volume],
  "job_status?": { status: "string", scale: "string", "creation_time?": "string", "images?": ["string"] },
  "pod_status?": [pod],
};

export const cronJobStatus: Members = {
  scheduler: "string",
  scheduler_zh: "string",
  scheduler_en: "string",
  name: "string",
  actives: "integer",
  create_time: "string",
  status: "string",
  concurrency_policy: "string",
  "labels?": texts,
  "images?": ["string"],
};
