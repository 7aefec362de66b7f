// The kubeconfig of a cluster, published by the convention of Cluster API, and its registration with Argo CD.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { timestampOf, type Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { offered } from "../cloudaccount/offers.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import { Publisher, type PublisherDeps, type SecretContents, type SecretRef } from "../publishing/secrets.ts";
import type { ClusterScope } from "./scope.ts";
import { argocdPlaces, kubeconfigPlace, placesOf } from "./kubeconfig-places.ts";
import { argocdContents, digestOf, kubeconfigContents, sourceOf, SOURCE, type Source } from "./kubeconfig-secrets.ts";

const DAY_MS = 24 * 3_600_000;
/** A certificate with less than this left is read again; before that nothing is rewritten, because consumers restart on it. */
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** Where the cloud goes on giving one with less than this left, it won't give another one by itself. */
const ALARM_BEFORE_MS = 7 * DAY_MS;

/** What is to be published: made of what, and where it is registered. */
interface Wanted {
  readonly source: Source;
  readonly argocd: SecretRef | undefined;
}

export class Kubeconfigs {
  readonly #publisher: Publisher;
  readonly #client: KubeClient;
  readonly #clock: Clock;
  /** Versions of Secrets, as the cache holds them, whose data was found to be what was put there. */
  readonly #intact = new WeakSet<KubeObject>();

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#publisher = new Publisher(deps, "spec.kubeconfig");
    this.#client = deps.client;
    this.#clock = deps.clock;
  }

  /**
   * Throws TerminalError NoSuchAddress, InsecureKubeconfig, NamespaceNotAllowed, SecretNotOwned, SecretRefused or NamespaceNotFound;
   * KubeconfigExpired or KubeconfigExpiring where it is published, but its certificate does not last.
   */
  publish(scope: ClusterScope, cluster: Cluster): Promise<void> {
    const { visit } = scope;
    const type = "KubeconfigReady";
    return statingFailure(visit, type, async () => {
      const expiresAtMs = await this.#publish(scope, cluster);
      visit.state({ type, status: "True", ...lasting(visit, expiresAtMs, this.#clock.now()) });
    });
  }

  /** Deletes all that this resource published. */
  withdrawAll(visit: Visit<ManagedCluster>): Promise<void> {
    return this.#publisher.withdrawAll(visit, placesOf(visit.object));
  }

  /** Returns when the certificate ends that the cloud has given now; undefined where it was not asked, or does not tell. */
  async #publish(scope: ClusterScope, cluster: Cluster): Promise<number | undefined> {
    const { visit } = scope;
    const present = this.#publisher.publishedBy(visit.object);
    const isAllowed = mayRegister(scope);
    const argocd = isAllowed ? await this.#argocdPlace(visit, present) : undefined;
    const wanted = [kubeconfigPlace(visit.object), ...(argocd ? [argocd] : [])];
    const isSurplus = ({ metadata }: KubeObject): boolean => !wanted.some((ref) => keyOf(ref) === keyOf(metadata));
    // What lies where the account no longer allows it is taken back too: it is a credential.
    await this.#publisher.withdraw(visit, present.filter(isSurplus));
    if (!isAllowed) throw notAllowed(visit.object);
    visit.status.kubeconfigSecret = kubeconfigPlace(visit.object).name;
    const source = sourceOf(visit.object, cluster);
    const found = wanted.map((ref) => present.find(({ metadata }) => keyOf(metadata) === keyOf(ref)));
    const current = await Promise.all(found.map((secret) => this.#isCurrent(visit, secret, source)));
    if (current.every(Boolean)) return undefined;
    return this.#write(scope, cluster, { source, argocd });
  }

  /** The first that is its own or nobody's; one that it has stays. */
  async #argocdPlace(visit: Visit<ManagedCluster>, present: readonly KubeObject[]): Promise<SecretRef | undefined> {
    const places = argocdPlaces(visit.object);
    const own = places.find((ref) => present.some(({ metadata }) => keyOf(metadata) === keyOf(ref)));
    if (own) return own;
    const [first, second] = places;
    return first && (await this.#publisher.isAnothers(visit, first)) ? second : first;
  }

  async #write(scope: ClusterScope, cluster: Cluster, { source, argocd }: Wanted): Promise<number | undefined> {
    const { visit, facet, place } = scope;
    const { context } = visit.object.spec.kubeconfig;
    const wanted = { context, options: place.optionsOf(visit.object.spec) };
    const kubeconfig = await offered(place, facet.kubeconfig, "spec.kubeconfig")(cluster.id, wanted, visit.signal);
    if (kubeconfig === "NoSuchContext") throw noSuchAddress(context);
    if (kubeconfig.insecure && !visit.object.spec.kubeconfig.allowInsecure) throw insecure();
    const { expiresAtMs } = kubeconfig;
    visit.status.kubeconfigExpiresAt = expiresAtMs === undefined ? undefined : timestampOf(expiresAtMs);
    await this.#publisher.ensure(
      visit,
      kubeconfigPlace(visit.object),
      kubeconfigContents(visit.object, kubeconfig, source),
    );
    if (argocd) await this.#publisher.ensure(visit, argocd, argocdContents(visit.object, kubeconfig, source));
    return expiresAtMs;
  }

  async #isCurrent(visit: Visit<ManagedCluster>, secret: KubeObject | undefined, source: Source): Promise<boolean> {
    return secret !== undefined && this.#isOf(secret, source) && (await this.#isIntact(visit, secret));
  }

  /** Whether it was made of this cluster and context, and its certificate lasts. */
  #isOf({ metadata }: KubeObject, source: Source): boolean {
    const annotations = metadata.annotations ?? {};
    const isSame = Object.entries(source).every(([key, value]) => annotations[key] === value);
    const expiresAt = annotations[SOURCE.expiresAt];
    return isSame && (expiresAt === undefined || Date.parse(expiresAt) - this.#clock.now() > RENEW_BEFORE_MS);
  }

  /** Whether what was put there is still in it. The cache holds no data: each version is read once. */
  async #isIntact({ signal }: Visit<ManagedCluster>, secret: KubeObject): Promise<boolean> {
    if (this.#intact.has(secret)) return true;
    const live = await this.#client
      .get<Partial<SecretContents> & KubeObject>(SECRETS, secret.metadata, { signal })
      .catch(goneAsNothing);
    const isIntact = digestOf(live?.data ?? {}) === live?.metadata.annotations?.[SOURCE.digest];
    if (isIntact) this.#intact.add(secret);
    return isIntact;
  }
}

