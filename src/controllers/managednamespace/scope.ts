// The types that make up a ManagedNamespace's reconcile.
import type { Provider } from "../../cloud/blocks.ts";
import type { ClusterNamespaces, Namespace, NamespaceQuota, QuotaAmounts } from "../../cloud/facets/namespaces.ts";
import type { Upkeep } from "../../cloud/facets/upkeep.ts";
import type { ManagedNamespace } from "../../crds/managednamespace/schema.ts";
import type { Scope, Shape } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import { hostOf } from "../managedcluster/host.ts";

export interface NamespaceSeen {
  readonly item: Namespace;
  readonly quota: NamespaceQuota;
  /** In what it differs from the provider's block of the spec. */
  readonly upkeep: readonly Upkeep[];
  readonly provider: Provider;
}

export type NamespaceChange =
  | { readonly do: "Keep"; readonly step: Upkeep }
  | { readonly do: "Limit"; readonly limits: QuotaAmounts };

export interface NamespaceShape extends Shape {
  readonly resource: ManagedNamespace;
  readonly item: Namespace;
  readonly place: ClusterPlace;
  readonly facet: "namespaces";
  readonly seen: NamespaceSeen;
  readonly change: NamespaceChange;
}

export type NamespaceScope = Scope<NamespaceShape>;

/** Those of the cluster that the scope is in. */
export function namespacesIn({ facet, place }: Pick<NamespaceScope, "facet" | "place">): ClusterNamespaces {
  return facet.in(hostOf(place));
}
