// Accounts as other controllers use them: may this namespace use it, is it ready, and its opened session.
import { CloudAccountReason as Reason } from "../../crds/cloudaccount/conditions.ts";
import type { BudgetClass } from "../../cloud/budget/budget.ts";
import { Budgets } from "../../cloud/budget/budgets.ts";
import { Logins } from "../../cloud/budget/logins.ts";
import type { Cloud, CloudDeps, CloudSession, Facets, SessionDeps } from "../../cloud/contract.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import { TerminalError, UnsaidError, WaitingError } from "../../lib/errors.ts";
import { BLOCK_NAMES, cloudBlocks, type BlockName, type Provider } from "../../cloud/blocks.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { isDeleting, isPaused } from "../lifecycle/resource.ts";
import { decode, versionOf, type CredentialsSecret } from "./credentials.ts";
import { Findings } from "./findings.ts";
import { isSameLocation, placeOf } from "./location.ts";
import { budgetKeyOf, settingsOf } from "./settings.ts";

/** Index of the cache of CloudAccounts by "namespace/name" of the Secret with their credentials. */
export const BY_SECRET = "secret";

export interface AccountRef {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** The blocks of a spec that belong to one cloud each. */
export type ProviderBlocks = { readonly [Block in BlockName]?: object | undefined };

/** A resource that works with an account itself. */
export interface AccountUser {
  readonly spec: { readonly accountRef: AccountRef } & ProviderBlocks;
  readonly metadata: { readonly namespace: string };
}

/** An account that the asking namespace may use now. */
export interface Access {
  readonly account: CloudAccount;
  readonly session: CloudSession;
  /** Whether the account lets Yunfan publish into that namespace. */
  readonly allows: (namespace: string) => boolean;
  /** Throws WaitingError AccountNotReady where the account is being deleted: nothing new is made with it. */
  readonly assertStays: () => void;
  /** Where the account's things are (location.ts). */
  readonly location: string;
  /** Whether the present keys have found something that Yunfan manages: until then absence proves nothing, and nothing is written. */
  readonly isConfirmed: () => boolean;
  /** Something that Yunfan manages was found with the present keys, by its identity. */
  readonly confirm: () => void;
}

interface DirectoryDeps {
  readonly accounts: Pick<Store<CloudAccount>, "get">;
  readonly secrets: Pick<Store<CredentialsSecret>, "get">;
  readonly clouds: Partial<Record<Provider, Cloud>>;
  readonly cloudDeps: (account: CloudAccount) => CloudDeps;
  /** Has an account ("namespace/name") visited: its keys were found to be right, or what waits for its budget has changed. */
  readonly visit: (account: string) => void;
}

interface OpenSession {
  readonly version: string;
  readonly session: CloudSession;
}

/** While an account is not ready, its users look again this often; they are also woken when it changes. */
const ACCOUNT_POLL_MS = 30_000;
const START_POLL_MS = 2_000;

export class AccountDirectory {
  readonly findings = new Findings();
  readonly #deps: DirectoryDeps;
  readonly #open = new Map<string, OpenSession>();
  readonly #budgets = new Budgets();
  readonly #logins = new Logins();

  constructor(deps: DirectoryDeps) {
    this.#deps = deps;
  }

  /**
   * The account, ready or not. Throws WaitingError `AccountNotReady` where the namespace may not use it: missing and not
   * allowed read the same, so that names of accounts do not leak.
   */
  find(ref: AccountRef, fromNamespace: string): CloudAccount {
    const key = accountKey(ref, fromNamespace);
    const account = this.#deps.accounts.get(key);
    if (account && allowsNamespace(account, fromNamespace)) return account;
    throw notReady(
      `CloudAccount ${key} does not exist or does not allow namespace ${fromNamespace}. ` +
        "Create it, or add the namespace to its spec.allowedNamespaces",
    );
  }