/**
 * Whether there is a kubeconfig to publish, or at least the wish for one. Where the cloud hands out none and the spec asks for nothing
 * that takes one, that is said, and is no failure.
 */
export function handsOut({ facet, visit }: ClusterScope): boolean {
  const { kubeconfig, argocd } = visit.object.spec;
  const isAskedFor = argocd !== undefined || kubeconfig.certificates || kubeconfig.context === "External";
  if (facet.kubeconfig !== undefined || isAskedFor) return true;
  const message = "The cloud hands out no kubeconfig: none is published";
  visit.state({ type: "KubeconfigReady", status: "False", reason: Reason.NotSupportedByCloud, message });
  return false;
}

/**
 * What is said of what is published: a file that lets nobody in, or soon won't, is of no use. A cloud may issue short certificates,
 * another one each time: an alarm is one that it gives again. Throws TerminalError KubeconfigExpired or KubeconfigExpiring.
 */
function lasting(
  { object, found }: Pick<Visit<ManagedCluster>, "object" | "found">,
  expiresAtMs: number | undefined,
  nowMs: number,
): { reason: string; message: string } {
  const where = publishedIn(object);
  const leftMs = (expiresAtMs ?? Number.POSITIVE_INFINITY) - nowMs;
  const isGivenAgain = expiresAtMs !== undefined && found.status.kubeconfigExpiresAt === timestampOf(expiresAtMs);
  if (leftMs > RENEW_BEFORE_MS || (leftMs > 0 && !isGivenAgain)) return { reason: Reason.Published, message: where };
  const [reason, how] =
    leftMs > 0
      ? [Reason.KubeconfigExpiring, "ends soon"]
      : [Reason.KubeconfigExpired, "has expired, and lets nobody in"];
  const message =
    `${where}; but the client certificate that the cloud gives ${how}: see status.kubeconfigExpiresAt. ` +
    "Have the cloud issue another one for the cluster; it is published as soon as the cloud gives it";
  if (leftMs > ALARM_BEFORE_MS) return { reason, message };
  throw new TerminalError({ reason, message });
}

function publishedIn(resource: ManagedCluster): string {
  const { argocd } = resource.spec;
  const registered = argocd ? ` and registered with Argo CD in ${argocd.namespace}` : "";
  return `In Secret ${kubeconfigPlace(resource).name}, key value${registered}`;
}

function goneAsNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

function mayRegister({ visit, place }: ClusterScope): boolean {
  const { spec, metadata } = visit.object;
  return !spec.argocd || spec.argocd.namespace === metadata.namespace || place.allows(spec.argocd.namespace);
}

function notAllowed({ spec }: ManagedCluster): TerminalError {
  const message =
    `spec.argocd.namespace: the account does not allow namespace ${spec.argocd?.namespace}. ` +
    "Add it to spec.allowedNamespaces of the account, or remove spec.argocd";
  return new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
}

function noSuchAddress(context: string): TerminalError {
  const message =
    `The cluster has no address for spec.kubeconfig.context ${context}. ` +
    "Bind a public address to it in the cloud, or set the context to Internal";
  return new TerminalError({ reason: Reason.NoSuchAddress, message });
}

function insecure(): TerminalError {
  const message =
    "The cloud's kubeconfig for this address does not verify the server. " +
    "Set spec.kubeconfig.allowInsecure to publish it all the same, or spec.kubeconfig.context to Internal";
  return new TerminalError({ reason: Reason.InsecureKubeconfig, message });
}
