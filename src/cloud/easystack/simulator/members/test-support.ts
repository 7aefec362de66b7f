// For tests only: every call of the reference, in an order in which each finds what it needs.
import { WEB } from "../forms/test-support.ts";
import { PROJECT } from "../test-support.ts";

/** One call: its number, and what is sent. */
export type Step = readonly [number: number, method: string, path: string, body?: unknown];

const CONTAINER = { name: "main", type: "worker", image: { image: "nginx", image_version: "1.27" } };
const FRONT = {
  type: "ClusterIP",
  access: [{ port: 80, routers: [{ domain: "a.example", path: "/" }] }],
  annotations: {},
};
const DEDICATED = {
  type: "LoadBalancer",
  access: [{ port: 80, protocol: "TCP", target_port: 80 }],
  annotations: {},
  external: { loadbalancer: { name: "lb", vip_subnet_id: "sub-1" } },
};
const SIMPLE = {
  workload_base: { name: "api", type: "Deployment", replicas: 1 },
  containers: [CONTAINER],
  access_mode: [FRONT],
};
const BASES = { workloads_base: [{ name: "api", type: "Deployment" }] };
const JOB = {
  name: "tidy",
  completions: 1,
  parallelism: 1,
  active_deadline_seconds: 600,
  backoff_limit: 1,
  restart_policy: "Never",
  labels: {},
  containers: [CONTAINER],
};
const MACHINE = {
  name: "db",
  replicas: 1,
  availability_zone: "default-az",
  boot_manager: { type: "image", image: "ubuntu" },
  flavor_name: "m1.small",
  system_disk: { type: "hdd", size: 40 },
  security_groups: ["default"],
  loadbalancer: { internal_ip: "10.30.0.9", access: [{ port: 3306, protocol: "TCP" }] },
  authentication: { keypair: "ops" },
};
const HYBRID = {
  name: "shop",
  type: "Hybrid",
  vm_network: { network_name: "net", network_id: "net-1", subnet_name: "sub", subnet_id: "sub-1" },
  configmaps: [{ name: "conf", config: { a: "b" } }],
  workloads: [{ ...SIMPLE, workload_base: { name: "in-shop", type: "Deployment", replicas: 1 } }],
  virtual_machines: [MACHINE],
};

const web = (rest: string) =>
  `eks/workloads/workload/web/${rest}${rest.includes("?") ? "&" : "?"}workload_type=Deployment`;
export const api = (rest: string) => web(rest).replace("/web/", "/api/");

/** Before the workloads run. */
export const FIRST = (cluster: string): Step[] => [
  [3, "GET", "eks/organization/"],
  [4, "GET", "eks/projects/"],
  [5, "GET", "eks/applications/kernel-capabilities/default"],
  [6, "GET", "eks/applications/kernel-capabilities/all"],
  [8, "GET", "security/container_infra/k8sversions/"],
  [
    10,
    "POST",
    "eks/namespace/",
    { namespace: { namespace_base: base(cluster, "team", [{ id: "u-dev" }]), quota: { pods: 9 } } },
  ],
  [13, "PATCH", `eks/namespace/cluster/${cluster}/ns/team/psp/?cluster_type=EKS`, { psp: "Limited" }],
  [
    14,
    "PATCH",
    `eks/namespace/cluster/${cluster}/ns/team/user_ids/?cluster_type=EKS`,
    { user_ids: [{ id: "u-guest" }] },
  ],
  [15, "PATCH", `eks/namespace/cluster/${cluster}/ns/team/quota/?cluster_type=EKS`, { quota: { pods: 8 } }],
  [9, "GET", "eks/namespace/clustertype/PROJECT_ALL/?business_type="],
  [18, "GET", "hybrid/namespace/?business_type="],
  [12, "DELETE", `eks/namespace/cluster/${cluster}/ns/team/`],
  [10, "POST", "eks/namespace/", { namespace: { namespace_base: base(cluster, "other", []) } }],
  [11, "DELETE", "eks/namespace/", { namespaces: [base(cluster, "other", [])] }],
  [17, "GET", `eks/namespace/${PROJECT}/cluster/${cluster}/ns/default/`],
  [19, "GET", "eks/cluster/nodes/"],
  [20, "GET", "eks/cluster/nodesrole/?node_role=secure-container"],
  [25, "POST", "image/images/harbor_project", { harbor_project_name: "team", public: "true" }],
  [25, "POST", "image/images/harbor_project", { harbor_project_name: "gone", public: "true" }],
  [28, "DELETE", "image/images/harbor_project/", { harbor_projects: ["gone"] }],
  [27, "PUT", "image/images/harbor_project/team", { public: "false" }],
  [24, "GET", "image/images/harbor_projects/?page=1&page_size=20&all=false"],
  [29, "GET", "image/images/systeminfo/volumes"],
  [36, "GET", "image/images/loginfo/"],
  [42, "POST", "eks/kubernetes/configmap/app/", { configmap: { name: "app", config: { a: "1", mode: "fast" } } }],
  [44, "PATCH", "eks/kubernetes/configmap/app/", { configmap: { name: "app", config: { a: "2", mode: "slow" } } }],
  [40, "GET", "eks/kubernetes/configmaps/"],
  [41, "GET", "eks/kubernetes/configmap/app/keys/"],
  [43, "GET", "eks/kubernetes/configmap/app/"],
  [48, "POST", "eks/kubernetes/secret/", { secret: { name: "plain", type: "Opaque", opaque: { word: "x" } } }],
  [49, "PATCH", "eks/kubernetes/secret/", { secret: { name: "plain", type: "Opaque", opaque: { word: "y" } } }],
  [46, "GET", "eks/kubernetes/secret/?type=Opaque"],
  [47, "GET", "eks/kubernetes/secret/plain/keys/"],
  [51, "GET", "eks/kubernetes/secret/plain/"],
  [84, "POST", "eks/kubernetes/pvc/data/", { pvc: { name: "data", storage_class_name: "general", capacity: "1" } }],
  [86, "POST", "eks/kubernetes/sc/fast/?volume_type=hdd", {}],
  [87, "PUT", "eks/kubernetes/storageclass/fast/default/?action=set", {}],
  [88, "PUT", "eks/kubernetes/storageclass/fast/default/?action=unset", {}],
  [90, "DELETE", "eks/kubernetes/sc/fast/", {}],
  [91, "GET", "eks/volumes/"],
  [77, "GET", "eks/ecns/kubernetes/server/availabilityzones/"],
  [78, "GET", "eks/ecns/kubernetes/server/flavors/"],
  [79, "GET", "eks/ecns/kubernetes/network/subnets/?is_router_external=false"],
  [80, "GET", "eks/ecns/kubernetes/lbaas/flavorprofile_replicas_limit/"],
  [81, "GET", "eks/ecns/kubernetes/lb/type/"],
  [82, "GET", "eks/ecns/kubernetes/lb/license_usage/"],
  [57, "POST", "eks/_raw/PersistentVolume/name/old/", { yaml: VOLUME }],
  [92, "POST", "eks/workloads/", { workloads: [SIMPLE, { ...WEB, network: undefined }] }],
  [58, "GET", "eks/jobs/"],
  [59, "POST", "eks/jobs/", { job: JOB }],
  [63, "POST", "eks/cronjobs/", { cronjob: { concurrency_policy: "Allow", cron_rule: { minute: "5" }, job: JOB } }],
  [123, "POST", "hybrid/applications/", HYBRID],
];

