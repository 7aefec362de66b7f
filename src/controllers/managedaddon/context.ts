// What the steps of a ManagedAddon share: its cluster, the cluster's catalog of add-ons, and who may claim what.
import type { AddonsFacet } from "../../cloud/facets/addons.ts";
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { allowsNamespace, facetOf, type AccountDirectory } from "../cloudaccount/accounts.ts";
import { Catalogs, type Catalog } from "../external/list-cache.ts";
import { Claims, claimsOf } from "../external/precedence.ts";
import type { Identity } from "../external/identity.ts";
import { holdsSomething } from "../external/resource.ts";
import type { ExternalWork } from "../external/work.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { clusterOf, type ClusterAccess, type ClusterDirectory } from "../managedcluster/directory.ts";
import { addonsOf, type NamedAddon } from "./addons.ts";

/** Indexes of the cache of ManagedAddons. */
export const INDEXES = {
  /** By "namespace/name" of the cluster. */
  cluster: (resource: ManagedAddon): readonly string[] => [clusterOf(resource)],
  claim: (resource: ManagedAddon): readonly string[] => claimsOf(resource, resource.spec.template),
};

export interface ManagedAddonDeps {
  readonly clock: Clock;
  readonly directory: Pick<AccountDirectory, "account">;
  readonly clusters: ClusterDirectory;
  readonly addons: Pick<Store<ManagedAddon>, "byIndex">;
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly signal: AbortSignal;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

/** A visit that may use its cluster and the add-ons in it. */
export interface Work extends ExternalWork<NamedAddon> {
  readonly visit: Visit<ManagedAddon>;
  readonly cluster: ClusterAccess;
  readonly addons: AddonsFacet;
}

const LEAVING_POLL_MS = 5_000;

export class Clusters {
  readonly #deps: ManagedAddonDeps;
  readonly #catalogs = new Catalogs<NamedAddon>();
  readonly #claims: Claims<ManagedAddon>;

  constructor(deps: ManagedAddonDeps) {
    this.#deps = deps;
    this.#claims = new Claims({
      claimants: (claim) => deps.addons.byIndex("claim", claim),
      competes: (other, place) => this.#competes(other, place),
      noun: "add-on",
    });
  }

  /** Throws what ClusterDirectory.enter throws, and TerminalError NotSupportedByCloud. */
  enter(visit: Visit<ManagedAddon>): Work {
    const cluster = this.#deps.clusters.enter(visit.object);
    const { access } = cluster;
    const addons = facetOf(access, "addons");
    const work: Work = {
      visit,
      cluster,
      addons,
      things: addonsOf(addons, cluster.id),
      catalog: this.#catalogOf(cluster, addons),
      name: visit.object.spec.template,
      place: cluster.place,
      driftGroup: clusterOf(visit.object),
      noun: "add-on",
      namesAreFixed: true,
      namesake: "Adopt",
      reserveWrite: (signal) => access.session.reserveWrite(signal),
      assertMayCreate: () => {
        this.assertClaim(work);
        cluster.assertStays();
        access.assertStays();
      },
    };
    return work;
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same template or id goes first. */
  assertClaim({ visit, name, place }: Work): void {
    this.#claims.assert(visit.object, { name, place });
  }

  /** Whether another resource with a claim to this id goes first: the add-on is its to delete. */
  isAnothers({ visit, place }: Work, id: string): boolean {
    return this.#claims.isAnothers(visit.object, id, place);
  }

  /**
   * Before anything is recorded: throws TerminalError ExternalIdConflict where spec.externalId names an instance of another
   * template, NameConflict where another resource holds the id, and WaitingError where the namesake is on its way out.
   */
  assertAdoptable(work: Work, identity: Identity<NamedAddon>): void {
    if (identity.do !== "Adopt") return;
    const { thing } = identity;
    if (thing.template !== work.name) throw anotherTemplate(work, thing);
    if (this.isAnothers(work, thing.id)) throw anothers(thing);
    const isDeclared = work.visit.object.spec.externalId !== undefined;
    if (thing.phase === "Deleting" && identity.origin === "Adopted" && !isDeclared) throw leaving(thing);
  }

  #competes(other: ManagedAddon, place: string): boolean {
    const { clusters, directory } = this.#deps;
    if (clusters.placeOf(other) !== place) return false;
    const account = directory.account(clusters.accountOf(other));
    return holdsSomething(other) || (account !== undefined && allowsNamespace(account, other.metadata.namespace));
  }

  /** By the resource too: two of them may stand for one cluster, and each knows its own members alone. */
  #catalogOf({ resource, id, access }: ClusterAccess, addons: AddonsFacet): Catalog<NamedAddon> {
    const { clock, signal } = this.#deps;
    const key = keyOf(resource.metadata);
    return this.#catalogs.of(access.session, `${key} ${id}`, () => ({
      list: (until) => addonsOf(addons, id).list(until),
      knownIds: () => this.#knownIds(key),
      clock,
      signal,
    }));
  }

  #knownIds(cluster: string): ReadonlySet<string> {
    const members = this.#deps.addons.byIndex("cluster", cluster).filter((member) => !isDeleting(member));
    return new Set(members.flatMap(({ status }) => status.externalId ?? []));
  }
}

function anotherTemplate({ name }: Work, { id, template }: NamedAddon): TerminalError {
  const message =
    `Add-on ${id} (spec.externalId) is of template ${template}, but spec.template is ${name}; it is not touched. ` +
    `Create another resource with spec.template ${template}`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}

function anothers({ id }: NamedAddon): TerminalError {
  const message = `Another ManagedAddon stands for add-on ${id} already. Delete one of the two; deleting this one leaves it alone`;
  return new TerminalError({ reason: Reason.NameConflict, message });
}

/** One that is adopted now would be missed as soon as it is gone. */
function leaving({ id }: NamedAddon): WaitingError {
  const message = `Add-on ${id} of this template is being deleted in the cloud; going on when it is gone`;
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LEAVING_POLL_MS });
}
