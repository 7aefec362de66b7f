// What controllers ask of ACK: a cluster of each kind, a pool, a host; overrides win.
import type { ClusterHost, ClusterRequest } from "../../../../src/cloud/facets/clusters.ts";
import type { NodePoolRequest } from "../../../../src/cloud/facets/nodepools.ts";
import type { ScaleOutRequest } from "../../../../src/cloud/facets/nodes.ts";

export const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";

const NETWORK = { vpcId: "vpc-1", subnetId: "vsw-1", podCidr: "172.20.0.0/16", serviceCidr: "172.21.0.0/20" };
const LOGIN = { password: "Pass-word-1" };

/** Managed by default, with a login for whoever wants one. */
export function clusterRequest(change: Partial<ClusterRequest> = {}): ClusterRequest {
  return {
    name: "shop",
    nonce: NONCE,
    version: undefined,
    description: "",
    network: NETWORK,
    options: { clusterType: "ManagedKubernetes" },
    logins: { login: LOGIN },
    deletionProtection: false,
    ...change,
  };
}

/** 2.1. */
export function dedicatedRequest(change: Partial<ClusterRequest> = {}): ClusterRequest {
  return clusterRequest({
    options: {
      clusterType: "Kubernetes",
      vswitchIds: ["vsw-1", "vsw-2", "vsw-3"],
      controlPlaneConfig: { instanceTypes: ["ecs.g7.xlarge"] },
    },
    network: { ...NETWORK, subnetId: undefined },
    logins: { "controlPlaneConfig.login": { keyPairName: "common" } },
    ...change,
  });
}

/** 2.4. */
export function edgeRequest(change: Partial<ClusterRequest> = {}): ClusterRequest {
  const options = { clusterType: "ManagedKubernetes", profile: "Edge", endpointPublicAccess: true };
  return clusterRequest({ options, ...change });
}

/** 3.4. */
export function serverlessRequest(change: Partial<ClusterRequest> = {}): ClusterRequest {
  return clusterRequest({ options: { clusterType: "Ask", snatEntry: true }, logins: {}, ...change });
}

export function host(id: string, change: Partial<ClusterHost> = {}): ClusterHost {
  return { id, options: {}, version: "", type: "ManagedKubernetes", network: NETWORK, ...change };
}

/** Two nodes without autoscaling. */
export function poolRequest(change: Partial<NodePoolRequest> = {}): NodePoolRequest {
  return {
    name: "workers",
    nonce: NONCE,
    cluster: host("c1"),
    replicas: 2,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: { team: "shop" },
    taints: [],
    instanceType: "ecs.g7.large",
    zone: undefined,
    os: undefined,
    rootVolume: undefined,
    dataVolumes: [],
    login: { keyPairName: "common" },
    existingServers: undefined,
    options: {},
    ...change,
  };
}

export function scaleOutRequest(change: Partial<ScaleOutRequest> = {}): ScaleOutRequest {
  const { cluster, labels, instanceType, os, rootVolume, dataVolumes, login, options } = poolRequest();
  return {
    nonce: NONCE,
    count: 2,
    cluster,
    labels,
    instanceType,
    os,
    rootVolume,
    dataVolumes,
    login,
    options,
    ...change,
  };
}