/** Once the workload `api` runs and the claim is bound. */
export const SECOND = (cluster: string, pod: string): Step[] => [
  [7, "GET", "eks/resources/Deployment/api/"],
  [16, "GET", `eks/namespace/cluster/${cluster}/ns/default/quota/`],
  [52, "GET", `eks/pods/pod/${pod}/`],
  [54, "GET", "eks/pods/"],
  [55, "GET", "eks/_raw/Deployment/name/api/"],
  [61, "GET", "eks/jobs/job/tidy/"],
  [62, "GET", "eks/cronjobs/"],
  [66, "GET", "eks/cronjobs/cronjob/tidy/"],
  [64, "PUT", "eks/cronjobs/?action=stop", { cronjob_list: [{ name: "tidy" }] }],
  [
    68,
    "POST",
    "eks/ingress/",
    { ingress: { name: "shop", routers: [{ domain: "b.example", path: "/", target_service: "x", service_port: 80 }] } },
  ],
  [
    69,
    "PATCH",
    "eks/ingress/",
    { ingress: { name: "shop", routers: [{ domain: "c.example", path: "/", target_service: "x", service_port: 80 }] } },
  ],
  [67, "GET", "eks/ingress/"],
  [71, "GET", "eks/access/"],
  [
    74,
    "POST",
    "eks/service/front/",
    {
      service: { access_mode: { ...DEDICATED, type: "NodePort" }, target_workload: "api", workload_type: "Deployment" },
    },
  ],
  [73, "GET", "eks/service/nodeports/"],
  [
    75,
    "PUT",
    "eks/service/front/",
    { service: { access_mode: DEDICATED, target_workload: "api", workload_type: "Deployment" } },
  ],
  [21, "GET", "eks/overview/pods_status/"],
  [22, "GET", "eks/overview/pvc_status/"],
  [23, "GET", "eks/overview/openstack_status/"],
  [83, "GET", "eks/kubernetes/storage/?type=StorageClass,PVC,PV&cluster_selector=all&filter=all"],
  [99, "GET", "eks/workloads/?page=1&page_size=20&workload_type=Deployment"],
  [100, "GET", api("access/")],
  [101, "GET", web("containers/")],
  [102, "PATCH", web("?action=scale"), { replicas: 1 }],
  [103, "PATCH", web("?action=access_modes"), { access_modes: [{ ...FRONT, access: [{ port: 81 }] }] }],
  [105, "PATCH", web("?action=update_strategy"), { update_strategy: { type: "recreate" } }],
  [
    109,
    "PATCH",
    web("?action=scale_strategy"),
    { scale_strategy: { min_replicas: 1, max_replicas: 2, resource: { cpu: 10 } } },
  ],
  [110, "PATCH", web("?action=scheduler_strategy"), { scheduler_strategy: WEB.scheduler_strategy }],
  [111, "PATCH", web("?action=network"), { network: { host_network: false, dns_policy: "ClusterFirst" } }],
  [112, "PATCH", web("?action=labels"), { labels: { team: "blue" } }],
  [116, "GET", api("")],
  [117, "GET", web("scale_strategy")],
  [118, "GET", web("scheduler_strategy")],
  [119, "GET", web("network")],
  [113, "PUT", web("?action=stop")],
  [114, "PUT", web("?action=start")],
  [115, "PUT", web("?action=recreate")],
  [97, "PUT", "eks/workloads/?action=stop", { workloads_base: [{ name: "web", type: "Deployment" }] }],
  [96, "PUT", "eks/workloads/?action=start", { workloads_base: [{ name: "web", type: "Deployment" }] }],
  [98, "PUT", "eks/workloads/?action=recreate", { workloads_base: [{ name: "web", type: "Deployment" }] }],
  [32, "GET", "image/images/repositories/?page=1&page_size=20&public=false"],
  [26, "GET", "image/images/harbor_project/team"],
  [33, "GET", "image/images/repositories/team/web/tags/"],
  [34, "GET", "image/images/repositories/team/web"],
  [37, "PUT", "image/images/repositories/team/web", { description: "x" }],
  [39, "DELETE", "image/images/repositories/team/web/tags/", { tags: ["v1"] }],
  [38, "DELETE", "image/images/repositories/", { images: [{ harbor_project_name: "team", image_name: "web" }] }],
  [30, "POST", "image/images/system/gc/schedule", { type: "Manual" }],
  [31, "GET", "image/images/system/gc/schedule"],
  [122, "GET", "hybrid/applications/?type=Hybrid&page=1&page_size=20"],
  [124, "PUT", "hybrid/applications/shop/", { name: "shop", description: "x" }],
  [125, "GET", "hybrid/applications/app/shop/?type=Hybrid"],
  [127, "PUT", "hybrid/applications/app?action=recreate", { applications: [{ name: "shop", type: "Hybrid" }] }],
  [129, "GET", "hybrid/virtualmachine/"],
  [130, "GET", "hybrid/virtualmachine/db/"],
  [
    94,
    "PUT",
    "hybrid/workloads/?action=detach",
    { application_name: "shop", workloads_base: [{ name: "in-shop", type: "Deployment" }] },
  ],
  [93, "PUT", "hybrid/workloads/?action=attach", { application_name: "shop", ...BASES }],
  [113, "PUT", api("?action=stop")],
  [126, "PUT", "hybrid/applications/app/?action=start", { applications: [{ name: "shop", type: "Hybrid" }] }],
];

