// Node pools for tests: the resource as the API server returns it, the pool and the nodes as a cloud shows them. Overrides win
// over defaults.
import type { ClusterHost } from "../../../src/cloud/facets/clusters.ts";
import type { NodePool as Pool } from "../../../src/cloud/facets/nodepools.ts";
import type { ClusterNode } from "../../../src/cloud/facets/nodes.ts";
import { nodePoolSchema } from "../../../src/crds/nodepool/schema.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { nodePoolManifest } from "./resources.ts";

export interface StoredNodePool {
  metadata?: Partial<NodePool["metadata"]> | undefined;
  spec?: Record<string, unknown> | undefined;
  status?: Partial<NodePool["status"]> | undefined;
}

/** Three nodes without autoscaling by default. */
export function storedNodePool({ metadata, spec, status }: StoredNodePool = {}): NodePool {
  const { metadata: authored, spec: written, ...type } = nodePoolManifest({ spec: { replicas: 3, ...spec } });
  return {
    ...type,
    metadata: {
      namespace: "default",
      uid: "6f1f4f6e-0000-4000-8000-000000000003",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...authored,
      ...metadata,
    },
    spec: nodePoolSchema.spec.parse(written),
    status: nodePoolSchema.status.parse(status ?? {}),
  };
}

/** One of whose count somebody has said what it is to be. */
export type CountedPool = Pool & { readonly desired: number };

/** At rest with three nodes, without autoscaling. */
export function cloudPool(overrides: Partial<CountedPool> = {}): CountedPool {
  return {
    id: "np-1",
    name: "workers",
    phase: "Normal",
    cloudPhase: "",
    desired: 3,
    current: undefined,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: {},
    taints: undefined,
    mark: "6f1f4f6e-1",
    instanceType: "s6.large.2",
    zone: "az1.dc1",
    os: "EulerOS 2.5",
    ...overrides,
  };
}

/** The cluster that a pool is to be made in. */
export function hostCluster(): ClusterHost {
  const network = { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: undefined, serviceCidr: undefined };
  return { id: "c-1", options: {}, version: "v1.15.11-r1", type: "", network };
}

/** One node in each of the phases. */
export function cloudNodes(...phases: readonly ClusterNode["phase"][]): readonly ClusterNode[] {
  return phases.map((phase, index) => {
    const id = `n-${index}`;
    return { id, name: id, poolId: "np-1", phase, cloudPhase: phase };
  });
}

/** Nodes that all work. */
export function activeNodes(count: number): readonly ClusterNode[] {
  return cloudNodes(...Array.from({ length: count }, () => "Active" as const));
}
