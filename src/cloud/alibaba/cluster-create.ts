// The body of a create: four kinds of cluster (2.1, 2.2, 2.4, 3.4) in two dialects. Never with nodes: those are NodePools. The mark is a tag.
import type { ClusterRequest } from "../facets/clusters.ts";
import type { NodeLogin } from "../facets/servers.ts";
import type { ClusterOptions } from "./blocks.ts";
import type { AckClient } from "./client.ts";
import { MARK, pairsOf } from "./marks.ts";
import { clusterOptions, loginBody, passwordsOf, vswitchesOf, type Body } from "./options.ts";

/** What 2.1, 2.2 and 2.4 ask of workers, which with `num_of_nodes: 0` there are none of (docs/clouds/alibaba.md). */
const NO_WORKERS = { num_of_nodes: 0, worker_system_disk_category: "cloud_efficiency", worker_system_disk_size: 120 };

/** Where `controlPlaneConfig` leaves them out. */
const MASTER_SIZE = 3;
const MASTER_DISK_SIZE = 120;
const MASTER_DISK = { Reference: "cloud_efficiency", V2026: "cloud_essd" } as const;

export function createBody({ dialect, region }: AckClient, request: ClusterRequest): Body {
  const options = clusterOptions(request.options);
  const parts = dialect === "Reference" ? referenceParts(request, options) : todaysParts(request, options);
  return {
    name: request.name,
    region_id: region,
    kubernetes_version: request.version,
    container_cidr: request.network.podCidr,
    service_cidr: request.network.serviceCidr,
    endpoint_public_access: options.endpointPublicAccess ?? false,
    proxy_mode: options.proxyMode,
    node_cidr_mask: options.nodeCidrMask === undefined ? undefined : String(options.nodeCidrMask),
    addons: options.addons,
    tags: pairsOf({ ...options.tags, [MARK]: request.nonce }),
    ...parts,
  };
}

/** What no message may show of it. */
export function secretsOf({ logins }: ClusterRequest): readonly string[] {
  return passwordsOf(...Object.values(logins));
}

/** `Ask` is a profile of managed clusters today; masters stand in `control_plane_config`, in the vswitches of the cluster. */
function todaysParts(request: ClusterRequest, options: ClusterOptions): Body {
  const isServerless = options.clusterType === "Ask";
  return {
    cluster_type: isServerless ? "ManagedKubernetes" : options.clusterType,
    profile: isServerless ? "Serverless" : profileOf(options),
    cluster_spec: options.clusterSpec,
    vpcid: request.network.vpcId,
    vswitch_ids: vswitchesOf(options, request.network),
    pod_vswitch_ids: options.podVswitchIds,
    snat_entry: options.snatEntry ?? false,
    security_group_id: options.securityGroupId,
    is_enterprise_security_group: options.isEnterpriseSecurityGroup,
    resource_group_id: options.resourceGroupId,
    timezone: options.timezone,
    deletion_protection: request.deletionProtection,
    control_plane_config:
      options.clusterType === "Kubernetes" ? controlPlane(options, masterLogin(request)) : undefined,
  };
}

function controlPlane({ controlPlaneConfig }: ClusterOptions, login: NodeLogin | undefined): Body {
  const { size, instanceTypes, systemDiskCategory, systemDiskSize } = controlPlaneConfig ?? {};
  return {
    size: size ?? MASTER_SIZE,
    instance_types: instanceTypes,
    system_disk_category: systemDiskCategory ?? MASTER_DISK.V2026,
    system_disk_size: systemDiskSize ?? MASTER_DISK_SIZE,
    ...loginBody(login, "login_password"),
  };
}

function referenceParts(request: ClusterRequest, options: ClusterOptions): Body {
  if (options.clusterType === "Ask") return serverlessParts(request, options);
  const login = options.clusterType === "Kubernetes" ? masterLogin(request) : request.logins["login"];
  const common = {
    cluster_type: options.clusterType,
    vpcid: request.network.vpcId,
    snat_entry: options.snatEntry ?? false,
    ...NO_WORKERS,
    ...loginBody(login, "login_password"),
  };
  const vswitches = vswitchesOf(options, request.network);
  if (options.clusterType === "Kubernetes") return { ...common, ...masters(options, vswitches) };
  return { ...common, profile: options.profile === "Edge" ? "Edge" : undefined, vswitch_ids: vswitches };
}

/** 2.1: as many types as masters. */
function masters({ controlPlaneConfig }: ClusterOptions, vswitches: readonly string[]): Body {
  const { size, instanceTypes = [], systemDiskCategory, systemDiskSize } = controlPlaneConfig ?? {};
  const count = size ?? MASTER_SIZE;
  const [first] = instanceTypes;
  const types = instanceTypes.length === 1 ? Array.from({ length: count }, () => first) : instanceTypes;
  return {
    master_count: count,
    master_instance_types: types,
    master_vswitch_ids: vswitches,
    master_system_disk_category: systemDiskCategory ?? MASTER_DISK.Reference,
    master_system_disk_size: systemDiskSize ?? MASTER_DISK_SIZE,
    worker_instance_types: instanceTypes.slice(0, 1),
    worker_vswitch_ids: vswitches.slice(0, 1),
  };
}

/** 3.4: other names, and one vswitch. */
function serverlessParts(request: ClusterRequest, options: ClusterOptions): Body {
  return {
    cluster_type: "Ask",
    vpc_id: request.network.vpcId,
    vswitch_id: vswitchesOf(options, request.network)[0],
    nat_gateway: options.snatEntry ?? false,
  };
}

function masterLogin({ logins }: ClusterRequest): NodeLogin | undefined {
  return logins["controlPlaneConfig.login"];
}

/** Said only where it is more than the default. */
function profileOf({ clusterType, profile }: ClusterOptions): string | undefined {
  return clusterType === "ManagedKubernetes" ? (profile ?? "Default") : undefined;
}