  /**
   * The account of a resource and the facet that it needs; `noun`: one of what the facet is about, in messages. Throws
   * TerminalError `ProviderMismatch` or `NotSupportedByCloud`, WaitingError `AccountNotReady`.
   */
  use<F extends keyof Facets>(
    { spec, metadata }: AccountUser,
    facet: F,
    noun: string,
  ): { access: Access; facet: Facets[F] } {
    const account = this.find(spec.accountRef, metadata.namespace);
    assertBlocks(spec, account);
    if (!this.#offersTo(account, facet)) throw notSupported(account, noun);
    const access = this.enter(account);
    return { access, facet: facetOf(access, facet, noun) };
  }

  /**
   * Whether objects of clusters of the account with this key ("namespace/name") may go by another way than their kubeconfigs without being
   * told to; false where there is no such account. Asks no session: the account may be out of order.
   */
  mayReplaceKubeconfigs(key: string): boolean {
    const account = this.account(key);
    if (account === undefined || !this.#offersTo(account, "manifests")) return false;
    const { manifestsInto = "Always" } = this.#deps.clouds[account.spec.provider] ?? {};
    return manifestsInto === "Always";
  }

  #offersTo(account: CloudAccount, facet: keyof Facets): boolean {
    return this.#deps.clouds[account.spec.provider]?.facets.includes(facet) ?? false;
  }

  /**
   * Throws WaitingError `AccountNotReady`: an account whose credentials are not verified in their present version serves
   * nobody, unless it is being deleted. UnsaidError where it is only its location that this process has to learn first.
   */
  enter(account: CloudAccount): Access {
    const secret = this.secretOf(account);
    const obstacle = obstacleOf(account, secret);
    if (!secret || obstacle) throw notReady(`CloudAccount ${keyOf(account.metadata)} ${obstacle}`);
    const location = this.findings.locationOf(account);
    if (location === undefined) throw this.#unlocated(account);
    return {
      account,
      session: this.open(account, secret),
      location,
      allows: (namespace) => allowsNamespace(account, namespace),
      assertStays: () => assertStays(account),
      isConfirmed: () => this.findings.isConfirmed(account, secret),
      confirm: () => this.#confirm(account, secret),
    };
  }

  /** Until this process has been there itself, what a former one said of the account's users holds: an upgrade makes nobody unready. */
  #unlocated(account: CloudAccount): WaitingError {
    const name = `CloudAccount ${keyOf(account.metadata)}`;
    if (isPaused(account)) return notReady(`${name} is paused, and this version does not know yet where it reaches`);
    if (this.findings.wasVisited(account)) return notReady(`${name} was not reached since the operator started`);
    const reason = Reason.AccountNotReady;
    return new UnsaidError({ reason, message: `${name} is being verified`, pollAfterMs: START_POLL_MS });
  }

  #confirm(account: CloudAccount, secret: CredentialsSecret): void {
    if (this.findings.isConfirmed(account, secret)) return;
    this.findings.confirm(account, secret);
    this.#deps.visit(keyOf(account.metadata));
  }

  /**
   * Where names compete that are used with it, and what is held at the location `held`; undefined where it was never verified (findings.ts).
   */
  placeOf(account: CloudAccount, held?: string): string | undefined {
    const present = this.findings.locationOf(account);
    const isHere = held === undefined || present === undefined || isSameLocation(account, held, present);
    return present && placeOf(isHere ? present : held);
  }

  /** Classes of requests of the account of which somebody has waited for a minute or more. */
  lateOf({ metadata }: CloudAccount): readonly BudgetClass[] {
    return this.#budgets.lateOf(keyOf(metadata));
  }

  /** Without any check: to compare accounts, not to use them. */
  account(key: string): CloudAccount | undefined {
    return this.#deps.accounts.get(key);
  }

  secretOf(account: CloudAccount): CredentialsSecret | undefined {
    return this.#deps.secrets.get(`${account.metadata.namespace}/${account.spec.credentialsSecretRef.name}`);
  }

