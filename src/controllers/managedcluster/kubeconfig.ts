// The kubeconfig of a cluster, published by the convention of Cluster API, and its registration with Argo CD.
import type { Cluster, Kubeconfig } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { timestampOf, type Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { offered } from "../cloudaccount/offers.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { PublisherDeps, SecretRef } from "../publishing/secrets.ts";
import { kubeconfigPlace } from "./kubeconfig-places.ts";
import { argocdContents, kubeconfigContents } from "./kubeconfig-secrets.ts";
import type { ClusterScope } from "./scope.ts";
import { ClusterSecrets, digestOf, renewalOf, SOURCE, type Source } from "./secrets.ts";

const DAY_MS = 24 * 3_600_000;
/** Where the cloud goes on giving one with less than this left, it won't give another one by itself. */
const ALARM_BEFORE_MS = 7 * DAY_MS;

interface Published {
  /** For how many ms it serves. */
  readonly leftMs: number;
  /** As the cloud has just given it; undefined where it was not asked. */
  readonly given?: Kubeconfig;
}

export class Kubeconfigs {
  readonly #secrets: ClusterSecrets;
  readonly #clock: Clock;

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#secrets = new ClusterSecrets(deps, "spec.kubeconfig");
    this.#clock = deps.clock;
  }

  /**
   * `argocd`: where it is registered; "NotAllowed" where the account does not let it, said once the rest is published. Returns for how
   * many ms it serves. Throws TerminalError NoSuchAddress, InsecureKubeconfig, NamespaceNotAllowed, SecretNotOwned, SecretRefused or
   * NamespaceNotFound; KubeconfigExpired or KubeconfigExpiring where it is published, but its certificate does not last.
   */
  publish(scope: ClusterScope, cluster: Cluster, argocd: SecretRef | "NotAllowed" | undefined): Promise<number> {
    const { visit } = scope;
    const type = "KubeconfigReady";
    return statingFailure(visit, type, async () => {
      const { leftMs, given } = await this.#publish(scope, cluster, argocd === "NotAllowed" ? undefined : argocd);
      if (argocd === "NotAllowed") throw notAllowed(visit.object);
      visit.state({ type, status: "True", ...lasting(visit, given, this.#clock.now()) });
      return leftMs;
    });
  }

  async #publish(scope: ClusterScope, cluster: Cluster, argocd: SecretRef | undefined): Promise<Published> {
    const { visit } = scope;
    visit.status.kubeconfigSecret = kubeconfigPlace(visit.object).name;
    const source = sourceOf(scope, cluster);
    const places = [kubeconfigPlace(visit.object), ...(argocd ? [argocd] : [])];
    const left = await Promise.all(places.map((ref) => this.#secrets.leftMs(visit, ref, source)));
    if (left.every((ms) => ms > 0)) return { leftMs: Math.min(...left) };
    const given = await readKubeconfig(scope, cluster);
    return { given, leftMs: await this.#write(visit, { given, source, argocd }) };
  }

  async #write(
    visit: Visit<ManagedCluster>,
    { given, source, argocd }: { given: Kubeconfig; source: Source; argocd: SecretRef | undefined },
  ): Promise<number> {
    const { object, status } = visit;
    if (given.insecure && !object.spec.kubeconfig.allowInsecure) throw insecure();
    const { expiresAtMs } = given;
    status.kubeconfigExpiresAt = expiresAtMs === undefined ? undefined : timestampOf(expiresAtMs);
    const made = { contents: kubeconfigContents(object, given), source, life: given };
    const leftMs = await this.#secrets.ensure(visit, kubeconfigPlace(object), made);
    if (argocd) await this.#secrets.ensure(visit, argocd, { ...made, contents: argocdContents(object, given) });
    return leftMs;
  }
}

/** Throws TerminalError NoSuchAddress. */
export async function readKubeconfig({ visit, facet, place }: ClusterScope, { id }: Cluster): Promise<Kubeconfig> {
  const { spec } = visit.object;
  const { context } = spec.kubeconfig;
  const wanted = { context, options: place.optionsOf(spec) };
  const kubeconfig = await offered(place, facet.kubeconfig, "spec.kubeconfig")(id, wanted, visit.signal);
  if (kubeconfig === "NoSuchContext") throw noSuchAddress(context);
  return kubeconfig;
}

/** Of an identity that lives for another time than the declared one, another one is read. */
function sourceOf({ visit, facet, place }: ClusterScope, { id }: Cluster): Source {
  const { spec } = visit.object;
  const wish = facet.kubeconfigWish?.(place.optionsOf(spec));
  return {
    [SOURCE.clusterId]: id,
    [SOURCE.context]: spec.kubeconfig.context,
    ...(wish !== undefined && { [SOURCE.wish]: digestOf(wish) }),
  };
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
 * another one each time: an alarm is one that it gives again when it is to be replaced. Throws TerminalError KubeconfigExpired or
 * KubeconfigExpiring.
 */
function lasting(
  { object, found }: Pick<Visit<ManagedCluster>, "object" | "found">,
  given: Kubeconfig | undefined,
  nowMs: number,
): { reason: string; message: string } {
  const where = publishedIn(object);
  const expiresAtMs = given?.expiresAtMs;
  if (given === undefined || expiresAtMs === undefined) return { reason: Reason.Published, message: where };
  const leftMs = expiresAtMs - nowMs;
  const isGivenAgain = found.status.kubeconfigExpiresAt === timestampOf(expiresAtMs);
  const isFine = nowMs < renewalOf(given) || (leftMs > 0 && !isGivenAgain);
  if (isFine) return { reason: Reason.Published, message: where };
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
