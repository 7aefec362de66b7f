// What a cloud offers to controllers: a provider opens sessions, a session offers facets, a facet's methods are idempotent.
import type { Clock } from "../lib/clock.ts";
import type { Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import type { Provider } from "./blocks.ts";
import type { BlockOptions } from "./collection.ts";
import type { AddonsFacet } from "./facets/addons.ts";
import type { ApplicationsFacet } from "./facets/applications.ts";
import type { BudgetLimits, BudgetMetrics, RequestBudget } from "./budget/budget.ts";
import type { Logins } from "./budget/logins.ts";
import type { ClustersFacet } from "./facets/clusters.ts";
import type { ChannelTelling, KindAbility, ManifestsFacet } from "./facets/manifests.ts";
import type { InventoryFacet } from "./facets/inventory.ts";
import type { JobsFacet } from "./facets/jobs.ts";
import type { NamespacesFacet } from "./facets/namespaces.ts";
import type { NodePoolsFacet } from "./facets/nodepools.ts";
import type { NodesFacet } from "./facets/nodes.ts";
import type { ProxySettings } from "./http/proxy.ts";
import type { RegistryFacet } from "./facets/registry.ts";
import type { VolumeClaimsFacet } from "./facets/volumeclaims.ts";

/** How far TLS of the endpoints is trusted. `Plaintext` allows plain http; an https endpoint is verified all the same. */
export interface TlsSettings {
  readonly mode: "Verify" | "SkipVerify" | "Plaintext";
  /** PEM; added to nothing: where it is given, it alone is trusted. */
  readonly caBundle?: string | undefined;
}

/** What a CloudAccount declares, in the words of the clouds. */
export interface AccountSettings {
  /** Stable identity of the account for budgets and metrics: "namespace/name". */
  readonly account: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly tls: TlsSettings;
  /** Requests per minute of the account; unset: the provider's default. */
  readonly requestBudget: {
    readonly readsPerMinute?: number | undefined;
    readonly writesPerMinute?: number | undefined;
  };
  readonly providerOptions: BlockOptions;
}

/** The keys of a credentials Secret, decoded. Never logged, never put into an error. */
export type Credentials = Readonly<Record<string, string>>;

export interface CloudDeps {
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked at the moment a write goes out: a process that lost its lease writes nothing. */
  readonly fence: Fence;
  /** Sent with every request: `yunfan/VERSION (IDENTITY)`. */
  readonly userAgent: string;
  /** Unset: every endpoint is reached straight. */
  readonly proxy?: ProxySettings | undefined;
  /** Counts each answer; `code` is the HTTP status, the cloud's own code where that says under 200 what went wrong, or 0 where no answer came. */
  readonly onRequest?: ((request: { operation: string; code: number }) => void) | undefined;
  /** Told how long requests wait for the account's budget, and what it allows. */
  readonly budgetMetrics?: BudgetMetrics | undefined;
}

/** What one session of an account is opened with. */
export interface SessionDeps extends CloudDeps {
  /** The account's budget, with these limits from now on: it outlives the session, and what a 429 has taught with it. */
  readonly budget: (limits: BudgetLimits) => RequestBudget;
  /** What all accounts know together of the passwords that they sign in with; unset: each knows its own. */
  readonly logins?: Logins | undefined;
}

/** One cloud. Opening a session makes no request. */
export interface Cloud {
  readonly provider: Provider;
  /** Facets that this cloud offers: what `docs/capabilities.md` is generated from. */
  readonly facets: readonly (keyof Facets)[];
  /** Kinds that need more of a facet than this cloud has of it, for `docs/capabilities.md`. Left out: none. */
  readonly lacks?: readonly string[];
  /** With the facet `manifests`: the kinds of objects that its channel takes; "Discovered": those that the target serves. */
  readonly manifestKinds?: readonly KindAbility[] | "Discovered";
  /** With the facet `manifests`: what its channel tells beside the objects. */
  readonly manifestsTell?: ChannelTelling;
  /**
   * What the facet's `intoClusters` is in every session. Where it is `AsRoute` or `Never`, clusters are reached by their kubeconfigs while the
   * account is out of order; left out, a session has to be open to tell.
   */
  readonly manifestsInto?: ManifestsFacet["intoClusters"];
  /**
   * Facets of what lies in clusters and is listed over all clusters of the account by one request: their resources look for drift at the
   * same time, so that one list serves them all. Left out: none.
   */
  readonly listedByAccount?: readonly (keyof Facets)[];
  /**
   * Throws CloudError `CredentialsMalformed` where the Secret's keys are missing, empty or contradict each other
   * (`AmbiguousCredentials`), and `EndpointRequired` where the endpoint is needed and not given.
   */
  open(settings: AccountSettings, credentials: Credentials, deps: SessionDeps): CloudSession;
}

/** Optional members: a cloud without a facet makes the resource `Stalled/NotSupportedByCloud`. */
export interface Facets {
  readonly registry: RegistryFacet;
  readonly clusters: ClustersFacet;
  readonly nodePools: NodePoolsFacet;
  /** Of every cloud that has nodePools. */
  readonly nodes: NodesFacet;
  readonly addons: AddonsFacet;
  readonly jobs: JobsFacet;
  readonly namespaces: NamespacesFacet;
  readonly applications: ApplicationsFacet;
  readonly volumeClaims: VolumeClaimsFacet;
  readonly manifests: ManifestsFacet;
  readonly inventory: InventoryFacet;
}

/** What a cloud tells of where an account's things are; never a key. */
export interface LocationFacts {
  /** As requests go there: origin and path, without a slash at its end. */
  readonly endpoint: string;
  readonly region?: string | undefined;
  /** Id of the project or tenant that the credentials are of; left out where the cloud tells none. */
  readonly project?: string | undefined;
}

/** An account, opened. All its requests share one pool of connections and one budget. */
export interface CloudSession extends Partial<Facets> {
  /** One signed read that proves endpoint and credentials; throws CloudError. */
  verify(signal: AbortSignal): Promise<void>;
  /**
   * Asks the cloud anew what it has refused and is otherwise asked again slowly, such as a password: once for each `wish`, a text of
   * whoever wishes it. Left out where nothing is remembered.
   */
  tryAgain?(wish: string): void;
  /** One signed read at most in the session's life; throws CloudError. */
  locate(signal: AbortSignal): Promise<LocationFacts>;
  /**
   * What the cloud tells of the account, as the provider's block of its status has it; each fact that is left out is one that these
   * credentials may not read. Throws CloudError. Left out where a cloud tells nothing.
   */
  facts?(signal: AbortSignal): Promise<object>;
  /**
   * Waits for the account's budget to allow one write, which then goes at once if it is sent within the same `withRequester`
   * (cloud/budget/budget.ts): a create must not wait between its journal and its POST. What is not used goes back when disposed of.
   */
  reserveWrite(signal: AbortSignal): Promise<Disposable>;
  /** Ends the session's connections; requests in flight fail. Idempotent. */
  close(): Promise<void>;
}