  /**
   * The session of this version of account and Secret; one of an older version is closed. Throws CloudError, and TerminalError
   * NotSupportedByCloud where the provider is not served.
   */
  open(account: CloudAccount, secret: CredentialsSecret): CloudSession {
    const key = keyOf(account.metadata);
    const settings = settingsOf(account);
    // What a session is made of, not versions: a label on the Secret must not break requests in flight.
    const version = JSON.stringify([account.metadata.uid, settings, secret.metadata.uid, secret.data]);
    const present = this.#open.get(key);
    if (present?.version === version) return present.session;
    this.#close(key);
    const cloud = this.#deps.clouds[account.spec.provider];
    if (!cloud) throw notServed(account, Object.keys(this.#deps.clouds));
    const session = cloud.open(settings, decode(secret), this.#sessionDeps(account));
    this.#open.set(key, { version, session });
    return session;
  }

  /** Forgets an account; its connections end. Idempotent. */
  drop(key: string): void {
    this.#close(key);
    this.findings.drop(key);
    this.#budgets.drop(key);
  }

  /** A cloud counts the requests of whoever sends them, whatever keys they are signed with. */
  #sessionDeps(account: CloudAccount): SessionDeps {
    const deps = this.#deps.cloudDeps(account);
    const { clock, budgetMetrics: metrics } = deps;
    const key = keyOf(account.metadata);
    const options = { account: key, clock, metrics, onLate: () => this.#deps.visit(key) };
    return {
      ...deps,
      logins: this.#logins,
      budget: (limits) => this.#budgets.of(budgetKeyOf(account), { ...options, limits }),
    };
  }

  #close(key: string): void {
    const present = this.#open.get(key);
    this.#open.delete(key);
    void present?.session.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ session }) => session.close()));
    this.#open.clear();
    this.#budgets.close();
  }
}

/** "namespace/name" of the account that a reference in `fromNamespace` means. */
export function accountKey(ref: AccountRef, fromNamespace: string): string {
  return `${ref.namespace ?? fromNamespace}/${ref.name}`;
}

/** The account's own namespace always; beyond it those that spec.allowedNamespaces names, or all for "*". */
export function allowsNamespace(account: CloudAccount, namespace: string): boolean {
  const allowed: readonly string[] = account.spec.allowedNamespaces ?? [];
  return namespace === account.metadata.namespace || allowed.includes(namespace) || allowed.includes("*");
}

/** Why the account can't be used now; undefined where it can. */
function obstacleOf(account: CloudAccount, secret: CredentialsSecret | undefined): string | undefined {
  if (!secret) return "is not ready: SecretNotFound. See its conditions";
  const ready = findCondition(account.status.conditions, "Ready");
  const current =
    account.status.observedGeneration === account.metadata.generation &&
    account.status.secretResourceVersion === versionOf(secret);
  if (!ready || !current) return "is being verified";
  // Its deletion waits for its users, who need it to delete what they hold. A key that does not work, the cloud refuses.
  if (isDeleting(account)) return undefined;
  return ready.status === "True" ? undefined : `is not ready: ${ready.reason}. See its conditions`;
}

type FacetSource = Pick<Access, "session" | "account">;

/** Another facet of an account that is in use. Throws TerminalError `NotSupportedByCloud`. */
export function facetOf<F extends keyof Facets>({ session, account }: FacetSource, facet: F, noun: string): Facets[F] {
  const facets: Partial<Facets> = session;
  const found = facets[facet];
  if (!found) throw notSupported(account, noun);
  return found;
}

/** Throws TerminalError `ProviderMismatch` where the spec has a block of another cloud than the account's. */
export function assertBlocks(spec: ProviderBlocks, account: CloudAccount): void {
  for (const block of BLOCK_NAMES) {
    const { provider } = account.spec;
    if (spec[block] === undefined || cloudBlocks[block].provider === provider) continue;
    const message = `spec.${block} does not fit provider ${provider} of account ${keyOf(account.metadata)}. Remove it`;
    throw new TerminalError({ reason: Reason.ProviderMismatch, message });
  }
}

function notSupported({ spec }: CloudAccount, noun: string): TerminalError {
  const message = `${spec.provider} offers no ${noun} in this version. Use an account of a cloud that does`;
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

/** An account on its way out lets its users delete what they hold, and nothing else. */
function assertStays(account: CloudAccount): void {
  if (!isDeleting(account)) return;
  throw notReady(`CloudAccount ${keyOf(account.metadata)} is being deleted: nothing new is made with it`);
}

function notServed({ spec }: CloudAccount, served: readonly string[]): TerminalError {
  const message =
    `spec.provider ${spec.provider} is not served by this version of Yunfan, which knows ${served.join(", ")}. ` +
    "Create an account for one of those, or update Yunfan";
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

function notReady(message: string): WaitingError {
  return new WaitingError({ reason: Reason.AccountNotReady, message, pollAfterMs: ACCOUNT_POLL_MS });
}
