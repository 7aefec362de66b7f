// What the steps of a RegistryProject share: its caches, the account's catalog, and who may claim what.
import type { CloudSession } from "../../cloud/contract.ts";
import type { RegistryFacet, RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { accountKey, allowsNamespace, cloudOf, type Access, type AccountDirectory } from "../cloudaccount/accounts.ts";
import { Catalogs, type Catalog } from "../external/list-cache.ts";
import { Claims, claimsOf } from "../external/precedence.ts";
import { cloudNameOf, holdsSomething } from "../external/resource.ts";
import type { ExternalWork } from "../external/work.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { PublisherDeps } from "../publishing/secrets.ts";
import { projectsOf } from "./projects.ts";

/** Indexes of the cache of RegistryProjects. */
export const INDEXES = {
  /** By "namespace/name" of the account. */
  account: (resource: RegistryProject): readonly string[] => [accountOf(resource)],
  claim: (resource: RegistryProject): readonly string[] => claimsOf(resource, cloudNameOf(resource)),
};

export interface RegistryProjectDeps extends PublisherDeps {
  readonly clock: Clock;
  readonly directory: AccountDirectory;
  readonly projects: Pick<Store<RegistryProject>, "byIndex">;
  /** How long after a send a create may still take effect. */
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly signal: AbortSignal;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

/** A visit that may use its account and the cloud's registry. */
export interface Work extends ExternalWork<Project> {
  readonly visit: Visit<RegistryProject>;
  readonly access: Access;
  readonly registry: RegistryFacet;
}

export function accountOf({ spec, metadata }: RegistryProject): string {
  return accountKey(spec.accountRef, metadata.namespace);
}

export class Accounts {
  readonly #deps: RegistryProjectDeps;
  readonly #catalogs = new Catalogs<Project>();
  readonly #claims: Claims<RegistryProject>;

  constructor(deps: RegistryProjectDeps) {
    this.#deps = deps;
    this.#claims = new Claims({
      claimants: (claim) => deps.projects.byIndex("claim", claim),
      competes: (other, place) => this.#competes(other, place),
      noun: "project",
    });
  }

  /** Throws TerminalError ProviderMismatch or NotSupportedByCloud, WaitingError AccountNotReady. */
  enter(visit: Visit<RegistryProject>): Work {
    const { access, facet: registry } = this.#deps.directory.use(visit.object, "registry");
    return this.#work(visit, access, registry);
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. */
  assertClaim({ visit, name, place }: Work): void {
    this.#claims.assert(visit.object, { name, place });
  }

  /** Whether another resource with a claim to this id goes first: the project is its to delete. */
  isAnothers({ visit, place }: Work, id: string): boolean {
    return this.#claims.isAnothers(visit.object, id, place);
  }

  #work(visit: Visit<RegistryProject>, access: Access, registry: RegistryFacet): Work {
    const work: Work = {
      visit,
      access,
      registry,
      things: projectsOf(registry),
      catalog: this.#catalogOf(access, registry),
      name: cloudNameOf(visit.object),
      place: cloudOf(access.account),
      driftGroup: accountOf(visit.object),
      noun: "project",
      namesAreFixed: true,
      namesake: "Refuse",
      reserveWrite: (signal) => access.session.reserveWrite(signal),
      assertMayCreate: () => {
        this.assertClaim(work);
        access.assertStays();
      },
    };
    return work;
  }

  /** Whether the other one competes: its account reaches the same cloud, and it may use that account or holds something. */
  #competes(other: RegistryProject, place: string): boolean {
    const theirs = this.#deps.directory.account(accountOf(other));
    if (!theirs || cloudOf(theirs) !== place) return false;
    return holdsSomething(other) || allowsNamespace(theirs, other.metadata.namespace);
  }

  #catalogOf({ session, account }: { session: CloudSession } & Access, registry: RegistryFacet): Catalog<Project> {
    const { clock, signal } = this.#deps;
    return this.#catalogs.of(session, "", () => ({
      list: (until) => projectsOf(registry).list(until),
      knownIds: () => this.#knownIds(keyOf(account.metadata)),
      clock,
      signal,
    }));
  }

  #knownIds(account: string): ReadonlySet<string> {
    const users = this.#deps.projects.byIndex("account", account).filter((user) => !isDeleting(user));
    return new Set(users.flatMap(({ status }) => status.externalId ?? []));
  }
}
