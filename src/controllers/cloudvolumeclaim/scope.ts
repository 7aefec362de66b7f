// The types that make up a CloudVolumeClaim's reconcile.
import type { Provider } from "../../cloud/blocks.ts";
import type { VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import type { Scope, Shape } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";

export interface ClaimSeen {
  readonly item: VolumeClaim;
  readonly provider: Provider;
  /** Whether it is not bound because no pod uses it yet. */
  readonly waitsForConsumer: boolean;
  /** Whether the cloud lets claims grow. */
  readonly canGrow: boolean;
}

export interface ClaimChange {
  readonly do: "Grow";
  readonly sizeGiB: number;
}

export interface ClaimShape extends Shape {
  readonly resource: CloudVolumeClaim;
  readonly item: VolumeClaim;
  readonly place: ClusterPlace;
  readonly facet: "volumeClaims";
  readonly seen: ClaimSeen;
  readonly change: ClaimChange;
}

export type ClaimScope = Scope<ClaimShape>;
