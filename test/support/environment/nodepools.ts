// Node pools for tests: the resource as the API server returns it, the pool and the nodes as a cloud shows them. Overrides win
// over defaults.
import type { NodePool as Pool, PoolNode } from "../../../src/cloud/facets/nodepools.ts";
import { nodePool, type NodePool } from "../../../src/crds/nodepool/schema.ts";
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
    spec: nodePool.spec.parse(written),
    status: nodePool.status.parse(status ?? {}),
  };
}

/** At rest with three nodes, without autoscaling. */
export function cloudPool(overrides: Partial<Pool> = {}): Pool {
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

/** One node in each of the phases. */
export function cloudNodes(...phases: readonly PoolNode["phase"][]): readonly PoolNode[] {
  return phases.map((phase, index) => {
    const id = `n-${index}`;
    return { id, name: id, poolId: "np-1", phase, cloudPhase: phase };
  });
}

/** Nodes that all work. */
export function activeNodes(count: number): readonly PoolNode[] {
  return cloudNodes(...Array.from({ length: count }, () => "Active" as const));
}
