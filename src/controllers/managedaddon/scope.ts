// The types that make up a ManagedAddon's reconcile.
import type { Addon, AddonRequest } from "../../cloud/facets/addons.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";

export interface AddonShape extends Shape {
  readonly resource: ManagedAddon;
  readonly item: Addon;
  readonly place: ClusterPlace;
  readonly facet: "addons";
  readonly seen: { readonly item: Addon };
  readonly change: AddonRequest;
}

export type AddonScope = Scope<AddonShape>;
