// Who is visited when something changes (R13): a Secret wakes its accounts, an account its users, a cluster its members, and
// whoever gives up a claim its rivals in the same place.
import { cloudOf } from "../controllers/cloudaccount/accounts.ts";
import { accountOf as accountOfCluster } from "../controllers/managedcluster/context.ts";
import { clusterOf, type ClusterDirectory, type ClusterMember } from "../controllers/managedcluster/directory.ts";
import { isDeleting } from "../controllers/lifecycle/resource.ts";
import { OWNER_ANNOTATION } from "../controllers/publishing/secrets.ts";
import { accountOf as accountOfProject } from "../controllers/registryproject/context.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import { ManagedClusterCondition } from "../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../crds/managedcluster/schema.ts";
import type { KubeObject } from "../kube/types.ts";
import { findCondition } from "../runtime/conditions.ts";
import type { Controller } from "../runtime/queue/controller.ts";
import { enqueueOnChange, exceptOwnUpdates, type Informer } from "../runtime/cache/informer.ts";
import { keyOf, type Change } from "../runtime/cache/store.ts";
import type { Caches } from "./caches.ts";
import type { Controllers } from "./controllers.ts";

type Target = Pick<Controller, "enqueue">;

export function wireWakes(
  caches: Caches,
  controllers: Record<keyof Controllers, Target>,
  directory: Pick<ClusterDirectory, "placeOf">,
): void {
  const { accounts, secrets, projects, clusters, pools, addons, published } = caches;
  enqueueOnChange(accounts, { target: controllers.accounts, when: exceptOwnUpdates });
  enqueueOnChange(secrets, {
    target: controllers.accounts,
    keysOf: ({ metadata }) => keysOfAll(accounts.store.byIndex("secret", keyOf(metadata))),
  });
  wireUsers(projects, {
    target: controllers.projects,
    caches,
    accounts: controllers.accounts,
    accountOf: accountOfProject,
  });
  wireUsers(clusters, {
    target: controllers.clusters,
    caches,
    accounts: controllers.accounts,
    accountOf: accountOfCluster,
  });
  wireMembers(pools, { target: controllers.pools, caches, clusters: controllers.clusters, directory });
  wireMembers(addons, { target: controllers.addons, caches, clusters: controllers.clusters, directory });
  for (const target of [controllers.projects, controllers.clusters]) {
    enqueueOnChange(published, { target, when: ({ type }) => type !== "Added", keysOf: ownersOf });
  }
}

interface Users<T> {
  readonly target: Target;
  readonly caches: Caches;
  readonly accounts: Target;
  readonly accountOf: (user: T) => string;
}

/** Resources that work with an account themselves. */
function wireUsers<T extends KubeObject>(users: Informer<T>, { target, caches, accounts, accountOf }: Users<T>): void {
  wireClaimants(users, target, (user) => {
    const account = caches.accounts.store.get(accountOf(user));
    return account && cloudOf(account);
  });
  enqueueOnChange(users, {
    target: accounts,
    when: ({ type }) => type === "Deleted",
    keysOf: (user) => keysOfAll([caches.accounts.store.get(accountOf(user))].filter(isLeaving)),
  });
  enqueueOnChange(caches.accounts, {
    target,
    when: concernsUsers,
    keysOf: ({ metadata }) => keysOfAll(users.store.byIndex("account", keyOf(metadata))),
  });
}

interface Members {
  readonly target: Target;
  readonly caches: Caches;
  readonly clusters: Target;
  readonly directory: Pick<ClusterDirectory, "placeOf">;
}

/** Resources that are part of a cluster, and reach their account through it. */
function wireMembers<T extends KubeObject & ClusterMember>(members: Informer<T>, wiring: Members): void {
  const { target, caches, clusters, directory } = wiring;
  const membersOf = ({ metadata }: KubeObject): readonly T[] => members.store.byIndex("cluster", keyOf(metadata));
  wireClaimants(members, target, (member) => directory.placeOf(member));
  enqueueOnChange(members, {
    target: clusters,
    when: ({ type }) => type === "Deleted",
    keysOf: (member) => keysOfAll([caches.clusters.store.get(clusterOf(member))].filter(isLeaving)),
  });
  enqueueOnChange(caches.clusters, {
    target,
    when: concernsMembers,
    keysOf: (cluster) => keysOfAll(membersOf(cluster)),
  });
  enqueueOnChange(caches.accounts, {
    target,
    when: concernsUsers,
    keysOf: ({ metadata }) =>
      keysOfAll(caches.clusters.store.byIndex("account", keyOf(metadata)).flatMap((cluster) => membersOf(cluster))),
  });
}

/**
 * Resources of which one goes first: who gives up a claim wakes those who wait for it. Claims compete within one place; a place
 * that can't be told may be any.
 */
function wireClaimants<T extends KubeObject>(
  claimants: Informer<T>,
  target: Target,
  placeOf: (claimant: T) => string | undefined,
): void {
  const { store } = claimants;
  const claimsOf = (claimant: T): readonly string[] => store.indexValues("claim", claimant);
  const rivalsOf = (claimant: T): readonly T[] => {
    const rivals = claimsOf(claimant).flatMap((claim) => store.byIndex("claim", claim));
    const place = placeOf(claimant);
    return place === undefined ? rivals : rivals.filter((rival) => (placeOf(rival) ?? place) === place);
  };
  enqueueOnChange(claimants, { target, when: exceptOwnUpdates });
  enqueueOnChange(claimants, {
    target,
    when: (change) => givesUp(change, claimsOf),
    keysOf: (claimant) => keysOfAll(rivalsOf(claimant)),
  });
}

function keysOfAll(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => keyOf(metadata));
}

function ownersOf({ metadata }: KubeObject): readonly string[] {
  const owner = metadata.annotations?.[OWNER_ANNOTATION];
  return owner === undefined ? [] : [owner];
}

function isLeaving<T extends KubeObject>(object: T | undefined): object is T {
  return object !== undefined && isDeleting(object);
}

function givesUp<T extends KubeObject>(change: Change<T>, claimsOf: (claimant: T) => readonly string[]): boolean {
  if (change.type === "Added") return false;
  const kept = change.new ? claimsOf(change.new) : [];
  return claimsOf(change.old).some((claim) => !kept.includes(claim));
}

/** What an account's users see of it: its spec, and whether it is ready in which version. */
function concernsUsers(change: Change<CloudAccount>): boolean {
  return change.type !== "Updated" || usersViewOf(change.old) !== usersViewOf(change.new);
}

function usersViewOf({ metadata, status }: CloudAccount): string {
  const ready = findCondition(status.conditions, "Ready");
  const { secretResourceVersion, observedGeneration } = status;
  return JSON.stringify([metadata.generation, observedGeneration, secretResourceVersion, ready?.status, ready?.reason]);
}

/** What a cluster's members see of it: which it is, whether it can be worked with, and whether it is on its way out. */
function concernsMembers(change: Change<ManagedCluster>): boolean {
  return change.type !== "Updated" || membersViewOf(change.old) !== membersViewOf(change.new);
}

function membersViewOf(cluster: ManagedCluster): string {
  const { conditions, externalId } = cluster.status;
  const available = findCondition(conditions, ManagedClusterCondition.ClusterAvailable);
  return JSON.stringify([externalId, available?.status, available?.reason, isDeleting(cluster)]);
}
