// The calls of the reference that Yunfan makes, by what they are for: method, product and path of each. Two tables, because calls of
// the second act where the server-side session stands (1.12, "switch"), and whoever makes one must have made sure of that: the types
// let only a turn in a place do it (places/).

/** The part of the path that the reference calls the product type. */
export type Product = "eks" | "hybrid" | "security";

export interface CallSpec {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/ecns/`, as the reference prints it; without `{product}` it has but one. */
  readonly path: string;
}

/** They act in the account's project, or where they say. */
export const PROJECT_CALLS = {
  // 1.17
  GetOrganisation: { method: "GET", path: "{product}/organization/" },
  ListAdministeredProjects: { method: "GET", path: "eks/projects/" },
  // 1.13
  ListInitialCapabilities: { method: "GET", path: "eks/applications/kernel-capabilities/default" },
  ListSettableCapabilities: { method: "GET", path: "eks/applications/kernel-capabilities/all" },
  ListKubernetesVersions: { method: "GET", path: "{product}/container_infra/k8sversions/" },
  // Of a workspace, and of a namespace in the cluster that the query names; of other types it acts where the session stands.
  CheckName: { method: "GET", path: "{product}/resources/{type}/{name}/" },
  // 1.12
  ListPlaces: { method: "GET", path: "{product}/namespace/" },
  ListNamespaces: { method: "GET", path: "{product}/namespace/clustertype/PROJECT_ALL/" },
  CreateNamespace: { method: "POST", path: "{product}/namespace/" },
  DeleteNamespace: { method: "DELETE", path: "{product}/namespace/cluster/{cluster}/ns/{namespace}/" },
  DeleteNamespaces: { method: "DELETE", path: "{product}/namespace/" },
  SetSecurityPolicy: { method: "PATCH", path: "{product}/namespace/cluster/{cluster}/ns/{namespace}/psp/" },
  // Printed with eks in its path, for all three.
  SetUsers: { method: "PATCH", path: "eks/namespace/cluster/{cluster}/ns/{namespace}/user_ids/" },
  SetQuota: { method: "PATCH", path: "{product}/namespace/cluster/{cluster}/ns/{namespace}/quota/" },
  GetQuota: { method: "GET", path: "{product}/namespace/cluster/{cluster}/ns/{namespace}/quota/" },
  // 1.3 and 1.14: of the cluster whose address the query has.
  ListNodes: { method: "GET", path: "{product}/cluster/nodes/" },
  ListNodesOfRole: { method: "GET", path: "{product}/cluster/nodesrole/" },
  GetPodsOverview: { method: "GET", path: "{product}/overview/pods_status/" },
  GetClaimsOverview: { method: "GET", path: "{product}/overview/pvc_status/" },
  GetServersOverview: { method: "GET", path: "{product}/overview/openstack_status/" },
  // 1.20
  ListVolumeTypes: { method: "GET", path: "{product}/volumes/" },
  // 1.23, with ecns twice, as printed
  ListZones: { method: "GET", path: "eks/ecns/kubernetes/server/availabilityzones/" },
  ListFlavors: { method: "GET", path: "eks/ecns/kubernetes/server/flavors/" },
  ListSubnets: { method: "GET", path: "eks/ecns/kubernetes/network/subnets/" },
  GetReplicasLimit: { method: "GET", path: "eks/ecns/kubernetes/lbaas/flavorprofile_replicas_limit/" },
  GetOctavia: { method: "GET", path: "eks/ecns/kubernetes/lb/type/" },
  GetBalancerLicences: { method: "GET", path: "eks/ecns/kubernetes/lb/license_usage/" },
  // 1.20: of all clusters of the project, where the query says so.
  ListStorage: { method: "GET", path: "{product}/kubernetes/storage/" },
  // 1.7
  ListWorkspaces: { method: "GET", path: "image/images/harbor_projects/" },
  CreateWorkspace: { method: "POST", path: "image/images/harbor_project" },
  GetWorkspace: { method: "GET", path: "image/images/harbor_project/{name}" },
  SetVisibility: { method: "PUT", path: "image/images/harbor_project/{name}" },
  DeleteWorkspace: { method: "DELETE", path: "image/images/harbor_project/" },
  // 1.9
  ListImages: { method: "GET", path: "image/images/repositories/" },
  GetImage: { method: "GET", path: "image/images/repositories/{project}/{image}" },
  UploadImage: { method: "POST", path: "image/images/upload_image/" },
  DescribeImage: { method: "PUT", path: "image/images/repositories/{project}/{image}" },
  DeleteImage: { method: "DELETE", path: "image/images/repositories/" },
  ListTags: { method: "GET", path: "image/images/repositories/{project}/{image}/tags/" },
  DeleteTag: { method: "DELETE", path: "image/images/repositories/{project}/{image}/tags/" },
  GetRegistryLogin: { method: "GET", path: "image/images/loginfo/" },
  SetCollection: { method: "POST", path: "image/images/system/gc/schedule" },
  GetCollection: { method: "GET", path: "image/images/system/gc/schedule" },
  GetRegistryStorage: { method: "GET", path: "image/images/systeminfo/volumes" },
} as const satisfies Record<string, CallSpec>;

export type ProjectOperation = keyof typeof PROJECT_CALLS;

/** They act in the cluster and namespace where the session of the request stands: only a turn in a place makes them (places/turn.ts). */
export const PLACE_CALLS = {
  // 1.13, of what is no workspace and no namespace
  CheckNameHere: { method: "GET", path: "{product}/resources/{type}/{name}/" },
  // 1.2, and 1.8 for hybrid ones
  ListApplications: { method: "GET", path: "{product}/applications/" },
  CreateApplication: { method: "POST", path: "{product}/applications/" },
  DescribeApplication: { method: "PUT", path: "{product}/applications/{name}/" },
  GetApplication: { method: "GET", path: "{product}/applications/app/{name}/" },
  StartApplication: { method: "PUT", path: "{product}/applications/app/" },
  // Printed without the slash.
  RestartApplication: { method: "PUT", path: "{product}/applications/app" },
  DeleteApplication: { method: "DELETE", path: "{product}/applications/app/" },
  // 1.8
  ListMachines: { method: "GET", path: "{product}/virtualmachine/" },
  GetMachine: { method: "GET", path: "{product}/virtualmachine/{name}/" },
  // 1.15
  CreateClaim: { method: "POST", path: "{product}/kubernetes/pvc/{name}/" },
  DeleteClaim: { method: "DELETE", path: "{product}/kubernetes/pvc/{name}/" },
  // 1.16
  ViewYaml: { method: "GET", path: "{product}/_raw/{kind}/name/{name}/" },
  EditYaml: { method: "PUT", path: "{product}/_raw/{kind}/name/{name}/" },
  CreateYaml: { method: "POST", path: "{product}/_raw/{kind}/name/{name}/" },
  ListPods: { method: "GET", path: "{product}/pods/" },
  GetPod: { method: "GET", path: "{product}/pods/pod/{name}/" },
  DeletePod: { method: "DELETE", path: "{product}/pods/" },
  // 1.4, 1.6
  ListConfigMapKeys: { method: "GET", path: "{product}/kubernetes/configmap/{name}/keys/" },
  CreateConfigMap: { method: "POST", path: "{product}/kubernetes/configmap/{name}/" },
  GetConfigMap: { method: "GET", path: "{product}/kubernetes/configmap/{name}/" },
  UpdateConfigMap: { method: "PATCH", path: "{product}/kubernetes/configmap/{name}/" },
  ListSecretKeys: { method: "GET", path: "{product}/kubernetes/secret/{name}/keys/" },
  DeleteConfigMaps: { method: "DELETE", path: "{product}/kubernetes/configmaps/" },
  CreateSecret: { method: "POST", path: "{product}/kubernetes/secret/" },
  UpdateSecret: { method: "PATCH", path: "{product}/kubernetes/secret/" },
  GetSecret: { method: "GET", path: "{product}/kubernetes/secret/{name}/" },
  DeleteSecrets: { method: "DELETE", path: "{product}/kubernetes/secret/" },
  // 1.10, 1.5
  CreateJob: { method: "POST", path: "{product}/jobs/" },
  GetJob: { method: "GET", path: "{product}/jobs/job/{name}/" },
  DeleteJobs: { method: "DELETE", path: "{product}/jobs/" },
  CreateCronJob: { method: "POST", path: "{product}/cronjobs/" },
  /** `action`: start or stop. */
  SwitchCronJobs: { method: "PUT", path: "{product}/cronjobs/" },
  GetCronJob: { method: "GET", path: "{product}/cronjobs/cronjob/{name}/" },
  DeleteCronJobs: { method: "DELETE", path: "{product}/cronjobs/" },
  // 1.18, 1.19
  ListIngresses: { method: "GET", path: "{product}/ingress/" },
  CreateIngress: { method: "POST", path: "{product}/ingress/" },
  UpdateIngress: { method: "PATCH", path: "{product}/ingress/" },
  DeleteIngresses: { method: "DELETE", path: "{product}/ingress/" },
  ListServices: { method: "GET", path: "{product}/service/" },
  ListNodePorts: { method: "GET", path: "{product}/service/nodeports/" },
  CreateService: { method: "POST", path: "{product}/service/{name}/" },
  UpdateService: { method: "PUT", path: "{product}/service/{name}/" },
  DeleteServices: { method: "DELETE", path: "{product}/service/" },
  // 1.20: of the cluster whose address the query has; here, because what they delete is looked at in the same turn.
  CreateClass: { method: "POST", path: "{product}/kubernetes/sc/{name}/" },
  DeleteVolume: { method: "DELETE", path: "{product}/kubernetes/storage/{name}/" },
  DeleteClass: { method: "DELETE", path: "{product}/kubernetes/sc/{name}/" },
  // 1.21
  CreateWorkloads: { method: "POST", path: "{product}/workloads/" },
  /** `action`: the section. */
  ChangeWorkload: { method: "PATCH", path: "{product}/workloads/workload/{name}/" },
  GetWorkload: { method: "GET", path: "{product}/workloads/workload/{name}/" },
  GetContainers: { method: "GET", path: "{product}/workloads/workload/{name}/containers/" },
  // Printed without a slash at their end.
  GetScheduling: { method: "GET", path: "{product}/workloads/workload/{name}/scheduler_strategy" },
  GetNetwork: { method: "GET", path: "{product}/workloads/workload/{name}/network" },
  ListRoutes: { method: "GET", path: "{product}/access/" },
  // 1.20: of the cluster whose address the query has; here, because what they change is looked at in the same turn.
  MarkDefaultClass: { method: "PUT", path: "{product}/kubernetes/storageclass/{name}/default/" },
  // 1.21; the query of each says what is done
  DeleteWorkloads: { method: "DELETE", path: "{product}/workloads/" },
  SwitchWorkloads: { method: "PUT", path: "{product}/workloads/" },
  SwitchWorkload: { method: "PUT", path: "{product}/workloads/workload/{name}/" },
  GetScaleStrategy: { method: "GET", path: "{product}/workloads/workload/{name}/scale_strategy" },
  ListRevisions: { method: "GET", path: "{product}/workloads/workload/{name}/revisions/" },
  GetRevision: { method: "GET", path: "{product}/workloads/workload/{name}/revision/{version}/yaml/" },
  DeleteRevisions: { method: "DELETE", path: "{product}/workloads/workload/{name}/revisions/" },
} as const satisfies Record<string, CallSpec>;

export type PlaceOperation = keyof typeof PLACE_CALLS;

/** 1.12: has the session of the request stand there. */
export const SWITCH = {
  method: "GET",
  path: "{product}/namespace/{project}/cluster/{cluster}/ns/{namespace}/",
} as const satisfies CallSpec;
