// How a cluster is shown: by its id (2.9 and today's members), in the list of 2.10, and in that of a region.
import type { Ack } from "./ack.ts";
import { nodesOf } from "./ack.ts";
import type { AckView, Cluster, ClusterState } from "./state.ts";
import { nextVersion } from "./versions.ts";
import { tagsOnWire, timeOnWire } from "./wire.ts";

type Members = Record<string, unknown>;

/** All members, in both dialects. */
export function clusterDetail(ack: Ack, view: AckView, cluster: Cluster): Members {
  const { network, externalUrl } = cluster;
  return {
    ...documented(ack, view, cluster),
    ...today(ack, cluster),
    docker_version: "",
    meta_data: JSON.stringify({ Addons: cluster.addons.map((name) => ({ name })) }),
    parameters: { SNATEntry: String(network.snatEntry), EndpointPublicAccess: String(network.publicAccess) },
    subnet_cidr: network.podCidr,
    worker_ram_role_name: `KubernetesWorkerRole-${cluster.id}`,
    zone_id: `${cluster.regionId}-a`,
    external_loadbalancer_id: externalUrl === "" ? "" : loadBalancerOf(cluster),
    private_zone: cluster.details["private_zone"],
    control_plane_config: cluster.details["control_plane_config"],
  };
}

/** 2.10: the members of its table tell neither kind nor version nor tags. */
export function listedCluster(ack: Ack, view: AckView, cluster: Cluster): Members {
  return ack.rules.clusterList === "Full" ? clusterDetail(ack, view, cluster) : documented(ack, view, cluster);
}

/** Of a region: neither master_url nor anything else that is of the API server. */
export function regionalCluster(ack: Ack, view: AckView, cluster: Cluster): Members {
  return { ...today(ack, cluster), size: sizeOf(ack, view, cluster) };
}

/** The balancer of the API server; one for each cluster. */
export function loadBalancerOf({ id }: Cluster): string {
  return `lb-${id.slice(1, 21)}`;
}

function documented(ack: Ack, view: AckView, cluster: Cluster): Members {
  const { network, details, externalUrl } = cluster;
  return {
    agent_version: "",
    cluster_id: cluster.id,
    created: timeOnWire(ack.rules, cluster.createdAt),
    external_loadbalancer_id: externalUrl === "" ? "" : loadBalancerOf(cluster),
    master_url: masterUrl(cluster),
    name: cluster.name,
    network_mode: "vpc",
    region_id: cluster.regionId,
    security_group_id: details["security_group_id"],
    size: sizeOf(ack, view, cluster),
    state: stateOnWire(ack, cluster.state),
    updated: timeOnWire(ack.rules, cluster.updatedAt),
    vpc_id: network.vpcId,
    vswitch_id: network.vswitchIds.join(","),
  };
}

function today(ack: Ack, cluster: Cluster): Members {
  const { rules } = ack;
  const { network, details, clusterType } = cluster;
  return {
    cluster_id: cluster.id,
    name: cluster.name,
    cluster_type: clusterType,
    profile: cluster.profile,
    cluster_spec: details["cluster_spec"],
    state: stateOnWire(ack, cluster.state),
    region_id: cluster.regionId,
    created: timeOnWire(rules, cluster.createdAt),
    updated: timeOnWire(rules, cluster.updatedAt),
    current_version: cluster.version,
    init_version: cluster.initVersion,
    next_version: nextVersion(rules, cluster.version),
    deletion_protection: cluster.deletionProtection,
    vpc_id: network.vpcId,
    vswitch_ids: network.vswitchIds,
    container_cidr: network.podCidr,
    service_cidr: network.serviceCidr,
    cluster_domain: "cluster.local",
    ip_stack: "ipv4",
    proxy_mode: details["proxy_mode"],
    node_cidr_mask: details["node_cidr_mask"],
    resource_group_id: details["resource_group_id"],
    security_group_id: details["security_group_id"],
    timezone: details["timezone"],
    ...tagsOnWire(rules, cluster.tags),
  };
}

/** 2.9 shows a URL, which is a Swarm cluster's; one of Kubernetes has JSON in a string. Empty until there are addresses. */
function masterUrl({ clusterType, internalUrl, externalUrl }: Cluster): string {
  if (clusterType === "Swarm") return externalUrl;
  if (internalUrl === "") return "";
  return JSON.stringify({ api_server_endpoint: externalUrl, intranet_api_server_endpoint: internalUrl });
}

/** Masters count too. 2.9: a string in the table, a number in the example. */
function sizeOf({ rules }: Ack, view: AckView, cluster: Cluster): number | string {
  const size = nodesOf(view, cluster.id).length;
  return rules.sizeType === "String" ? String(size) : size;
}

const OLDER: Partial<Record<ClusterState, string>> = { delete_failed: "deleteFailed", upgrading: "Upgrading" };

function stateOnWire({ rules }: Ack, state: ClusterState): string {
  return (rules.spelling === "Older" ? OLDER[state] : undefined) ?? state;
}
