// What the steps of a ManagedCluster share: its caches, the account's catalog, and who may claim what.
import type { Cluster, ClustersFacet } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { accountKey, allowsNamespace, cloudOf, type Access, type AccountDirectory } from "../cloudaccount/accounts.ts";
import { Catalogs, type Catalog } from "../external/list-cache.ts";
import { Claims, claimsOf } from "../external/precedence.ts";
import { cloudNameOf, holdsSomething } from "../external/resource.ts";
import type { ExternalWork } from "../external/work.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { PublisherDeps } from "../publishing/secrets.ts";
import { clustersOf } from "./clusters.ts";

/** Indexes of the cache of ManagedClusters. */
export const INDEXES = {
  /** By "namespace/name" of the account. */
  account: (resource: ManagedCluster): readonly string[] => [accountOf(resource)],
  claim: (resource: ManagedCluster): readonly string[] => claimsOf(resource, cloudNameOf(resource)),
};

export interface ManagedClusterDeps extends PublisherDeps {
  readonly clock: Clock;
  readonly directory: AccountDirectory;
  readonly clusters: Pick<Store<ManagedCluster>, "byIndex">;
  /** Resources, as "Kind namespace/name", that are made in this cluster and have to go first. */
  readonly members: (cluster: ManagedCluster) => readonly string[];
  readonly events: Pick<EventRecorder, "event">;
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly signal: AbortSignal;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

/** A visit that may use its account and the cloud's clusters. */
export interface Work extends ExternalWork<Cluster> {
  readonly visit: Visit<ManagedCluster>;
  readonly access: Access;
  readonly clusters: ClustersFacet;
}

export function accountOf({ spec, metadata }: ManagedCluster): string {
  return accountKey(spec.accountRef, metadata.namespace);
}

export class Accounts {
  readonly #deps: ManagedClusterDeps;
  readonly #catalogs = new Catalogs<Cluster>();
  readonly #claims: Claims<ManagedCluster>;

  constructor(deps: ManagedClusterDeps) {
    this.#deps = deps;
    this.#claims = new Claims({
      claimants: (claim) => deps.clusters.byIndex("claim", claim),
      competes: (other, place) => this.#competes(other, place),
      noun: "cluster",
    });
  }

  /** Throws TerminalError ProviderMismatch or NotSupportedByCloud, WaitingError AccountNotReady. */
  enter(visit: Visit<ManagedCluster>): Work {
    const { access, facet: clusters } = this.#deps.directory.use(visit.object, "clusters");
    const work: Work = {
      visit,
      access,
      clusters,
      things: clustersOf(clusters),
      catalog: this.#catalogOf(access, clusters),
      name: cloudNameOf(visit.object),
      place: cloudOf(access.account),
      driftGroup: accountOf(visit.object),
      noun: "cluster",
      // Ids are unique over all of a cloud, and a console may rename what it shows.
      namesAreFixed: false,
      namesake: "Refuse",
      reserveWrite: (signal) => access.session.reserveWrite(signal),
      assertMayCreate: () => {
        this.assertClaim(work);
        access.assertStays();
      },
    };
    return work;
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. */
  assertClaim({ visit, name, place }: Work): void {
    this.#claims.assert(visit.object, { name, place });
  }

  /** Whether another resource with a claim to this id goes first: the cluster is its to delete. */
  isAnothers({ visit, place }: Work, id: string): boolean {
    return this.#claims.isAnothers(visit.object, id, place);
  }

  #competes(other: ManagedCluster, place: string): boolean {
    const theirs = this.#deps.directory.account(accountOf(other));
    if (!theirs || cloudOf(theirs) !== place) return false;
    return holdsSomething(other) || allowsNamespace(theirs, other.metadata.namespace);
  }

  #catalogOf({ session, account }: Access, clusters: ClustersFacet): Catalog<Cluster> {
    const { clock, signal } = this.#deps;
    return this.#catalogs.of(session, "", () => ({
      list: (until) => clustersOf(clusters).list(until),
      knownIds: () => this.#knownIds(keyOf(account.metadata)),
      clock,
      signal,
    }));
  }

  #knownIds(account: string): ReadonlySet<string> {
    const users = this.#deps.clusters.byIndex("account", account).filter((user) => !isDeleting(user));
    return new Set(users.flatMap(({ status }) => status.externalId ?? []));
  }
}
