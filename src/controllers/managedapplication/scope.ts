// The types that make up a ManagedApplication's reconcile, and the place that it is in: a namespace of a cluster.
import { toldBy, type Provider } from "../../cloud/blocks.ts";
import type { Application, ClusterApplications, WorkloadRef } from "../../cloud/facets/applications.ts";
import type { Facets } from "../../cloud/contract.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import type { AccountDirectory } from "../cloudaccount/accounts.ts";
import type { Parent } from "../external/parent.ts";
import type { Scope, Shape } from "../external/scope.ts";
import type { ClusterDirectory, ClusterPlace } from "../managedcluster/clusters.ts";
import { hostOf } from "../managedcluster/host.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import type { Visit } from "../lifecycle/visit.ts";

/** `key` is the namespace's: names compete in it. */
interface ApplicationPlace extends ClusterPlace {
  readonly clusterKey: string;
}

/** A member that can't be gathered. */
export interface Ungathered extends WorkloadRef {
  /** The application that it belongs to; undefined where there is no such workload. */
  readonly owner: string | undefined;
}

export interface ApplicationSeen {
  readonly item: Application;
  readonly provider: Provider;
  /** To be in it; undefined where that is not declared. */
  readonly wanted: readonly WorkloadRef[] | undefined;
  readonly ungathered: readonly Ungathered[];
  /** Of what was to be made together with it. */
  readonly lacking: readonly string[];
  /** Whether pods were made since the restart that is under way; undefined where none is. */
  readonly hasNewPods: boolean | undefined;
}

export type ApplicationChange =
  | { readonly do: "Attach"; readonly member: WorkloadRef }
  | { readonly do: "Detach"; readonly member: WorkloadRef }
  | { readonly do: "Describe"; readonly description: string }
  /** All of it, or that workload. */
  | { readonly do: "Start"; readonly workload?: WorkloadRef }
  | { readonly do: "Stop"; readonly workload: WorkloadRef }
  | { readonly do: "Restart"; readonly text: string };

export interface ApplicationShape extends Shape {
  readonly resource: ManagedApplication;
  readonly item: Application;
  readonly place: ApplicationPlace;
  readonly facet: "applications";
  readonly seen: ApplicationSeen;
  readonly change: ApplicationChange;
}

export type ApplicationScope = Scope<ApplicationShape>;

interface ParentDeps {
  readonly clusters: ClusterDirectory;
  readonly accounts: Pick<AccountDirectory, "account">;
}

/** The cluster, with a place of its own for each namespace. */
export function namespaceParent(deps: ParentDeps): Parent<ManagedApplication, ApplicationPlace> {
  const cluster = clusterParent<ManagedApplication>(deps);
  return {
    ...cluster,
    enter: (resource, facet, noun) => {
      const { place, facet: offered } = cluster.enter(resource, facet, noun);
      return { place: { ...place, clusterKey: place.key, key: keyIn(place.key, resource) }, facet: offered };
    },
    placeOf: (resource) => {
      const key = cluster.placeOf(resource);
      return key === undefined ? undefined : keyIn(key, resource);
    },
    siblingsAt: (place) => cluster.siblingsAt({ ...place, key: place.clusterKey }),
  };
}

function keyIn(cluster: string, { spec }: ManagedApplication): string {
  return `${cluster} ${spec.targetNamespace}`;
}

/** As this resource deals with them. */
export function applicationsFor(
  facet: Facets["applications"],
  place: ApplicationPlace,
  { object, status }: Visit<ManagedApplication>,
): ClusterApplications {
  const { spec } = object;
  return facet.in({
    cluster: hostOf(place),
    namespace: spec.targetNamespace,
    options: place.optionsOf(spec),
    told: toldBy(place.account.spec.provider, status),
    isAdopted: spec.externalId !== undefined,
    contents: CONTENTS[spec.contentsOnDelete],
  });
}

export function applicationsIn({ facet, place, visit }: ApplicationScope): ClusterApplications {
  return applicationsFor(facet, place, visit);
}

/** What is refused has nothing in it when it is deleted. */
const CONTENTS = {
  Refuse: "Nothing",
  Keep: "Nothing",
  Workloads: "Workloads",
  WorkloadsAndServices: "WorkloadsAndServices",
  All: "All",
} as const;

export function isSame(one: WorkloadRef, other: WorkloadRef): boolean {
  return one.kind === other.kind && one.name === other.name;
}

export function refOf({ kind, name }: WorkloadRef): string {
  return `${kind}/${name}`;
}
