// The types that make up a NodePool's reconcile.
import type { NodePool as Pool, NodePoolChange } from "../../cloud/facets/nodepools.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import type { SentField } from "./diff.ts";
import type { Seen } from "./replicas.ts";

/** `sent`: what of the request the cloud may take and not make. */
export interface PoolChange {
  readonly request: NodePoolChange;
  readonly sent: readonly SentField[];
}

export interface PoolShape extends Shape {
  readonly resource: NodePool;
  readonly item: Pool;
  readonly place: ClusterPlace;
  readonly facet: "nodePools";
  readonly seen: Seen;
  readonly change: PoolChange;
}

export type PoolScope = Scope<PoolShape>;
