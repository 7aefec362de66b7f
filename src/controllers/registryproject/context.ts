// What the steps of a RegistryProject share: its caches, the account's catalog, and who may claim what.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import type { RegistryFacet } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf, type Store } from "../../runtime/store.ts";
import { accountKey, allowsNamespace, cloudOf, type Access, type AccountDirectory } from "../cloudaccount/directory.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { ProjectCatalog } from "./catalog.ts";
import { claimsOf, holdsSomething, idClaim, ownerBefore } from "./claim.ts";

/** Indexes of the cache of RegistryProjects. */
export const INDEXES = {
  /** By "namespace/name" of the account. */
  account: (resource: RegistryProject): readonly string[] => [accountOf(resource)],
  claim: claimsOf,
};

export interface RegistryProjectDeps {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly directory: AccountDirectory;
  readonly projects: Pick<Store<RegistryProject>, "byIndex">;
  /** Metadata of the Secrets that Yunfan published, indexed by "owner" (UID). */
  readonly published: Pick<Store<KubeObject>, "byIndex" | "absorb">;
  /** How long after a send a create may still take effect. */
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly signal: AbortSignal;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

/** A visit that may use its account and the cloud's registry. */
export interface Work {
  readonly visit: Visit<RegistryProject>;
  readonly access: Access;
  readonly registry: RegistryFacet;
  readonly catalog: ProjectCatalog;
}

export function accountOf({ spec, metadata }: RegistryProject): string {
  return accountKey(spec.accountRef, metadata.namespace);
}

export class Accounts {
  readonly #deps: RegistryProjectDeps;
  readonly #catalogs = new WeakMap<CloudSession, ProjectCatalog>();

  constructor(deps: RegistryProjectDeps) {
    this.#deps = deps;
  }

  /** Throws TerminalError ProviderMismatch or NotSupportedByCloud, WaitingError AccountNotReady. */
  enter(visit: Visit<RegistryProject>): Work {
    const { spec, metadata } = visit.object;
    const { directory } = this.#deps;
    const account = directory.find(spec.accountRef, metadata.namespace);
    const { provider } = account.spec;
    if (spec.ctyun && provider !== "CtyunCCI") {
      const message = `spec.ctyun does not fit provider ${provider} of account ${keyOf(account.metadata)}. Remove it`;
      throw new TerminalError({ reason: Reason.ProviderMismatch, message });
    }
    if (!directory.offers(account, "registry")) throw notSupported(provider);
    const access = directory.enter(account);
    const { registry } = access.session;
    if (!registry) throw notSupported(provider);
    return { visit, access, registry, catalog: this.#catalogOf(access, registry) };
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. */
  assertClaim(work: Work): void {
    const owner = this.#ownerBefore(work, claimsOf(work.visit.object));
    if (!owner) return;
    const message =
      `RegistryProject ${keyOf(owner.metadata)} claims the same project and came first. ` +
      "Delete one of the two; deleting this one leaves the project alone";
    throw new TerminalError({ reason: Reason.NameConflict, message });
  }

  /** Whether another resource with a claim to this id goes first: the project is its to delete. */
  isAnothers(work: Work, id: string): boolean {
    return this.#ownerBefore(work, [idClaim(id)]) !== undefined;
  }

  #ownerBefore({ visit, access }: Work, claims: readonly string[]): RegistryProject | undefined {
    const contenders = claims.flatMap((claim) => this.#deps.projects.byIndex("claim", claim));
    return ownerBefore(
      visit.object,
      contenders.filter((other) => this.#competes(other, access)),
    );
  }

  /** Whether the other one competes: its account reaches the same cloud, and it may use that account or holds something. */
  #competes(other: RegistryProject, { account }: Access): boolean {
    const theirs = this.#deps.directory.account(accountOf(other));
    if (!theirs || cloudOf(theirs) !== cloudOf(account)) return false;
    return holdsSomething(other) || allowsNamespace(theirs, other.metadata.namespace);
  }

  #catalogOf(access: Access, registry: RegistryFacet): ProjectCatalog {
    const present = this.#catalogs.get(access.session);
    if (present) return present;
    const { clock, signal } = this.#deps;
    const knownIds = (): ReadonlySet<string> => this.#knownIds(access);
    const catalog = new ProjectCatalog({ list: (until) => registry.listProjects(until), knownIds, clock, signal });
    this.#catalogs.set(access.session, catalog);
    return catalog;
  }

  #knownIds({ account }: Access): ReadonlySet<string> {
    const users = this.#deps.projects.byIndex("account", keyOf(account.metadata)).filter((user) => !isDeleting(user));
    return new Set(users.flatMap(({ status }) => status.externalId ?? []));
  }
}

function notSupported(provider: string): TerminalError {
  const message = `${provider} offers no registry projects in this version. Use an account of a cloud that does`;
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}