/** Once `api` has its third revision and the balancer is there. */
export const THIRD = (pod: string): Step[] => [
  [72, "GET", "eks/service/"],
  [106, "GET", api("revisions/")],
  [107, "GET", api("revision/1/yaml/")],
  [120, "DELETE", api("revisions/?history_version=1")],
  [121, "DELETE", api("revisions/"), { revisions: [{ version: 2 }] }],
  [108, "PATCH", api("?action=rollback"), { target_version: "3" }],
  [56, "PUT", "eks/_raw/ConfigMap/name/app/", { yaml: CONFIG }],
  [53, "DELETE", "eks/pods/?force=true", { pod: { name: pod } }],
  [60, "DELETE", "eks/jobs/", { jobs: ["tidy"] }],
  [65, "DELETE", "eks/cronjobs/", { cronjobs: ["tidy"] }],
  [70, "DELETE", "eks/ingress/", { ingress: ["shop"] }],
  [76, "DELETE", "eks/service/", { service: ["front"] }],
  [85, "DELETE", "eks/kubernetes/pvc/data/", { project_id: PROJECT }],
  [89, "DELETE", "eks/kubernetes/storage/old/?type=PV"],
  [95, "DELETE", "eks/workloads/", BASES],
  [128, "DELETE", "hybrid/applications/app/?resource=all", { applications: [{ name: "shop", type: "Hybrid" }] }],
  [45, "DELETE", "eks/kubernetes/configmaps/", { configmaps: ["app"] }],
  [50, "DELETE", "eks/kubernetes/secret/", { secrets: [{ name: "plain" }] }],
];

const CONFIG = "{apiVersion: v1, kind: ConfigMap, metadata: {name: app}, data: {a: '3'}}";

/** Another image, and so another revision of `api`. */
export const revise = (image_version: string): Step => [
  104,
  "PATCH",
  api("?action=containers"),
  { containers: [{ ...CONTAINER, image: { image: "nginx", image_version } }] },
];

const VOLUME = `apiVersion: v1
kind: PersistentVolume
metadata: {name: old}
spec: {accessModes: [ReadWriteOnce], capacity: {storage: 1Gi}, storageClassName: none, hostPath: {path: /x}}
`;

function base(cluster: string, name: string, users: object[]): object {
  return {
    name,
    cluster_name: cluster,
    cluster_type: "EKS",
    domain: "Default",
    project: "admin",
    project_id: PROJECT,
    user_ids: users,
  };
}
