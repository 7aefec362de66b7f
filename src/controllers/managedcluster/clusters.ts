// Clusters as what is in them uses them: is it there, can it be worked with, and the account behind it.
import type { Facets } from "../../cloud/contract.ts";
import { ManagedClusterCondition, ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { CloudError } from "../../cloud/errors.ts";
import { TerminalError, UnsaidError, WaitingError } from "../../lib/errors.ts";
import { findCondition, isTrue } from "../../runtime/conditions.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { assertBlocks, type Access, type AccountDirectory, type ProviderBlocks } from "../cloudaccount/accounts.ts";
import { placeOf } from "../cloudaccount/location.ts";
import { accountOf, placeBy, type AccountPlace } from "../cloudaccount/parent.ts";
import { isDeleting, isPaused } from "../lifecycle/resource.ts";

/** A resource that is part of a cluster. */
export interface ClusterMember {
  readonly spec: { readonly clusterRef: { readonly name: string } } & ProviderBlocks;
  readonly metadata: { readonly namespace: string; readonly deletionTimestamp?: string };
}

/** A cluster that its members may work with now. */
export interface ClusterPlace extends AccountPlace {
  readonly cluster: ManagedCluster;
  /** The cloud's id of the cluster. */
  readonly clusterId: string;
}

/** Index of the cache of ManagedClusters by the id in the cloud: two of them may stand for one cluster. */
export const BY_ID = "externalId";

interface DirectoryDeps {
  readonly clusters: Pick<Store<ManagedCluster>, "get" | "byIndex">;
  readonly accounts: AccountDirectory;
}

/** A change of the cluster wakes its members at once; this is the fall-back. */
const CLUSTER_POLL_MS = 30_000;
/** Of what it finds when it is visited next, which changes what is said of it and wakes nobody else. */
const CLUSTER_VISIT_MS = 5_000;

/** "namespace/name" of the cluster that a member means. */
export function clusterOf({ spec, metadata }: ClusterMember): string {
  return `${metadata.namespace}/${spec.clusterRef.name}`;
}

export class ClusterDirectory {
  readonly #deps: DirectoryDeps;

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  /** The cluster's resource, in whatever state. Undefined where there is none. */
  find(member: ClusterMember): ManagedCluster | undefined {
    return this.#deps.clusters.get(clusterOf(member));
  }

  /** "namespace/name" of the account behind the member's cluster; of the cluster itself where there is none. */
  accountOf(member: ClusterMember): string {
    const resource = this.find(member);
    return resource ? accountOf(resource) : clusterOf(member);
  }

  /**
   * Where members of the cluster have their names; undefined where that can't be told, because cluster or account are gone or
   * nothing was made yet.
   */
  placeOf(member: ClusterMember): string | undefined {
    return this.placeAt(clusterOf(member));
  }

  /** The same for the members of the cluster with this key ("namespace/name"). */
  placeAt(key: string): string | undefined {
    const resource = this.#deps.clusters.get(key);
    return resource && this.#placeIn(resource);
  }

  /** The resources, as "namespace/name", that stand for the cluster of this place. */
  standingFor({ clusterId, key }: Pick<ClusterPlace, "clusterId" | "key">): readonly string[] {
    const alike = this.#deps.clusters.byIndex(BY_ID, clusterId);
    return alike.filter((resource) => this.#placeIn(resource) === key).map(({ metadata }) => keyOf(metadata));
  }

  /**
   * The cluster to work in. Throws WaitingError `ClusterNotReady` where it is not there or can't be worked with,
   * `ClusterHibernated` where it sleeps, TerminalError `ProviderMismatch`, and what assertThere and AccountDirectory.use throw. A member that is
   * being deleted may work in a cluster that is out of order too: the cluster's own deletion waits for it.
   */
  enter(member: ClusterMember): ClusterPlace {
    const cluster = this.find(member);
    if (!cluster) throw notReady(`${clusterOf(member)} (spec.clusterRef) does not exist. Create it`);
    const { access } = this.#deps.accounts.use(cluster, "clusters", "clusters");
    assertBlocks(member.spec, access.account);
    assertThere(cluster, access);
    const clusterId = usableId(cluster, member.metadata.deletionTimestamp !== undefined);
    const assertBothStay = (): void => {
      assertStays(cluster);
      access.assertStays();
    };
    const place = placeBy(access, keyIn(placeOf(access.location), clusterId));
    return { ...place, cluster, clusterId, assertStays: assertBothStay };
  }

  /** To see what the cloud offers, not to use it; undefined where its account can't be opened, which `enter` explains. */
  facetFor<F extends keyof Facets>(member: ClusterMember, facet: F): Facets[F] | undefined {
    const { accounts } = this.#deps;
    const resource = this.find(member);
    const account = resource && accounts.account(accountOf(resource));
    const secret = account && accounts.secretOf(account);
    if (!account || !secret) return undefined;
    try {
      const facets: Partial<Facets> = accounts.open(account, secret);
      return facets[facet];
    } catch (error) {
      if (error instanceof CloudError || error instanceof TerminalError) return undefined;
      throw error;
    }
  }

  #placeIn(resource: ManagedCluster): string | undefined {
    const account = this.#deps.accounts.account(accountOf(resource));
    const { externalId: id, location } = resource.status;
    const place = account && this.#deps.accounts.placeOf(account, location);
    return place !== undefined && id !== undefined ? keyIn(place, id) : undefined;
  }
}

/** Where members of a cluster have their names; `place`: that of its account. */
export function keyIn(place: string, clusterId: string): string {
  return `${place} ${clusterId}`;
}

/**
 * What is in a cluster is where the cluster is, whatever way leads into it: elsewhere its id, or its name, is another's, and who finds nothing
 * there knows nothing. The cluster itself finds out whether only its address is another one, and its members follow it. Throws TerminalError
 * AccountMoved where it is elsewhere, UnsaidError or WaitingError ClusterNotReady where it has not looked yet.
 */
export function assertThere(cluster: ManagedCluster, access: Access): void {
  const { location, conditions } = cluster.status;
  if (location === undefined || placeBy(access, "").isHere(location)) return;
  const key = keyOf(cluster.metadata);
  const where = `ManagedCluster ${key} is in ${location}, but its account reaches ${access.location} now`;
  if (hasMoved(cluster) || isPaused(cluster)) {
    const message = `${where}. Point the account back, or make another CloudAccount`;
    throw new TerminalError({ reason: Reason.AccountMoved, message });
  }
  // It was ready there, and is visited at this moment for the same reason as what is in it.
  if (isTrue(conditions, "Ready")) {
    const message = `${where}; it is looked for there`;
    throw new UnsaidError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_VISIT_MS });
  }
  const why = findCondition(conditions, "Ready")?.reason ?? "not visited yet";
  throw notReady(`${key} was not found yet where its account reaches now: ${why}. See its conditions`);
}

