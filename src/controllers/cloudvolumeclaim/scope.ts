// The types that make up a CloudVolumeClaim's reconcile.
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { Scope, Shape } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";

export interface ClaimSeen {
  readonly item: VolumeClaim;
}

export interface ClaimShape extends Shape {
  readonly resource: CloudVolumeClaim;
  readonly item: VolumeClaim;
  readonly place: ClusterPlace;
  readonly facet: "volumeClaims";
  readonly seen: ClaimSeen;
  readonly change: never;
}

export type ClaimScope = Scope<ClaimShape>;
