// What the wire's fields are called in a spec: the cloud refuses a request by its own names, and people write ours.

type Names = Readonly<Record<string, string>>;

/** Alike in clusters and pools. */
const COMMON: Names = {
  resource_group_id: "alibaba.resourceGroupId",
  tags: "alibaba.tags",
};

/** Whichever of both is given. */
const VSWITCHES = "network.subnetId or spec.alibaba.vswitchIds";

const CLUSTER: Names = {
  ...COMMON,
  addons: "alibaba.addons",
  cluster_spec: "alibaba.clusterSpec",
  cluster_type: "alibaba.clusterType",
  container_cidr: "network.podCidr",
  control_plane_config: "alibaba.controlPlaneConfig",
  delete_options: "alibaba.deleteOptions",
  endpoint_public_access: "alibaba.endpointPublicAccess",
  instance_types: "alibaba.controlPlaneConfig.instanceTypes",
  is_enterprise_security_group: "alibaba.isEnterpriseSecurityGroup",
  kubernetes_version: "version",
  master_count: "alibaba.controlPlaneConfig.size",
  master_instance_types: "alibaba.controlPlaneConfig.instanceTypes",
  master_system_disk_category: "alibaba.controlPlaneConfig.systemDiskCategory",
  master_system_disk_size: "alibaba.controlPlaneConfig.systemDiskSize",
  master_vswitch_ids: VSWITCHES,
  nat_gateway: "alibaba.snatEntry",
  next_version: "version",
  node_cidr_mask: "alibaba.nodeCidrMask",
  pod_vswitch_ids: "alibaba.podVswitchIds",
  profile: "alibaba.profile",
  proxy_mode: "alibaba.proxyMode",
  retain_resources: "alibaba.retainResources",
  security_group_id: "alibaba.securityGroupId",
  service_cidr: "network.serviceCidr",
  size: "alibaba.controlPlaneConfig.size",
  snat_entry: "alibaba.snatEntry",
  system_disk_category: "alibaba.controlPlaneConfig.systemDiskCategory",
  system_disk_size: "alibaba.controlPlaneConfig.systemDiskSize",
  timezone: "alibaba.timezone",
  vpc_id: "network.vpcId",
  vpcid: "network.vpcId",
  vswitch_id: VSWITCHES,
  vswitch_ids: VSWITCHES,
};

const POOL: Names = {
  ...COMMON,
  auto_scaling: "autoscaling",
  cms_enabled: "alibaba.cmsEnabled",
  count: "replicas",
  cpu_policy: "alibaba.cpuPolicy",
  data_disks: "dataVolumes",
  desired_size: "replicas",
  ecs_image_id: "alibaba.imageId",
  format_disk: "existingServers.formatDataDisks",
  image_id: "alibaba.imageId",
  image_type: "os",
  instance_types: "instanceType",
  instances: "existingServers.ids",
  keep_instance_name: "existingServers.keepNames",
  key_pair: "login",
  labels: "labels",
  login_password: "login",
  max_instances: "autoscaling.maxReplicas",
  min_instances: "autoscaling.minReplicas",
  multi_az_policy: "alibaba.multiAzPolicy",
  password: "login",
  ram_role_name: "alibaba.ramRoleName",
  runtime: "alibaba.runtime",
  runtime_version: "alibaba.runtimeVersion",
  security_group_ids: "alibaba.securityGroupIds",
  spot_strategy: "alibaba.spotStrategy",
  system_disk_category: "rootVolume.type",
  system_disk_size: "rootVolume.sizeGiB",
  taints: "taints",
  user_data: "alibaba.userData",
  vswitch_ids: "alibaba.vswitchIds",
  worker_instance_types: "instanceType",
  worker_system_disk_category: "rootVolume.type",
  worker_system_disk_size: "rootVolume.sizeGiB",
};

const NAMES = { Cluster: CLUSTER, Pool: POOL } as const;

export type Subject = keyof typeof NAMES;

/** `service_cidr: is not a CIDR`, `tags[0].key: …`, `The parameter scaling_group.instance_types is invalid`. */
const NAMED = /(?:^|: |\bparameter )([a-z_]+(?:\[\d+\]|\.[a-z_]+)*)(?=:| )/g;

/** The field of the spec that a refusal names by its place in the request; undefined where it names none that people write. */
export function specFieldIn(text: string, subject: Subject): string | undefined {
  const names = NAMES[subject];
  const parts = [...text.matchAll(NAMED)].map(([, path = ""]) => path.replaceAll(/\[\d+\]/g, "").split("."));
  const [field] = parts.flatMap((path) => names[path.findLast((part) => Object.hasOwn(names, part)) ?? ""] ?? []);
  return field === undefined ? undefined : `spec.${field}`;
}
