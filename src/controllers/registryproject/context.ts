// What the steps of a RegistryProject share: its caches, the account's catalog, and who may claim what.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import type { RegistryFacet } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf, type Store } from "../../runtime/store.ts";
import { accountKey, allowsNamespace, cloudOf, type Access, type AccountDirectory } from "../cloudaccount/directory.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { ProjectCatalog } from "./catalog.ts";
import { claimsOf, holdsSomething, ownerBefore } from "./claim.ts";

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
  /** Has these resources visited now. */
  readonly wake: (keys: readonly string[]) => void;
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
  return accountKey(spec.accountRef, metadata.namespace ?? "");
}

export class Accounts {
  readonly #deps: RegistryProjectDeps;
  readonly #catalogs = new WeakMap<CloudSession, ProjectCatalog>();

  constructor(deps: RegistryProjectDeps) {
    this.#deps = deps;
  }

  /** Throws WaitingError AccountNotReady, TerminalError ProviderMismatch or NotSupportedByCloud. */
  enter(visit: Visit<RegistryProject>): Work {
    const { spec, metadata } = visit.object;
    const access = this.#deps.directory.resolve(spec.accountRef, metadata.namespace ?? "");
    const { provider } = access.account.spec;
    if (spec.ctyun && provider !== "CtyunCCI") {
      const message = `spec.ctyun does not fit provider ${provider} of account ${keyOf(access.account.metadata)}. Remove it`;
      throw new TerminalError({ reason: Reason.ProviderMismatch, message });
    }
    const { registry } = access.session;
    if (!registry) {
      const message = `${provider} offers no registry projects. Use an account of a cloud that does`;
      throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
    }
    return { visit, access, registry, catalog: this.#catalogOf(access, registry) };
  }

  /** Throws TerminalError NameConflict where an older resource claims the same name or id on the same endpoint. */
  assertClaim({ visit, access }: Work): void {
    const contenders = claimsOf(visit.object).flatMap((claim) => this.#deps.projects.byIndex("claim", claim));
    const rivals = contenders.filter((other) => this.#competes(other, access));
    const owner = ownerBefore(visit.object, rivals);
    if (!owner) return;
    const message =
      `RegistryProject ${keyOf(owner.metadata)} claims the same project and came first. ` +
      "Delete one of the two; deleting this one leaves the project alone";
    throw new TerminalError({ reason: Reason.NameConflict, message });
  }

  /** Wakes the resources whose ids a list lacks, so that they prove them missing or find the list wrong. */
  wakeHolders(access: Access, ids: readonly string[]): void {
    const holders = this.#holders(access).filter(({ status }) => ids.includes(status.externalId ?? ""));
    this.#deps.wake(holders.map(({ metadata }) => keyOf(metadata)));
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

  #knownIds(access: Access): ReadonlySet<string> {
    const ids = this.#holders(access).filter(isExpected);
    return new Set(ids.map(({ status }) => status.externalId ?? ""));
  }

  #holders({ account }: Access): readonly RegistryProject[] {
    const users = this.#deps.projects.byIndex("account", keyOf(account.metadata));
    return users.filter(({ status }) => status.externalId !== undefined);
  }
}

/** Held, not on its way out, and not proved missing already. */
function isExpected(resource: RegistryProject): boolean {
  const ready = findCondition(resource.status.conditions, "Ready");
  return !isDeleting(resource) && ready?.reason !== Reason.ExternalResourceMissing;
}