/** Whether it has found, by its own visit, that its account reaches another place. */
export function hasMoved({ status }: ManagedCluster): boolean {
  return findCondition(status.conditions, "Ready")?.reason === Reason.AccountMoved;
}

/** The id of a cluster that can be worked with. */
function usableId(resource: ManagedCluster, isLeaving: boolean): string {
  const { externalId, conditions } = resource.status;
  const available = findCondition(conditions, ManagedClusterCondition.ClusterAvailable);
  if (available?.reason === Reason.Hibernated) throw hibernated(resource);
  if (externalId === undefined || (available?.status !== "True" && !isLeaving)) {
    const why = findCondition(conditions, "Ready")?.reason ?? "not visited yet";
    throw notReady(`${keyOf(resource.metadata)} can't be worked with: ${why}. See its conditions`);
  }
  return externalId;
}

function assertStays(resource: ManagedCluster): void {
  if (isDeleting(resource)) throw notReady(`${keyOf(resource.metadata)} is being deleted: nothing new is made in it`);
}

function hibernated({ metadata }: ManagedCluster): WaitingError {
  const message =
    `ManagedCluster ${keyOf(metadata)} sleeps, and so does every change in it; its nodes stay billed. ` +
    "It goes on when spec.powerState of the cluster is Running again";
  return new WaitingError({ reason: Reason.ClusterHibernated, message, pollAfterMs: CLUSTER_POLL_MS });
}

function notReady(what: string): WaitingError {
  const message = `ManagedCluster ${what}`;
  return new WaitingError({ reason: Reason.ClusterNotReady, message, pollAfterMs: CLUSTER_POLL_MS });
}
