// Clusters and pools of Alibaba Cloud ACK as authors write them.
import { managedClusterManifest, nodePoolManifest, type Manifest } from "../support/environment/resources.ts";

export type Spec = Record<string, unknown>;

export const network = { vpcId: "vpc-1", podCidr: "172.20.0.0/16", serviceCidr: "172.21.0.0/20" };
export const managed = { clusterType: "ManagedKubernetes", vswitchIds: ["vsw-1"] };
export const masters = { instanceTypes: ["ecs.g7.xlarge"], login: { keyPairName: "mine" } };
export const dedicated = { clusterType: "Kubernetes", vswitchIds: ["vsw-1"], controlPlaneConfig: masters };
export const edge = { ...managed, profile: "Edge", endpointPublicAccess: true };
export const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `vsw-${index}`);
export const many = (count: number): Spec => Object.fromEntries(names(count).map((name) => [name, "x"]));

export const cluster = (alibaba: Spec, spec: Spec = {}): Manifest =>
  managedClusterManifest({ spec: { network, alibaba, ...spec } });
export const pool = (spec: Spec): Manifest => nodePoolManifest({ spec });
export const servers = { ids: ["i-1", "i-2"], eraseDisks: true };
