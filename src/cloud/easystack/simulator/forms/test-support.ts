// For tests only: a workload's form with every member of its table (1.21), and how tests make and read it.
import { parse } from "yaml";
import type { EcnsClient } from "../test-support.ts";

export type Json = Record<string, unknown>;

export const MAIN = {
  name: "main",
  type: "worker",
  image: {
    harbor_project_name: "team",
    image: "web",
    image_version: "v1",
    image_auth: true,
    image_secret: "pull",
    image_pull_policy: "Always",
  },
  image_source: "ecns",
  resources: { requests: { cpu: 0.1, memory: 1024 }, limits: { cpu: 1, memory: 2048 } },
  env: [
    { type: "Normal", name: "MODE", value: "", key: "fast" },
    { type: "ConfigMap", name: "A", value: "mode", key: "app" },
    { type: "Secret", name: "B", value: "word", key: "plain" },
  ],
  volume_mounts: [
    { volume_name: "data", mount_path: "/data", read_only: false, sub_path: "in" },
    { volume_name: "conf", mount_path: "/conf", read_only: true, sub_path: "" },
    { volume_name: "keys", mount_path: "/keys", read_only: true, sub_path: "" },
  ],
  logsidecar_injector: ["/var/log/web"],
  health: [
    {
      type: "liveness",
      protocol: "http",
      host: "",
      path: "/live",
      port: 80,
      initial_delay: 5,
      period: 10,
      timeout: 2,
      success_threshold: 1,
      failure_threshold: 4,
    },
    {
      type: "readiness",
      protocol: "cmd",
      cmd: "cat /ready && true",
      initial_delay: 0,
      period: 10,
      timeout: 1,
      success_threshold: 1,
      failure_threshold: 3,
    },
    {
      type: "startup",
      protocol: "tcp",
      host: "",
      port: 81,
      initial_delay: 0,
      period: 10,
      timeout: 1,
      success_threshold: 1,
      failure_threshold: 3,
    },
  ],
  security: {
    run_as_nonroot: true,
    rootfs_readonly: true,
    host_pid: true,
    host_ipc: false,
    run_as_user: 1000,
    run_as_group: 2000,
    privileged: false,
    capabilities: { action: "add", caps: ["NET_BIND_SERVICE"] },
  },
  commands: { cmd: ["run", "web"], args: ["--port", "80"] },
  hooks: [
    { type: "PreStop", cmd: ["sleep", "1"] },
    { type: "PostStart", cmd: ["touch", "/up"] },
  ],
};

export const INIT = { name: "init", type: "init", image: { image: "busybox", image_version: "1.36" } };

const VOLUMES = [
  { name: "data", type: "PVC", pvc: { name: "data" } },
  {
    name: "conf",
    type: "ConfigMap",
    configmap: { type: "ConfigMap", name: "app", path: "/conf", items: [{ key: "a", path: "a.txt" }] },
  },
  { name: "keys", type: "Secret", secret: { type: "Secret", name: "plain", path: "/keys", items: [] } },
  { name: "host", type: "LocalStorage", local_storage: "/var/run" },
  { name: "tmp", type: "EmptyDir", emptydir: "" },
];

export const SCHEDULING = [
  { type: "nodeSelector", node_selector: { expression: [{ key: "disk", operator: "In", values: "ssd" }] } },
  {
    type: "nodeSelectorTerms",
    node_terms: {
      expression: [
        { key: "zone", operator: "NotIn", values: "a,b" },
        { key: "gpu", operator: "Exists", values: "", weight: 7 },
      ],
    },
  },
  {
    type: "podAffinity",
    pod_affinity: {
      topology_key: "kubernetes.io/hostname",
      expression: [{ key: "app", operator: "In", values: "db" }],
    },
  },
  {
    type: "podAntiAffinity",
    pod_anti_affinity: {
      topology_key: "topology.kubernetes.io/zone",
      expression: [{ key: "app", operator: "In", values: "web", weight: 50 }],
    },
  },
];

const NETWORK = {
  host_network: true,
  dns_policy: "ClusterFirstWithHostNet",
  host_aliases: [{ ip: "10.0.0.1", hostnames: "bar.remote.com,zoo.remote.com" }],
};

export const WEB = {
  workload_base: { name: "web", type: "Deployment", replicas: 3 },
  security_groups: ["default"],
  labels: { team: "red" },
  containers: [INIT, MAIN],
  volumes: VOLUMES,
  update_strategy: { type: "custom", max_surge: 2, max_unavailable: 1, period: 5 },
  scale_strategy: { min_replicas: 2, max_replicas: 5, resource: { cpu: 60, memory: 70 } },
  scheduler_strategy: SCHEDULING,
  network: NETWORK,
};

export const create = (client: EcnsClient, more: object = {}) =>
  client.ok("POST", "eks/workloads/", { workloads: [{ ...WEB, ...more }] });

export const at = (rest = "") =>
  `eks/workloads/workload/web/${rest}${rest.includes("?") ? "&" : "?"}workload_type=Deployment`;

export async function detail(client: EcnsClient): Promise<Json> {
  return (await client.ok("GET", at()))["workload"] as Json;
}

export async function manifest(client: EcnsClient, kind = "Deployment", name = "web"): Promise<Json> {
  return parse(String((await client.ok("GET", `eks/_raw/${kind}/name/${name}/`))["yaml"])) as Json;
}

export interface Template {
  spec: { template: { spec: Json & { containers: Json[] } }; [member: string]: unknown };
}
