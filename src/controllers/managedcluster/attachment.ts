// All Secrets that a cluster publishes: what is no longer declared or allowed is taken back first, then each is published for itself.
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Attachment } from "../external/kind.ts";
import { Publisher, type PublisherDeps, type SecretRef } from "../publishing/secrets.ts";
import { askedOf, AttachScripts, placeOfScript } from "./attach-script.ts";
import { Certificates, placeOfCertificates } from "./certificates.ts";
import { handsOut, Kubeconfigs } from "./kubeconfig.ts";
import { argocdPlaces, kubeconfigPlace, placesOf } from "./kubeconfig-places.ts";
import type { ClusterScope, ClusterShape } from "./scope.ts";

export function clusterAttachment(deps: PublisherDeps & { readonly clock: Clock }): Attachment<ClusterShape> {
  const publisher = new Publisher(deps, "spec.kubeconfig");
  const kubeconfigs = new Kubeconfigs(deps);
  const certificates = new Certificates(deps);
  const scripts = new AttachScripts(deps);
  return {
    async publish(scope, { item }, { send }) {
      if (item.phase === "Hibernated") return undefined;
      const { visit } = scope;
      const argocd = mayRegister(scope) ? await argocdPlace(scope, publisher) : "NotAllowed";
      const wanted = new Set([...wantedOf(scope), ...(isPlace(argocd) ? [argocd] : [])].map(keyOf));
      const isSurplus = ({ metadata }: KubeObject): boolean => !wanted.has(keyOf(metadata));
      // What lies where the account no longer allows it is taken back too: it is a credential.
      await publisher.withdraw(visit, publisher.publishedBy(visit.object).filter(isSurplus));
      // One that can't be published does not hold up the others; the first says why.
      return soonest([
        async () => (handsOut(scope) ? kubeconfigs.publish(scope, item, argocd) : Number.POSITIVE_INFINITY),
        () => certificates.publish(scope, item),
        () => scripts.publish(scope, item, send),
      ]);
    },
    withdraw: (visit) => publisher.withdrawAll(visit, placesOf(visit.object)),
  };
}

function wantedOf(scope: ClusterScope): readonly SecretRef[] {
  const { object } = scope.visit;
  const certificates = placeOfCertificates(object);
  return [
    kubeconfigPlace(object),
    ...(certificates ? [certificates] : []),
    ...(askedOf(scope) ? [placeOfScript(object)] : []),
  ];
}

function isPlace(argocd: SecretRef | "NotAllowed" | undefined): argocd is SecretRef {
  return typeof argocd === "object";
}

function mayRegister({ visit, place }: ClusterScope): boolean {
  const { spec, metadata } = visit.object;
  return !spec.argocd || spec.argocd.namespace === metadata.namespace || place.allows(spec.argocd.namespace);
}

/** The first that is its own or nobody's; one that it has stays. */
async function argocdPlace({ visit }: ClusterScope, publisher: Publisher): Promise<SecretRef | undefined> {
  const places = argocdPlaces(visit.object);
  const present = publisher.publishedBy(visit.object);
  const own = places.find((ref) => present.some(({ metadata }) => keyOf(metadata) === keyOf(ref)));
  if (own) return own;
  const [first, second] = places;
  return first && (await publisher.isAnothers(visit, first)) ? second : first;
}

/** The least of what they return. Throws what the first of those threw that failed. */
async function soonest(works: readonly (() => Promise<number>)[]): Promise<number> {
  const failures: unknown[] = [];
  let leastMs = Number.POSITIVE_INFINITY;
  for (const work of works) {
    const ms = await work().catch((error: unknown) => void failures.push(error));
    leastMs = Math.min(leastMs, ms ?? leastMs);
  }
  if (failures.length > 0) throw failures[0];
  return leastMs;
}
