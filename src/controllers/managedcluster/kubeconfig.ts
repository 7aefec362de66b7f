// The kubeconfig of a cluster, published by the convention of Cluster API, and its registration with Argo CD.
import type { Cluster, Kubeconfig } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { timestampOf, type Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { offered } from "../cloudaccount/accounts.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { PublisherDeps, SecretRef } from "../publishing/secrets.ts";
import type { ClusterScope } from "./scope.ts";
import { argocdContents, kubeconfigContents } from "./kubeconfig-secrets.ts";
import { ClusterSecrets, digestOf, SOURCE, type Source } from "./secrets.ts";

export class Kubeconfigs {
  readonly #secrets: ClusterSecrets;

  constructor(deps: PublisherDeps & { readonly clock: Clock }) {
    this.#secrets = new ClusterSecrets(deps, "spec.kubeconfig");
  }

  /** Throws TerminalError NoSuchAddress, InsecureKubeconfig, NamespaceNotAllowed, SecretNotOwned, SecretRefused or NamespaceNotFound. */
  publish(scope: ClusterScope, cluster: Cluster): Promise<void> {
    const { visit } = scope;
    const type = "KubeconfigReady";
    return statingFailure(visit, type, async () => {
      await this.#publish(scope, cluster);
      visit.state({ type, status: "True", reason: Reason.Published, message: summaryOf(visit) });
    });
  }

  async #publish(scope: ClusterScope, cluster: Cluster): Promise<void> {
    const { visit } = scope;
    assertAllowed(scope);
    visit.status.kubeconfigSecret = kubeconfigPlace(visit.object).name;
    const source = sourceOf(scope, cluster);
    const places = placesOfKubeconfig(visit.object);
    const current = await Promise.all(places.map((ref) => this.#secrets.isCurrent(visit, ref, source)));
    if (current.every(Boolean)) return;
    await this.#write(scope, cluster, source);
  }

  async #write(scope: ClusterScope, cluster: Cluster, source: Source): Promise<void> {
    const { visit } = scope;
    const { object, status } = visit;
    const kubeconfig = await readKubeconfig(scope, cluster);
    if (kubeconfig.insecure && !object.spec.kubeconfig.allowInsecure) throw insecure();
    const { expiresAtMs } = kubeconfig;
    status.kubeconfigExpiresAt = expiresAtMs === undefined ? undefined : timestampOf(expiresAtMs);
    const made = { contents: kubeconfigContents(object, kubeconfig), source, life: kubeconfig };
    await this.#secrets.ensure(visit, kubeconfigPlace(object), made);
    const argocd = argocdPlace(object);
    if (argocd) await this.#secrets.ensure(visit, argocd, { ...made, contents: argocdContents(object, kubeconfig) });
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

/** All of them, for the object as it is declared. */
export function placesOfKubeconfig(resource: ManagedCluster): readonly SecretRef[] {
  const argocd = argocdPlace(resource);
  return [kubeconfigPlace(resource), ...(argocd ? [argocd] : [])];
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

function summaryOf({ object, status }: Visit<ManagedCluster>): string {
  const registered = object.spec.argocd ? ` and registered with Argo CD in ${object.spec.argocd.namespace}` : "";
  return `In Secret ${status.kubeconfigSecret}, key value${registered}`;
}

/** By the convention of Cluster API. */
function kubeconfigPlace({ metadata }: ManagedCluster): SecretRef {
  return { namespace: metadata.namespace, name: `${metadata.name}-kubeconfig` };
}

/** Two clusters of one name in two namespaces may register with one Argo CD. */
function argocdPlace({ metadata, spec }: ManagedCluster): SecretRef | undefined {
  if (!spec.argocd) return undefined;
  return { namespace: spec.argocd.namespace, name: `${metadata.namespace}-${metadata.name}-cluster` };
}

function assertAllowed({ visit, place }: ClusterScope): void {
  const { spec, metadata } = visit.object;
  if (!spec.argocd || spec.argocd.namespace === metadata.namespace || place.allows(spec.argocd.namespace)) return;
  const message =
    `spec.argocd.namespace: the account does not allow namespace ${spec.argocd.namespace}. ` +
    "Add it to spec.allowedNamespaces of the account, or remove spec.argocd";
  throw new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
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
