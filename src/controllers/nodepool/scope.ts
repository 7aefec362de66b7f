// The types that make up a NodePool's reconcile.
import type { NodePool as Pool, NodePoolChange } from "../../cloud/facets/nodepools.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import type { SentField } from "./diff.ts";
import type { Departure } from "./leaving.ts";
import type { Seen } from "./replicas.ts";

export type PoolChange =
  /** `sent`: what of the request the cloud may take and not make. */
  | { readonly do: "Update"; readonly request: NodePoolChange; readonly sent: readonly SentField[] }
  | ({ readonly do: "Remove" } & Departure)
  /** Existing servers, by their ids. */
  | { readonly do: "Attach"; readonly ids: readonly string[] }
  /** `nonce`: of a request before that came to nothing; this one takes its place. */
  | { readonly do: "ScaleOut"; readonly count: number; readonly nonce?: string | undefined };

export interface PoolShape extends Shape {
  readonly resource: NodePool;
  readonly item: Pool;
  readonly place: ClusterPlace;
  readonly facet: "nodePools";
  readonly seen: Seen;
  readonly change: PoolChange;
}

export type PoolScope = Scope<PoolShape>;
