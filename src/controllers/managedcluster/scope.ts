// The types that make up a ManagedCluster's reconcile.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { AccountPlace } from "../cloudaccount/parent.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";

export type ClusterChange =
  | { readonly do: "Hibernate" | "Wake" }
  | { readonly do: "Describe"; readonly description: string };

export interface ClusterShape extends Shape {
  readonly resource: ManagedCluster;
  readonly item: Cluster;
  readonly place: AccountPlace;
  readonly facet: "clusters";
  readonly seen: { readonly item: Cluster };
  readonly change: ClusterChange;
}

export type ClusterScope = Scope<ClusterShape>;
