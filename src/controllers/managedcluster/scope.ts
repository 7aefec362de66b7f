// The types that make up a ManagedCluster's reconcile.
import type { Provider } from "../../cloud/blocks.ts";
import type { Cluster, ClusterOverview } from "../../cloud/facets/clusters.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { AccountPlace } from "../cloudaccount/parent.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";

export type ClusterChange =
  | { readonly do: "Hibernate" | "Wake" }
  | { readonly do: "Describe"; readonly description: string }
  | { readonly do: "Protect"; readonly on: boolean }
  | { readonly do: "Upgrade"; readonly version: string };

export interface ClusterSeen {
  readonly item: Cluster;
  /** Where the cloud tells more. */
  readonly overview?: Omit<ClusterOverview, "cluster"> & { readonly provider: Provider };
  /** Whether the cloud can be told to refuse its deletion. */
  readonly isProtectable?: boolean;
  /** Of the upgrade that was sent last, where the cluster is at rest since and the cloud tells. */
  readonly upgrade?: Job | undefined;
}

export interface ClusterShape extends Shape {
  readonly resource: ManagedCluster;
  readonly item: Cluster;
  readonly place: AccountPlace;
  readonly facet: "clusters";
  readonly seen: ClusterSeen;
  readonly change: ClusterChange;
}

export type ClusterScope = Scope<ClusterShape>;
